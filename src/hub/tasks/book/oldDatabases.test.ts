/** Databases as earlier versions wrote them, kept in test/recordings: they load for ever (test/support/keepDatabase.ts). */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bookBed, from, given, said, verdict } from '../../../../test/support/bookBed.ts';
import { STEPS } from '../store/schema.ts';

const RECORDINGS = join(import.meta.dirname, '../../../../test/recordings');
const kept = globSync('queue-format-*.sqlite.gz', { cwd: RECORDINGS }).sort();

test('one of every format is kept', () => {
  expect(kept).toEqual(STEPS.map((_, index) => `queue-format-${index + 1}.sqlite.gz`));
});

describe.each(kept)('%s', (name) => {
  const hasRemarks = name !== 'queue-format-1.sqlite.gz';
  test('loads with everything that was in it, and goes on', async () => {
    const bed = bookBed();
    writeFileSync(
      join(bed.folder, 'queue.sqlite'),
      gunzipSync(readFileSync(join(RECORDINGS, basename(name)))),
    );
    let book = await bed.open();
    try {
      // It came without its note, as after a move to another machine.
      expect(book.isRestored()).toBe(true);
      book.nodesReported();
      expect(book.counts()).toMatchObject({ queued: 2, stopping: 1, failed: 1, held: 3, succeeded: 1 });
      expect(book.table(1)).toMatchObject({
        name: 'sweep.csv',
        owner: 'alice',
        fileWarning: 'read only',
        needRuns: 12,
        doneRuns: 1,
        isComplete: true,
        hasEnvironment: true,
        file: { path: '/home/alice/sweep.csv', writesColumns: ['status'] },
      });
      expect(book.table(2)).toMatchObject({
        owner: 'bob',
        file: null,
        options: { priority: 5, after: [{ wanted: 'ok', task: 't1' }], graceSeconds: 10 },
        maxRunning: 2,
        gpuOrder: ['./order.py'],
        gitDirty: true,
        gitCommit: null,
        isComplete: false,
      });
      expect(book.task(1)).toMatchObject({ state: 'queued', runNum: 1, attempts: 0, last: { class: 'ok' } });
      expect(book.task(2)).toMatchObject({
        state: 'queued',
        runNum: 0,
        attempts: 1,
        usedRetries: { gpu_oom: 1 },
        avoid: ['GPU-a'],
        learnedBytes: 4096,
        notBeforeMs: 1_700_000_100_000,
      });
      expect(book.task(3)).toMatchObject({ state: 'failed', last: { class: 'program' } });
      expect(book.task(5)).toMatchObject({
        name: 'edited',
        heldBy: 'user',
        overrides: { ask: { memoryBytes: 1024 }, retries: 1 },
      });
      expect(book.task(6)).toMatchObject({ heldBy: 'row-removed', isInFile: false });
      expect(book.dependents(1).map(({ number }) => number)).toEqual([2]);
      const [live] = book.live().values();
      expect(live).toMatchObject({
        id: 't4.1.1',
        fence: { epoch: 1, number: 4 },
        sequence: 3,
        stop: { reason: 'user', graceSeconds: 20 },
        attempt: {
          nodeId: 'node-1',
          pid: 4711,
          gpus: [{ uuid: 'GPU-a', promisedBytes: 1000, peakBytes: 900 }],
        },
      });
      expect((await book.attempts([2])).get(2)).toMatchObject([
        { class: 'gpu_oom', exitCode: 137, signal: 'SIGKILL', outOfMemory: { line: 'oom', triedBytes: 7 } },
      ]);
      // What an earlier version said is told in its own words, and what this one says as data too.
      const [failed] = (await book.attempts([3])).get(3) ?? [];
      expect(failed).toMatchObject({
        message: 'exit code 1',
        remarks: hasRemarks ? [{ kind: 'text', text: 'exit code 1' }] : null,
      });
      const ended = (await book.story(3)).find(({ kind }) => kind === 'ended');
      expect(ended?.text).toMatch(/^failed.*exit code 1/);
      expect(ended?.remarks?.map(({ kind }) => kind) ?? null).toEqual(hasRemarks ? ['ended', 'text'] : null);
      expect((await book.details([1])).get(1)?.command).toMatchObject({ kind: 'argv' });
      expect(await book.environment(1)).toMatchObject({ PATH: '/usr/bin' });
      expect((await book.story(2)).map(({ kind }) => kind)).toEqual([
        'submitted',
        'ended',
        'learned',
        'queued-again',
      ]);
      expect(book.settings()).toMatchObject({ maxRunning: 4, isRunning: true });
      expect([...book.gpusOff()]).toEqual(['GPU-off']);
      expect(book.profile('table:1')).toEqual({ peakBytes: 900 });
      expect([...book.promises().keys()]).toEqual(['p1']);
      expect(book.usage('alice')).toBe(0);
      expect(book.unwritten(1, 10).results.map(({ key }) => key)).not.toContain('row-1');
      expect(book.repeated('alice', 'first')?.number).toBe(1);

      const lease = book.lease(2, given());
      if (!lease) throw new Error('t2 is not queued');
      book.report(from(), said(lease, 'ended', 1), () => verdict());
      await book.stop();
      book = await bed.open();
      expect(book.task(2)).toMatchObject({ runNum: 1, state: 'queued' });
    } finally {
      await book.stop();
      bed.remove();
    }
  });
});
