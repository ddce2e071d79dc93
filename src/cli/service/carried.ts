/**
 * The options of a role as they were typed, for the unit that will repeat them: whatever a role takes is carried without
 * being named here. Paths become whole ones, because a unit runs in another folder.
 */
import { resolve } from 'node:path';
import type { Command, Option } from 'commander';

export interface CarriedOption {
  name: string;
  words: string[];
  /** Whole, where its value is one. */
  path: string | null;
}

/** Placeholders of options whose value is a path. */
const PATHS = /<(path|folder|file)>/;

/** Notes every option of the command that is typed, or comes by its variable. */
export function carryOptions(command: Command): () => CarriedOption[] {
  const carried: CarriedOption[] = [];
  const note = (option: Option) => (value: unknown) => {
    const path = typeof value === 'string' && PATHS.test(option.flags) ? resolve(value) : null;
    const given = typeof value === 'string' ? [path ?? value] : [];
    carried.push({ name: option.name(), words: [option.long ?? option.flags, ...given], path });
  };
  for (const option of command.options) {
    command.on(`option:${option.name()}`, note(option));
    command.on(`optionEnv:${option.name()}`, note(option));
  }
  return () => carried;
}

/** As words of a command line. A value that looks like an option stands in one word with its own. */
export const wordsOfOptions = (carried: readonly CarriedOption[]): string[] =>
  carried.flatMap(({ words: [option = '', value] }) =>
    value === undefined ? [option] : value.startsWith('-') ? [`${option}=${value}`] : [option, value],
  );
