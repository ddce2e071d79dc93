/**
 * A template split into words as a POSIX shell splits them, with its placeholders found. It also tells whether the line
 * needs a shell: pipes, redirections, variables, patterns, a leading assignment or a builtin.
 *
 *   prog --lr {lr} 'a b' out/{id}.txt      [prog] [--lr] [{lr}] [a b] [out/ {id} .txt]
 *   CUDA_VISIBLE_DEVICES={gpu} python t.py   needs a shell: an assignment
 *   prog '{"lr": {lr}}'                     an error: the placeholder stands in quotes, where a value could end them
 *   prog {{literal}}                        {literal}, whatever the columns are called
 *
 * `{…}` is a placeholder where a column or fact has that name, or where it looks like a name at all: a misspelt one is
 * told and not passed on. `${…}` is the shell's.
 */
import { CommandProblem } from './problem.ts';

export type Piece = { text: string } | { placeholder: string };

export interface SplitWord {
  pieces: Piece[];
}

export interface SplitTemplate {
  words: SplitWord[];
  needsShell: boolean;
  /** Where placeholders and doubled braces stand in the template, for making a shell's script of it. */
  marks: { start: number; end: number; placeholder: string | null; literal: string }[];
}

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const SHELL_CHARACTERS = new Set('|&;<>()$`*?\n');
const SHELL_WORDS = new Set(
  '. : cd source export exit exec eval set unset ulimit umask alias trap wait read if for while until case ! {'.split(
    ' ',
  ),
);

