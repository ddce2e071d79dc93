/** Which command a row gets: from the words or the template that were typed, from a program, or from the row itself. */

import { shellQuote } from '../../lib/displayText.ts';
import type { CommandSource, TaskCommand } from '../../model/command.ts';
import {
  MAX_COMMAND_CHARACTERS,
  MAX_COMMAND_WORD_CHARACTERS,
  MAX_COMMAND_WORDS,
} from '../../model/limits.ts';
import type { FileRow } from '../../protocol/tableSync.ts';
import { defaultName, isReserved } from '../reserved.ts';
import { argvCommand } from './argv.ts';
import { CommandProblem } from './problem.ts';
import { readTemplate, type Template } from './template.ts';

/** Makes the commands of a table's rows. @throws CommandProblem, at once or for a row */
export function commandMaker(
  source: CommandSource,
  columns: readonly string[],
): (row: Omit<FileRow, 'key'>) => TaskCommand {
  const names = columns.filter((column) => column !== '' && !isReserved(column));
  switch (source.kind) {
    case 'words':
      if (source.words.length === 0) throw new CommandProblem('the command is empty', 'say it after --');
      return ({ parameters }) => checked(argvCommand(source.words, parameters));
    case 'template': {
      const template = readTemplate(source.template, names);
      return (row) => checked(template.commandFor(textsOf(row)));
    }
    case 'program':
      return () => ({ kind: 'program', program: source.program });
    case 'column': {
      // A grid of parameters often holds few different lines.
      const read = new Map<string, Template>();
      return (row) => {
        const line = ownLine(row, source.column);
        if (line === null) {
          throw new CommandProblem(
            'the row has no command: its cell {column} is blank',
            'write one, or give all rows one: flowline submit TABLE -- COMMAND',
            { column: source.column },
          );
        }
        const template = read.get(line) ?? readTemplate(line, names);
        if (read.size < 1000) read.set(line, template);
        return checked(template.commandFor(textsOf(row)));
      };
    }
  }
}

const ownLine = (row: Omit<FileRow, 'key'>, column: string): string | null =>
  column === 'cmd' ? row.command : (row.parameters.find(([name]) => name === column)?.[1] ?? null);

const textsOf = (row: Omit<FileRow, 'key'>): ((placeholder: string) => string | null) => {
  const texts = new Map<string, string>(row.parameters);
  return (placeholder) =>
    texts.get(placeholder) ??
    (placeholder === 'row'
      ? String(row.row)
      : placeholder === 'name'
        ? (row.name ?? defaultName(row.row - 1))
        : null);
};

function checked(command: TaskCommand): TaskCommand {
  const words = command.kind === 'argv' ? command.words : command.kind === 'shell' ? command.parameters : [];
  if (words.length > MAX_COMMAND_WORDS) {
    throw new CommandProblem(
      'the command has {words} words; at most {most} are taken',
      'put the arguments into a file',
      { words: words.length, most: MAX_COMMAND_WORDS },
    );
  }
  const long = words.find((word) => typeof word === 'string' && word.length > MAX_COMMAND_WORD_CHARACTERS);
  if (long !== undefined) {
    throw new CommandProblem('an argument has more than {most} characters', 'put it into a file', {
      most: MAX_COMMAND_WORD_CHARACTERS,
    });
  }
  return command;
}

/** What makes the commands, for people: `python train.py + columns`. */
export function sourceText(source: CommandSource): string {
  switch (source.kind) {
    case 'words':
      return cut(source.words.map(shellQuote).join(' '));
    case 'template':
      return cut(source.template.trim());
    case 'program':
      return cut(source.program.map(shellQuote).join(' '));
    case 'column':
      return `{${source.column}}`;
  }
}

const cut = (text: string): string => text.slice(0, MAX_COMMAND_CHARACTERS);
