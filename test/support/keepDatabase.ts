/**
 * Makes the database of a queue as this version writes it, to be kept for the tests of later ones:
 *
 *   node test/support/keepDatabase.ts test/recordings/queue-format-1.sqlite.gz
 *
 * Kept ones are never made anew: they stand for what users have.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { DEFAULT_OPTIONS } from '../../src/model/queue.ts';
import { bareOutOfMemory } from '../../src/model/task.ts';
import { bookBed, from, given, row, rows, said, submit, verdict } from './bookBed.ts';

const bed = bookBed();
const book = await bed.open();
const lease = (task: number) => {
  const leased = book.lease(task, given());
  if (!leased) throw new Error(`t${task} is not queued`);
  return leased;
};

book.createTable(submit(rows(6, { needRunNum: 2 }), { idempotencyKey: 'first' }));
const options = { ...DEFAULT_OPTIONS, priority: 5, after: [{ wanted: 'ok', task: 't1' } as const] };
book.createTable(
  submit([row(1, { runNum: 1, needRunNum: 1 }), row(2)], {
    owner: 'bob',
    isComplete: false,
    table: {
      name: 'later',
      file: null,
      options,
      hold: true,
      gpuOrder: ['./order.py'],
      maxRunning: 2,
      gitDirty: true,
    },
  }),
);
book.report(from(), said(lease(1), 'ended', 1), () => verdict());
const failed = said(lease(2), 'ended', 1, {
  exitCode: 137,
  signal: 'SIGKILL',
  outOfMemory: bareOutOfMemory('oom', 7),
});
book.report(from(), failed, () =>
  verdict({
    class: 'gpu_oom',
    again: true,
    notBeforeMs: 1_700_000_100_000,
    learnedBytes: 4096,
    avoid: ['GPU-a'],
  }),
);
book.report(from(), said(lease(3), 'ended', 1), () =>
  verdict({ class: 'program', remarks: [{ kind: 'text', text: 'exit code 1' }] }),
);
book.report(from(), said(lease(4), 'running', 3), () => verdict());
book.kill(4, 'alice', 20);
book.hold(5, 'bob');
book.rowRemoved(6);
book.edit(5, { memoryBytes: 1024, retries: 1, name: 'edited' }, 'bob');
book.changeSettings({ maxRunning: 4 }, 'root');
book.switchGpus(['GPU-off'], false, 'root');
book.keepProfile('table:1', { peakBytes: 900 });
book.keepPromise({ id: 'p1', owner: 'bob', nodeId: 'node-1', gpus: [], pid: 12, takenAtMs: 1, keptAtMs: 2 });
book.written(1, book.unwritten(1, 2).revision, 'read only');
await book.stop();

const path = join(bed.folder, 'queue.sqlite');
const database = new DatabaseSync(path);
database.exec('PRAGMA journal_mode = DELETE; VACUUM');
database.close();
writeFileSync(process.argv[2] ?? 'queue.sqlite.gz', gzipSync(readFileSync(path), { level: 9 }));
bed.remove();
