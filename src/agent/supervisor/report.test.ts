import { expect, test, vi } from 'vitest';
import { leaseOf } from '../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { systemClock } from '../../io/clock.ts';
import { silentLog } from '../../io/log.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import type { AttemptFiles } from './files/attemptFiles.ts';
import { keepReport } from './report.ts';

/** A keeper over a disk that writes when the test says so. */
function keeperOver(writeReport: AttemptFiles['writeReport'], earlier: AttemptReport | null = null) {
  const changed = vi.fn();
  const files = { writeReport } as AttemptFiles;
  const keeper = keepReport({
    lease: leaseOf('t1.1.1', 'true'),
    earlier,
    files,
    changed,
    clock: systemClock,
    log: silentLog,
  });
  return { keeper, changed };
}

test('an end is on disk before it is told, to whoever asks', async () => {
  const onDisk = Promise.withResolvers<void>();
  const { keeper, changed } = keeperOver(() => onDisk.promise);
  const done = keeper.changeForGood({ state: 'ended', class: 'ok', exitCode: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(keeper.isFinal()).toBe(false);
  expect(changed).not.toHaveBeenCalled();
  onDisk.resolve();
  await done;
  expect(keeper.current()).toMatchObject({ state: 'ended', class: 'ok', sequence: 2 });
  expect(changed).toHaveBeenCalledOnce();
});

test('a disk that is full is waited for, and nothing else changes an end meanwhile', async () => {
  let isFull = true;
  const writeReport = vi.fn(async () => {
    if (isFull) throw new Error('ENOSPC');
  });
  const { keeper, changed } = keeperOver(writeReport);
  const done = keeper.changeForGood({ state: 'ended', exitCode: 3 });
  await waitFor('a second try', () => writeReport.mock.calls.length >= 2);
  keeper.change({ state: 'stopping' });
  expect(changed).not.toHaveBeenCalled();
  isFull = false;
  await done;
  expect(keeper.current()).toMatchObject({ state: 'ended', exitCode: 3, sequence: 2 });
});

test('two agents that are killed one after the other never count on from the same number', async () => {
  const written: AttemptReport[] = [];
  const write = async (report: AttemptReport) => {
    written.push(report);
  };
  const told: number[] = [];
  let earlier: AttemptReport | null = null;
  for (let agent = 0; agent < 3; agent++) {
    const { keeper } = keeperOver(write, earlier);
    await keeper.takeOver();
    earlier = written.at(-1) ?? null;
    // Told, and lost with the agent before it was written.
    keeper.change({ state: 'running' });
    told.push(keeper.current().sequence);
  }
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(new Set(told).size).toBe(3);
});
