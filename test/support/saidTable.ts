/** A table of two rows as a hub tells of it, for tests of commands. */
import { DEFAULT_OPTIONS, type Table } from '../../src/model/queue.ts';

export const TABLE: Table = {
  id: 'b7',
  name: 'sweep.csv',
  owner: 'alice',
  file: null,
  fileWarning: null,
  fileTrouble: null,
  workingDirectory: '/home/alice',
  command: 'python train.py',
  options: DEFAULT_OPTIONS,
  maxRunning: null,
  paused: null,
  gitCommit: null,
  gitDirty: null,
  createdAtMs: 1,
  rows: 2,
  runs: 2,
  counts: { queued: 2 },
  doneAtMs: null,
  doneErrorMs: null,
};
