/**
 * A template, `prog --lr {lr} {gpu}`, made into the command of a row. Split into words first and filled in afterwards,
 * so that a value is never read as anything but a value; a line that needs a shell gets values as positional
 * parameters, `"$1"` (trust.md, 12).
 *
 * A cell that is blank leaves its flag out as well (`--lr {lr}` and `--lr={lr}` alike); inside a longer word it is
 * nothing (`out/{note}.txt`). In a shell's line alike: its script is made for each row.
 */
import { StartFact, type TaskCommand, type Word } from '../../model/command.ts';
import { looksLikeFlag } from './argv.ts';
import { CommandProblem } from './problem.ts';
import { type Piece, type SplitTemplate, type SplitWord, splitTemplate } from './split.ts';

/** What a placeholder of a row stands for; null where the row has no such text. */
export type TextOf = (placeholder: string) => string | null;

/** Facts of the row itself that a placeholder may name beside the columns. */
export const ROW_FACTS = ['row', 'name'] as const;

const isStartFact = (name: string): name is StartFact => (StartFact.options as string[]).includes(name);

export interface Template {
  /** The command of one row. */
  commandFor(textOf: TextOf): TaskCommand;
}

/** Reads a template once for all rows. @throws CommandProblem */
export function readTemplate(template: string, columns: readonly string[]): Template {
  const line = template.trim();
  const known = new Set<string>([...columns, ...ROW_FACTS, ...StartFact.options]);
  const split = splitTemplate(line, (name) => known.has(name));
  for (const { placeholder, start, end } of split.marks) {
    if (placeholder !== null && !known.has(placeholder)) {
      throw new CommandProblem(
        'there is no column {{name}}',
        'columns: {columns}; known at the start: {facts}; for the text itself write {{{name}}}',
        {
          name: placeholder,
          columns: columns.join(', ') || '–',
          facts: [...ROW_FACTS, ...StartFact.options].join(', '),
        },
        { line, at: start, length: end - start },
      );
    }
  }
  if (split.words.length === 0) throw new CommandProblem('the command is empty', 'say what is to run');
  const inColumns = new Set(columns);
  const wordOf = (placeholder: string, textOf: TextOf): Word =>
    !inColumns.has(placeholder) && isStartFact(placeholder)
      ? { at: 'start', fact: placeholder }
      : (textOf(placeholder) ?? '');
  return {
    commandFor: (textOf) =>
      split.needsShell
        ? shellCommand(line, split, (name) => wordOf(name, textOf))
        : argv(split.words, (name) => wordOf(name, textOf)),
  };
}

type WordOf = (placeholder: string) => Word;

/** `--lr ` or `--lr=` right before a placeholder, a word of its own that no quote or variable is part of. */
const FLAG_BEFORE = /(?<=^|[\s;&|(])(--?[^\s=;&|()<>"'`$\\{}]+)([ \t]+|=)$/;
const ENDS_WORD = /^($|[\s;&|()<>])/;

function shellCommand(line: string, { marks }: SplitTemplate, wordOf: WordOf): TaskCommand {
  const names: string[] = [];
  let script = '';
  let from = 0;
  for (const { start, end, placeholder, literal } of marks) {
    script += line.slice(from, start);
    from = end;
    if (placeholder === null) {
      script += literal;
      continue;
    }
    const word = wordOf(placeholder);
    const [whole, flag = ''] = (ENDS_WORD.test(line.slice(end)) && FLAG_BEFORE.exec(script)) || [''];
    if (whole !== '' && word === '') {
      script = script.slice(0, -whole.length);
      continue;
    }
    if (flag.startsWith('--') && typeof word === 'string' && looksLikeFlag(word))
      script = `${script.slice(0, -whole.length)}${flag}=`;
    if (!names.includes(placeholder)) names.push(placeholder);
    const number = names.indexOf(placeholder) + 1;
    script += number < 10 ? `"$${number}"` : `"\${${number}}"`;
  }
  return { kind: 'shell', script: script + line.slice(from), parameters: names.map(wordOf) };
}

function argv(words: readonly SplitWord[], wordOf: WordOf): TaskCommand {
  const result: Word[] = [];
  let flagBefore: string | null = null;
  for (const { pieces } of words) {
    const text = onlyText(pieces);
    if (text !== null) {
      result.push(text);
      flagBefore = text.startsWith('-') ? text : null;
      continue;
    }
    const [first] = pieces;
    if (pieces.length === 1 && first && 'placeholder' in first) {
      const word = wordOf(first.placeholder);
      if (word === '') {
        if (flagBefore !== null) result.pop();
      } else if (typeof word === 'string' && flagBefore?.startsWith('--') && looksLikeFlag(word)) {
        result[result.length - 1] = `${flagBefore}=${word}`;
      } else result.push(word);
    } else if (!isBlankFlag(pieces, wordOf)) result.push(joined(pieces, wordOf));
    flagBefore = null;
  }
  return { kind: 'argv', words: result };
}

const onlyText = (pieces: readonly Piece[]): string | null => {
  if (pieces.some((piece) => 'placeholder' in piece)) return null;
  return pieces.map((piece) => ('text' in piece ? piece.text : '')).join('');
};

/** `--lr={lr}` of a row without one. */
function isBlankFlag([flag, value, more]: readonly Piece[], wordOf: WordOf): boolean {
  return (
    more === undefined &&
    flag !== undefined &&
    'text' in flag &&
    /^--?[^=]+=$/.test(flag.text) &&
    value !== undefined &&
    'placeholder' in value &&
    wordOf(value.placeholder) === ''
  );
}

function joined(pieces: readonly Piece[], wordOf: WordOf): Word {
  const parts: Exclude<Word, unknown[]>[] = [];
  for (const piece of pieces) {
    const word = 'text' in piece ? piece.text : wordOf(piece.placeholder);
    if (Array.isArray(word)) continue;
    const last = parts.at(-1);
    if (typeof word === 'string' && typeof last === 'string') parts[parts.length - 1] = last + word;
    else if (word !== '') parts.push(word);
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : parts.length === 0 ? '' : parts;
}