/** Splits a template. @throws CommandProblem with the line and the place in it */
export function splitTemplate(template: string, isKnown: (name: string) => boolean): SplitTemplate {
  const words: SplitWord[] = [];
  const marks: SplitTemplate['marks'] = [];
  let needsShell = false;
  let word: SplitWord | null = null;
  /** Where the lines of a here-document (`<<END`) begin; -1: `<<` without lines. */
  let document: number | null = null;
  let quote: { character: '"' | "'"; at: number } | null = null;

  const add = (text: string): void => {
    word ??= { pieces: [] };
    const last = word.pieces.at(-1);
    if (last && 'text' in last) last.text += text;
    else word.pieces.push({ text });
  };
  const endWord = (): void => {
    if (word) words.push(word);
    word = null;
  };

  let at = 0;
  while (at < template.length) {
    const character = template[at] ?? '';
    const mark = markAt(template, at, isKnown);
    if (mark) {
      if (mark.placeholder !== null && quote)
        throw inQuotes(template, at, mark.end - at, mark.placeholder, isKnown);
      if (mark.placeholder !== null && document !== null && document !== -1 && at > document)
        throw inDocument(template, at, mark.end - at, mark.placeholder);
      marks.push({ start: at, ...mark });
      if (mark.placeholder === null) add(mark.literal);
      else {
        word ??= { pieces: [] };
        word.pieces.push({ placeholder: mark.placeholder });
      }
      at = mark.end;
    } else if (quote) {
      if (character === quote.character) quote = null;
      else if (quote.character === '"' && character === '\\' && /["\\$`\n]/.test(template[at + 1] ?? '')) {
        at += 1;
        if (template[at] !== '\n') add(template[at] ?? '');
      } else {
        if (quote.character === '"' && (character === '$' || character === '`')) {
          needsShell = true;
          // Quotes in there begin anew, and end nothing out here; placeholders in there stand in quotes too.
          const end = substitutionEnd(template, at);
          for (; at < end - 1; at += 1) {
            const inside = markAt(template, at, isKnown);
            if (inside?.placeholder)
              throw inQuotes(template, at, inside.end - at, inside.placeholder, isKnown);
            add(template[at] ?? '');
          }
        }
        add(template[at] ?? '');
      }
      at += 1;
    } else if (character === "'" || character === '"') {
      quote = { character, at };
      add('');
      at += 1;
    } else if (character === '\\' && at + 1 < template.length) {
      if (template[at + 1] !== '\n') add(template[at + 1] ?? '');
      at += 2;
    } else if (character === ' ' || character === '\t' || character === '\r') {
      endWord();
      at += 1;
    } else {
      if (template.startsWith('<<', at) && template[at - 1] !== '<') document ??= template.indexOf('\n', at);
      if (SHELL_CHARACTERS.has(character) || (word === null && (character === '~' || character === '#')))
        needsShell = true;
      add(character);
      at += 1;
    }
  }
  if (quote)
    throw new CommandProblem(
      'a quote is opened and never closed',
      'close it',
      {},
      { line: template, at: quote.at, length: 1 },
    );
  endWord();
  const [first] = words;
  const firstText = first?.pieces[0] && 'text' in first.pieces[0] ? first.pieces[0].text : '';
  if (/^[A-Za-z_]\w*=/.test(firstText) || (first?.pieces.length === 1 && SHELL_WORDS.has(firstText)))
    needsShell = true;
  return { words, needsShell, marks };
}

/** A placeholder, or a doubled brace that stands for itself, that begins here. */
function markAt(
  template: string,
  at: number,
  isKnown: (name: string) => boolean,
): { end: number; placeholder: string | null; literal: string } | null {
  if (template[at] !== '{' || template[at - 1] === '$' || template[at - 1] === '\\') return null;
  const isDoubled = template[at + 1] === '{';
  const from = at + (isDoubled ? 2 : 1);
  const close = template.indexOf('}', from);
  if (close === -1) return null;
  const name = template.slice(from, close);
  if (name.includes('{') || !(isKnown(name) || NAME.test(name))) return null;
  if (!isDoubled) return { end: close + 1, placeholder: name, literal: '' };
  return template[close + 1] === '}' ? { end: close + 2, placeholder: null, literal: `{${name}}` } : null;
}

/** Behind the `$(…)` or backticks that begin here within double quotes; the next character where there are none, or no end. */
function substitutionEnd(template: string, from: number): number {
  if (template[from] === '`') {
    for (let at = from + 1; at < template.length; at += template[at] === '\\' ? 2 : 1)
      if (template[at] === '`') return at + 1;
    return from + 1;
  }
  if (template[from + 1] !== '(') return from + 1;
  let depth = 0;
  let isDouble = false;
  for (let at = from + 1; at < template.length; at += 1) {
    const character = template[at];
    if (character === '\\') at += 1;
    else if (isDouble && character === '$' && template[at + 1] === '(')
      at = substitutionEnd(template, at) - 1;
    else if (character === '"') isDouble = !isDouble;
    else if (!isDouble && character === "'") at = closing(template, at);
    else if (!isDouble && character === '(') depth += 1;
    else if (!isDouble && character === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return from + 1;
}

/** Where a single quote that opens here closes; the end of the line where it does not. */
function closing(template: string, from: number): number {
  const at = template.indexOf("'", from + 1);
  return at === -1 ? template.length : at;
}

const inDocument = (template: string, at: number, length: number, name: string): CommandProblem =>
  new CommandProblem(
    'the placeholder {{name}} stands in a here-document',
    "there a value would get quotes of its own: print it instead, like: printf '%s\\n' {column} | prog",
    { name },
    { line: template, at, length },
  );

const inQuotes = (
  template: string,
  at: number,
  length: number,
  name: string,
  isKnown: (name: string) => boolean,
): CommandProblem =>
  isKnown(name)
    ? new CommandProblem(
        'the placeholder {{name}} stands in quotes',
        'take the quotes away: a value is passed as it is, spaces and all (for the text itself write {{{name}}})',
        { name },
        { line: template, at, length },
      )
    : new CommandProblem(
        'there is no column {{name}}, and it stands in quotes',
        'for the text itself write {{{name}}}',
        { name },
        { line: template, at, length },
      );
