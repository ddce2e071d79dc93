/** A command to copy under each row of a table: never cut, since half of a command is none. */
import { visible } from '../../lib/displayText.ts';
import type { Terminal } from './terminal.ts';

/** @param lines a table with its heading, a line per row; @param commands null where there is none to copy. */
export function commandsBelow(
  lines: string,
  commands: readonly (string | null)[],
  { paint }: Terminal,
): string {
  return lines
    .split('\n')
    .flatMap((line, place) => {
      const command = place === 0 ? null : (commands[place - 1] ?? null);
      return command === null ? [line] : [line, `    ${paint(visible(command), 'faint')}`];
    })
    .join('\n');
}
