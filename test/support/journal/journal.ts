/** What payloads told of themselves (journal.sh), read by a test. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAttemptId } from '../../../src/model/task.ts';

export interface Testimony {
  what: 'start' | 'overlap' | 'term' | 'end';
  /** `t42.1.2` */
  attempt: string;
  /** `t42` */
  task: string;
  /** Of `start` the pid, of `end` the exit code. */
  figure: number | null;
}

export interface Journal {
  /** For the program, and with it every payload. */
  environment: { FLOWLINE_TEST_JOURNAL: string };
  /** In the order in which they were written. */
  lines(): Testimony[];
  /** Those of one task. */
  of(task: string): Testimony[];
  remove(): void;
}

/** The words that put a command under oath. */
export const WITNESSED = ['sh', join(import.meta.dirname, 'journal.sh')] as const;

export function openJournal(): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-journal-'));
  const path = join(folder, 'lines');
  const lines = (): Testimony[] =>
    !existsSync(path)
      ? []
      : readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => {
            const [what, attempt = '', figure] = line.split(' ');
            return {
              what: what as Testimony['what'],
              attempt,
              task: parseAttemptId(attempt)?.task ?? '',
              figure: figure === undefined ? null : Number(figure),
            };
          });
  return {
    environment: { FLOWLINE_TEST_JOURNAL: folder },
    lines,
    of: (task) => lines().filter((line) => line.task === task),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
