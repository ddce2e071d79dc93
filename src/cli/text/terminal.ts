/** How a command may write: how wide, in colours or not, in whose language. From the environment, as other programs do. */
import type { Language } from '../../fleet/words.ts';
import type { CommandContext } from '../context.ts';
import { type Words, wordsOf } from '../words/words.ts';
import { type Paint, paint } from './paint.ts';

export interface Terminal {
  /** Null where stdout is none: a pipe gets every character. */
  columns: number | null;
  paint: Paint;
  words: Words;
}

/** What main found out about stdout, and what the user set. */
export function terminalOf({
  terminalColumns,
  environment,
}: Pick<CommandContext, 'terminalColumns' | 'environment'>): Terminal {
  return {
    // A terminal that does not tell its width tells 0.
    columns: terminalColumns === 0 ? 80 : (terminalColumns ?? namedColumns(environment.COLUMNS)),
    // https://no-color.org: set and not empty.
    paint: paint(terminalColumns !== null && !environment.NO_COLOR && environment.TERM !== 'dumb'),
    words: wordsOf(languageOf(environment)),
  };
}

/** `watch` and others run commands in a pipe and say by COLUMNS how wide they will show it. */
function namedColumns(text: string | undefined): number | null {
  const columns = Number(text);
  return Number.isInteger(columns) && columns >= 20 ? columns : null;
}

/** The first that is set decides, as setlocale(3) has it: LC_ALL, LC_MESSAGES, LANG. */
export function languageOf(environment: Record<string, string | undefined>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}
