/** What is said of a table whose file nobody keeps up. */
import { tableIdOf } from '../../model/task.ts';

/** In English; by these words it is known again, since words are what the database keeps. */
export const aloneWords = (table: number): string =>
  `the file is not kept up: no agent that may run tasks runs as its owner on its machine; \`flowline write ${tableIdOf(table)}\` there writes what it came to, and what is missing is written when such an agent runs`;
