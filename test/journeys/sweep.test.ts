/** A researcher's evening: a sweep of 30 rows in Python on two (stand-in) GPUs, from submit to the finished table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Task } from '../../src/protocol/taskApi.ts';
import { type GpuCards, gpuCards } from '../support/gpuCards/gpuCards.ts';
import { skipWithout } from '../support/needs.ts';
import { type RunningHub, runProgram, startHubProgram, temporaryFolder } from '../support/program.ts';

const TRAIN = join(import.meta.dirname, '..', 'support', 'gpuCards', 'train.py');
const ROWS = 30;

describe.skipIf(skipWithout('gcc', 'python3'))('a sweep in Python on stand-in GPUs', () => {
  let cards: GpuCards;
  let hub: RunningHub;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let table: string;
  let result: Awaited<ReturnType<typeof runProgram>>;
  let tasks: Task[];

  const flowline = (...args: string[]) =>
    runProgram(args, { FLOWLINE_HUB: hub.url, FLOWLINE_DATA: hub.dataFolder, ...cards.environment });

  beforeAll(async () => {
    cards = gpuCards({ gpus: 2, totalMebibytes: 40_000 });
    folder = await temporaryFolder();
    hub = await startHubProgram('up', [], cards.environment);
    table = join(folder.path, 'sweep.csv');
    const rows = Array.from({ length: ROWS }, (_, row) => `0.${row + 1},cnn,${row % 3},0,1`);
    // One row whose loss is nan.
    rows[7] = '9.5,cnn,0,0,1';
    writeFileSync(table, `lr,model,seed,run_num,need_run_num\r\n${rows.join('\r\n')}\r\n`);
    result = await flowline('submit', table, '--wait', '--results', 'all', '--', 'python3', TRAIN);
    tasks = JSON.parse((await flowline('tasks', '--all', '--json')).output).tasks;
  });
  afterAll(async () => {
    await hub.end();
    cards.remove();
    await folder.remove();
  });

  test('every row runs once, and the one whose program fails is told apart', () => {
    expect(result.code, result.errors).toBe(1);
    expect(tasks).toHaveLength(ROWS);
    expect(tasks.filter(({ state }) => state === 'succeeded')).toHaveLength(ROWS - 1);
    const failed = tasks.find(({ state }) => state === 'failed');
    expect(failed).toMatchObject({ row: 8, attempts: [{ exitCode: 1, class: 'program' }] });
    expect(tasks.every(({ attempts }) => attempts.length === 1)).toBe(true);
  });

  test('cards were filled, never overfilled', () => {
    expect(cards.denials()).toBe(0);
    expect(Math.max(...cards.mostMebibytes())).toBeLessThanOrEqual(40_000);
    // How many share a card at once depends on how fast this machine starts them; sharing.test.ts holds them until it is seen.
    expect(Math.max(...cards.mostProcesses())).toBeGreaterThanOrEqual(2);
  });

  test('the table is kept up: its own columns, and nothing else of it', () => {
    const lines = readFileSync(table, 'utf8').split('\r\n');
    expect(lines[0]).toMatch(/^lr,model,seed,run_num,need_run_num,/);
    expect(lines[1]).toMatch(/^0\.1,cnn,0,1,1,.*succeeded/);
    expect(lines[8]).toMatch(/^9\.5,cnn,0,0,1,.*failed/);
    expect(lines.filter((line) => /,succeeded/.test(line))).toHaveLength(ROWS - 1);
  });

  test('each log is there, with the traceback where it failed', async () => {
    const failed = tasks.find(({ state }) => state === 'failed')?.id ?? '';
    expect((await flowline('logs', failed)).errors).toContain('ValueError: loss is nan');
    const fine = tasks.find(({ state }) => state === 'succeeded')?.id ?? '';
    expect((await flowline('logs', fine)).output).toContain('done: cnn');
  });

  test('memory was learned from what was seen', () => {
    const last = tasks.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0)).at(-1);
    const promised = last?.attempts[0]?.gpus[0]?.promisedBytes ?? 0;
    expect(promised / 2 ** 20).toBeGreaterThanOrEqual(8000);
    expect(promised / 2 ** 20).toBeLessThan(14_000);
  });
});
