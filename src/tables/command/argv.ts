/**
 * The usual command: the words that were typed, then each cell of the row as `--column value`. A blank cell has no
 * parameter and so no flag. A value that begins with `-` would be taken for another flag, so it goes as `--column=value`,
 * unless it is a number that programs take for one: Python's argparse knows `-1` and `-0.5`, but takes `-1e-5` for a flag.
 */
import type { TaskCommand } from '../../model/command.ts';
import type { Parameters } from '../../model/queue.ts';

const NEGATIVE_NUMBER = /^-(\d+|\d*\.\d+)$/;

/** True where a value must not stand as a word of its own behind its flag. */
export const looksLikeFlag = (value: string): boolean =>
  value.startsWith('-') && !NEGATIVE_NUMBER.test(value);

/** `--lr 0.1`, or `--note=-x`. */
export const flagWords = (column: string, value: string): string[] =>
  looksLikeFlag(value) ? [`--${column}=${value}`] : [`--${column}`, value];

/** The words, then the row's cells. */
export const argvCommand = (words: readonly string[], parameters: Parameters): TaskCommand => ({
  kind: 'argv',
  words: [...words, ...parameters.flatMap(([column, value]) => flagWords(column, value))],
});
