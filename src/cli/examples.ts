/** The examples of a `--help`, under its options: every command has some; and what else is to be said. */
import { wrapWords } from './text/wrap.ts';

/** A terminal has 80 columns at least. */
const COLUMNS = 79;

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

/** A paragraph below them, no wider than any terminal. */
export const paragraph = (text: string): string => `\n\n${wrapWords(text, COLUMNS).join('\n')}`;
