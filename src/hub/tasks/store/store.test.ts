import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { manualClock } from '../../../../test/support/manualClock.ts';
import { mountSmallDisk } from '../../../../test/support/smallDisk.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { systemClock } from '../../../io/clock.ts';
import { openLog } from '../../../io/log.ts';
import type { Change } from './sentences.ts';
import { openStore, type Store } from './store.ts';

/** Threads that the store started, so that a test can end one. */
const threads = vi.hoisted(() => [] as Worker[]);
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  return {
    ...real,
    Worker: class extends real.Worker {
      constructor(...options: ConstructorParameters<typeof real.Worker>) {
        super(...options);
        threads.push(this);
      }
    },
  };
});

let folder: string;
let path: string;
let store: Store | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-store-'));
  path = join(folder, 'queue.sqlite');
  store = null;
});
afterEach(async () => {
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});
const open = async (at = path): Promise<Store> => {
  store = await openStore({ path: at, clock: systemClock, log: openLog('silent') });
  return store;
};
const usage = (owner: string, gpuSeconds = 1): Change => ['putUsage', owner, gpuSeconds, 1000];

describe('the store', () => {
  test('keeps what was written, in its order, for this user alone', async () => {
    const first = await open();
    for (let count = 0; count < 500; count += 1) first.write(usage('alice', count));
    await first.durable();
    expect(first.pending()).toBe(0);
    for (const end of ['', '-wal', '-shm']) expect(statSync(path + end).mode & 0o777).toBe(0o600);
    await first.stop();
    expect(await (await open()).read('usage')).toEqual([['alice', 499, 1000]]);
  });

  test('leaves no timer behind: one kept each hub for 3 s after it was told to end', async () => {
    const clock = manualClock();
    const timers = vi.spyOn(clock, 'after');
    const forgotten: boolean[] = [];
    timers.mockImplementation((_delayMs, _call) => {
      const place = forgotten.push(false) - 1;
      return () => {
        forgotten[place] = true;
      };
    });
    const one = await openStore({ path, clock, log: openLog('silent') });
    one.write(usage('alice'));
    await one.stop();
    expect(forgotten.length).toBeGreaterThan(0);
    expect(forgotten).not.toContain(false);
  });

  test('reads what was written before the question, committed or not', async () => {
    const now = await open();
    now.write(usage('alice'));
    const asked = now.read('usage');
    now.write(usage('bob'));
    expect(await asked).toContainEqual(['alice', 1, 1000]);
  });

  test('does not let a value that no column takes keep the others waiting', async () => {
    const now = await open();
    now.write(usage('alice'));
    now.write(['putUsage', 'nan', Number.NaN, 1000]);
    now.write(usage('bob'));
    await now.durable();
    expect((await now.read('usage')).map(([owner]) => owner)).toEqual(['alice', 'bob']);
  });

  test('goes on with a new thread where its thread ended, and loses nothing', async () => {
    const now = await open();
    const troubles: (string | null)[] = [];
    now.onTrouble((trouble) => troubles.push(trouble));
    now.write(usage('alice'));
    await now.durable();
    const ended = threads.at(-1)?.terminate();
    for (let count = 0; count < 100; count += 1) now.write(usage(`user-${count}`));
    await ended;
    await now.durable();
    expect(await now.read('usage')).toHaveLength(101);
    expect(troubles.at(0)).toMatch(/thread ended/);
    expect(now.trouble()).toBeNull();
  });
});

describe('a database that cannot be used', () => {
  test('is said to be damaged, with what to do, and is left as it is', async () => {
    const first = await open();
    for (let count = 0; count < 2000; count += 1) first.write(usage(`user-${count}`));
    await first.stop();
    const file = openSync(path, 'r+');
    for (let page = 2; page < 30; page += 1) writeSync(file, Buffer.alloc(2000, 0xee), 0, 2000, page * 4096);
    const before = readFileSync(path);
    store = null;
    await expect(open()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(path),
      hint: expect.stringMatching(/restore it from a copy, or move it away/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is no database at all', async () => {
    const file = openSync(path, 'w');
    writeSync(
      file,
      'these are the notes of somebody, and they are long enough to be no database of any kind. '.repeat(20),
    );
    await expect(open()).rejects.toMatchObject({ code: 'damaged' });
  });

  test('is said to be of a newer program', async () => {
    await (await open()).stop();
    store = null;
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(open()).rejects.toMatchObject({
      code: 'newer',
      message: expect.stringContaining('format 99'),
    });
  });

  test('cannot be opened where there is no folder', async () => {
    await expect(open(join(folder, 'no', 'where.sqlite'))).rejects.toMatchObject({ code: 'unusable' });
  });
});

const disk = mountSmallDisk(2048);
afterAll(() => disk?.remove());
describe.skipIf(disk === null)('a full disk (where this user may mount one)', () => {
  test('acknowledges nothing, says so, and keeps everything until there is room', async () => {
    const now = await open(join(disk?.path ?? '', 'queue.sqlite'));
    now.write(usage('before'));
    await now.durable();
    disk?.fill();
    let isDurable = false;
    // More than the log's free pages can take.
    for (let count = 0; count < 3000; count += 1) now.write(usage(`user-${count}-${'x'.repeat(200)}`));
    const durable = now.durable().then(() => {
      isDurable = true;
    });
    await waitFor('the store to say that its disk is full', () => now.trouble());
    expect(now.trouble()).toMatch(/disk of .*queue\.sqlite is full\. Make room/);
    expect(isDurable).toBe(false);
    expect(now.pending()).toBeGreaterThan(0);
    expect(await now.read('usage')).toContainEqual(['before', 1, 1000]);
    disk?.makeRoom();
    await durable;
    expect(now.trouble()).toBeNull();
    expect(await now.read('usage')).toHaveLength(3001);
    await now.stop();
    store = null;
  });

  test('ends a start, with what to do, and keeps what is there', async () => {
    const at = join(disk?.path ?? '', 'queue.sqlite');
    disk?.fill();
    await expect(open(at)).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringMatching(/disk is full/),
      hint: expect.stringMatching(/make room there and start again/),
    });
    disk?.makeRoom();
    expect(await (await open(at)).read('usage')).toHaveLength(3001);
    await store?.stop();
    store = null;
  });
});
