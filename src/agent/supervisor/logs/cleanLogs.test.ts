/** What of the logs goes, and what stays: over real files, and of a real supervisor. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaseOf, openSupervisorBed } from '../../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { type CleaningOptions, cleanLogs } from './cleanLogs.ts';
import { logPaths, readLogRecord, writeLogRecord } from './logFiles.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;
const KIB = 1024;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-logs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pathsOf = (attempt: string) => {
  const paths = logPaths(folder, attempt);
  if (!paths) throw new Error(attempt);
  return paths;
};
/** Logs of 8 KiB on the disk. */
async function ended(attempt: string, daysAgo: number | null): Promise<void> {
  const paths = pathsOf(attempt);
  await mkdir(paths.folder, { recursive: true });
  await writeLogRecord(paths, {
    fence: { epoch: 1, number: 7 },
    startedAtMs: 1,
    completedAtMs: daysAgo === null ? null : NOW_MS - daysAgo * DAY_MS,
    gaps: { out: null, err: null },
    cleaned: null,
  });
  for (const path of Object.values(paths.streams)) await writeFile(path, 'x'.repeat(4 * KIB));
}
const clean = (more: Partial<CleaningOptions>) =>
  cleanLogs({
    logsFolder: folder,
    limits: { keepSeconds: null, totalBytes: null },
    nowMs: NOW_MS,
    isOpen: () => false,
    ...more,
  });
const days = (number: number) => ({ keepSeconds: number * 86_400, totalBytes: null });
const bytes = (number: number) => ({ keepSeconds: null, totalBytes: number });
const left = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => /\.(out|err)$/.test(name)).sort();

test('what ended longer ago than logs are kept goes; its record stays and says when and why', async () => {
  await ended('t1.1.1', 31);
  await ended('t1.1.2', 29);
  expect(await clean({ limits: days(30) })).toEqual({
    cleaned: [{ attempt: 't1.1.1', reason: 'age' }],
    isMore: false,
  });
  expect(await left()).toEqual(['t1/1.2.err', 't1/1.2.out']);
  expect(await readLogRecord(pathsOf('t1.1.1'))).toMatchObject({
    fence: { epoch: 1, number: 7 },
    cleaned: { atMs: NOW_MS, reason: 'age' },
  });
  // Once: it is not told again, and after half a year the record goes too.
  expect((await clean({ limits: days(30) })).cleaned).toEqual([]);
  await clean({ limits: days(1000), nowMs: NOW_MS + 200 * DAY_MS });
  expect(await readLogRecord(pathsOf('t1.1.1'))).toBeNull();
});

test('where all take more than they may, the oldest go until they do not', async () => {
  for (const day of [3, 9, 1, 7]) await ended(`t${day}.1.1`, day);
  expect(await clean({ limits: bytes(20 * KIB) })).toEqual({
    cleaned: [
      { attempt: 't9.1.1', reason: 'size' },
      { attempt: 't7.1.1', reason: 'size' },
    ],
    isMore: false,
  });
  expect((await left()).map((name) => name.split('/')[0])).toEqual(['t1', 't1', 't3', 't3']);
});

test('no limit, no end: an attempt that lives, is not acknowledged, or ended a moment ago keeps its log', async () => {
  await ended('t1.1.1', 90);
  await ended('t2.1.1', 90);
  await ended('t3.1.1', 0);
  expect((await clean({})).cleaned).toEqual([]);
  const isOpen = (attempt: string) => attempt === 't2.1.1';
  expect((await clean({ limits: { keepSeconds: 1, totalBytes: 0 }, isOpen })).cleaned).toEqual([
    { attempt: 't1.1.1', reason: 'age' },
  ]);
  expect((await left()).map((name) => name.split('/')[0])).toEqual(['t2', 't2', 't3', 't3']);
});

test('one that was never marked complete is as old as its last line, one that was put aside goes unsaid', async () => {
  await ended('t1.1.1', null);
  await ended('t2.1.1', 90);
  const at = (days: number) => (NOW_MS - days * DAY_MS) / 1000;
  for (const path of [...Object.values(pathsOf('t1.1.1').streams), pathsOf('t1.1.1').record])
    await utimes(path, at(40), at(40));
  const record = await readFile(pathsOf('t2.1.1').record, 'utf8');
  await writeFile(join(folder, 't2', '1.1.epoch1-3.json'), record);
  await writeFile(join(folder, 't2', '1.1.epoch1-3.out'), 'of an earlier hub');
  const half = join(folder, 't2', '1.1.json.0123456789ab.new');
  await writeFile(half, '{');
  await utimes(half, at(1), at(1));
  expect((await clean({ limits: days(30), nowMs: NOW_MS })).cleaned).toEqual([
    { attempt: 't2.1.1', reason: 'age' },
    { attempt: 't1.1.1', reason: 'age' },
  ]);
  expect(await left()).toEqual([]);
  expect(await readdir(join(folder, 't2'))).not.toContain('1.1.json.0123456789ab.new');
});

test('a supervisor leaves what it has not been told of alone; a reader of what is gone is told why', async () => {
  const bed = await openSupervisorBed();
  try {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'echo done'));
    await bed.untilOver('t1.1.1');
    const paths = logPaths(join(bed.folder, 'logs'), 't1.1.1');
    if (!paths) throw new Error('no paths');
    // Written by the supervisor after the end is told: what is written here must be the last word.
    const record = await waitFor('the record to be complete', async () => {
      const written = await readLogRecord(paths);
      return written?.completedAtMs ? written : null;
    });
    await writeLogRecord(paths, { ...record, completedAtMs: 1 });
    const limits = { keepSeconds: 1, totalBytes: 0 };
    expect((await bed.supervisor.cleanLogs(limits)).cleaned).toEqual([]);
    expect(await bed.log('t1.1.1')).toBe('done\n');
    const { fence, sequence } = bed.report('t1.1.1') ?? { fence: { epoch: 0, number: 0 }, sequence: 0 };
    bed.supervisor.acknowledge([{ attempt: 't1.1.1', fence, sequence }]);
    expect(bed.supervisor.inventory().reports).toEqual([]);
    let cleaned = 0;
    while (cleaned === 0) cleaned = (await bed.supervisor.cleanLogs(limits)).cleaned.length;
    await expect(bed.log('t1.1.1')).rejects.toThrow(/cleaned up on \d{4}-\d\d-\d\d: it was older/);
  } finally {
    await bed.close();
  }
});
