/**
 * What a task executes, as it travels from the submit to the node: never a joined string (trust.md, 12). Values of cells
 * are whole arguments or positional parameters; what only the start knows (GPU, run, attempt) has a place of its own.
 *
 *   python train.py --lr 0.1 on GPU 3   {"kind": "argv", "words": ["python", "train.py", "--lr", "0.1", "--gpu", {"at": "start", "fact": "gpu"}]}
 *   train.sh "$1" > "$2"                 {"kind": "shell", "script": "train.sh \"$1\" > \"$2\"", "parameters": ["0.1", "out/3.txt"]}
 *   a program of the user's              {"kind": "program", "program": ["./command.py"]}: asked with the row, on the node, for its argv
 */
import * as z from 'zod';
import { MAX_COMMAND_WORD_CHARACTERS, MAX_COMMAND_WORDS } from './limits.ts';

/** Known when an attempt starts: index of its first GPU, all of them comma-separated, their uuids, the run and attempt number, the task id. */
export const StartFact = z.enum(['gpu', 'gpus', 'gpu-uuids', 'run', 'attempt', 'task']);
export type StartFact = z.infer<typeof StartFact>;

const text = z.string().max(MAX_COMMAND_WORD_CHARACTERS);
const atStart = z.strictObject({ at: z.literal('start'), fact: StartFact });

/** One argument: text, a fact of the start, or several of them put together (`out/{gpu}.txt`). */
export const Word = z.union([text, atStart, z.array(z.union([text, atStart])).max(64)]);
export type Word = z.infer<typeof Word>;

export const TaskCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('argv'), words: z.array(Word).min(1).max(MAX_COMMAND_WORDS) }),
  /** Run as `sh -c SCRIPT sh PARAMETER…`; the script names values only as `"$1"` or `${FLOWLINE_PARAMETER_…}`. */
  z.strictObject({
    kind: z.literal('shell'),
    script: z.string().max(64 * 1024),
    parameters: z.array(Word).max(MAX_COMMAND_WORDS),
  }),
  /** One long-lived process of the owner's on the node, JSON lines (docs): row and GPUs in, argv out, 5 s a command. */
  z.strictObject({ kind: z.literal('program'), program: z.array(text).min(1).max(64) }),
]);
export type TaskCommand = z.infer<typeof TaskCommand>;

/**
 * What makes the commands of a table's rows: kept with its file, so that a row that is added to it later gets its own in
 * the same way (src/tables/command/rowCommand.ts).
 */
export const CommandSource = z.discriminatedUnion('kind', [
  /** After `--`: the row's cells are appended as `--column value`. */
  z.strictObject({ kind: z.literal('words'), words: z.array(text).min(1).max(MAX_COMMAND_WORDS) }),
  /** `--command`: with places for the row's cells. */
  z.strictObject({ kind: z.literal('template'), template: z.string().max(64 * 1024) }),
  /** `--command-from`, `--flow`: asked on the node, when an attempt starts. */
  z.strictObject({ kind: z.literal('program'), program: z.array(text).min(1).max(64) }),
  /** `--command-column`, or the table's own `cmd`: each row holds a template of its own. */
  z.strictObject({ kind: z.literal('column'), column: z.string().max(256) }),
]);
export type CommandSource = z.infer<typeof CommandSource>;

/** What the start knows, each fact as the text that stands for it. */
export type StartFacts = Record<StartFact, string>;

/** A word as the program is given it. */
export function renderWord(word: Word, facts: StartFacts): string {
  if (typeof word === 'string') return word;
  if (Array.isArray(word)) return word.map((part) => renderWord(part, facts)).join('');
  return facts[word.fact];
}

/** The command for people, before it has started: a fact of the start is shown as its placeholder. */
export function commandText(command: TaskCommand): string {
  const placeholders = Object.fromEntries(StartFact.options.map((fact) => [fact, `{${fact}}`])) as StartFacts;
  if (command.kind === 'shell') return command.script;
  const words = command.kind === 'program' ? command.program : command.words;
  return words.map((word) => quoted(renderWord(word, placeholders))).join(' ');
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
