/** A hub's book killed by SIGKILL at any moment: what was acknowledged is there, nothing else went wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { Acknowledged } from '../../../../test/support/bookChild.ts';
import { systemClock } from '../../../io/clock.ts';
import { openLog } from '../../../io/log.ts';
import { isLive, RunState } from '../../../model/task.ts';
import { openTaskBook } from './openTaskBook.ts';
import type { TaskBook } from './taskBook.ts';

const CHILD = join(import.meta.dirname, '../../../../test/support/bookChild.ts');
/** Of one database; what was acknowledged before the first of them is looked for after the last. */
const KILLS = 5;
const DATABASES = process.env.FLOWLINE_SOAK === 'true' ? [...Array(20).keys()] : [0];

test.each(DATABASES)(
  'nothing that was acknowledged is lost by kill -9 at any moment (%i)',
  {
    timeout: 120_000,
  },
  async (round) => {
    const folder = mkdtempSync(join(tmpdir(), 'flowline-kill-'));
    const all: Acknowledged[] = [];
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const heard = await workUntilKilled(folder, 30 + (((round * KILLS + kill) * 137) % 400));
        all.push(...heard);
        const book = await openTaskBook({ dataFolder: folder, clock: systemClock, log: openLog('silent') });
        expect(book.isRestored()).toBe(false);
        try {
          await expectKept(book, all);
          takeBack(book);
        } finally {
          await book.stop();
        }
      }
      expect(all.filter((line) => line.kind === 'ended' && line.isSuccess).length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** Lets the child work, kills it so many milliseconds after it began, and answers every line that it said whole. */
async function workUntilKilled(folder: string, afterMs: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const heard: Acknowledged[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be cut by the kill: it was not said.
    if (!line.endsWith('}')) continue;
    heard.push(JSON.parse(line) as Acknowledged);
    if (heard.length === 1) setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  await exited;
  expect(heard[0]).toEqual({ kind: 'open' });
  return heard;
}

async function expectKept(book: TaskBook, all: readonly Acknowledged[]): Promise<void> {
  const numbers = book.tables().flatMap((table) => table.tasks.map((task) => task.number));
  const attempts = await book.attempts(numbers);
  for (const line of all) {
    if (line.kind === 'table') {
      expect(book.table(line.table)?.tasks.map((task) => task.number)).toEqual(line.tasks);
    } else if (line.kind === 'leased') {
      const [task = '', run, attempt] = line.attempt.split('.');
      const kept = attempts.get(Number(task.slice(1))) ?? [];
      expect(kept.filter((each) => each.run === Number(run) && each.number === Number(attempt))).toHaveLength(
        1,
      );
    } else if (line.kind === 'ended') {
      expect(book.live().has(line.attempt)).toBe(false);
      const task = book.task(line.task);
      expect(task?.runNum).toBeGreaterThanOrEqual(line.runNum);
    }
  }
  for (const state of RunState.options) {
    const naive = numbers.filter((number) => book.task(number)?.state === state).length;
    expect(book.counts()[state]).toBe(naive);
  }
  for (const number of numbers) {
    const task = book.task(number);
    const succeeded = (attempts.get(number) ?? []).filter((attempt) => attempt.class === 'ok').length;
    expect(task?.runNum).toBe(succeeded);
    const alive = (attempts.get(number) ?? []).filter((attempt) => isLive(attempt.state));
    expect(alive.length).toBe(task?.live ? 1 : 0);
  }
}

/** The node's word on what it never saw, as after a reconnect: so that the next round has work. */
function takeBack(book: TaskBook): void {
  for (const live of [...book.live().values()]) {
    book.notStarted(live.id, { kind: 'not-begun', why: 'never-heard' });
    book.gone(live.id, { class: 'infra', again: true, notBeforeMs: null, remarks: [] }, null);
  }
}
