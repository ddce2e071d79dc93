/**
 * What a task costs from end to end, through the whole program: from the end of a run to the first instruction of the next
 * on the same card, and tasks a second that do nothing; Debian's task-spooler (`tsp`) does the same beside it where it is
 * installed. It keeps nothing on disk and knows no GPUs, so it is no aim, but it tells what the machine could do just then.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../src/model/task.ts';
import { administratorOf } from '../test/support/administrator.ts';
import { gpuCards } from '../test/support/gpuCards/gpuCards.ts';
import { lacking } from '../test/support/needs.ts';
import { runProgram, startHubProgram } from '../test/support/program.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { percentile, rounded } from './support/figures.ts';

interface Gaps {
  p50Ms: number;
  p95Ms: number;
}

export interface QueueCost {
  /** From the last instruction of a run to the first of the next one on its card. */
  gap: Gaps;
  /** Of that what passes until the hub has given the next one out: the end was seen, told and kept, the card is free. */
  untilGivenOut: Gaps;
  tasksPerSecond: number;
  /** The same by task-spooler; null: not installed. */
  taskSpooler: { gap: Gaps; tasksPerSecond: number } | null;
  runs: number;
  noOps: number;
  atOnce: number;
}

const RUNS = 60;
const NO_OPS = 400;
const AT_ONCE = 16;
const STAMPED = join(import.meta.dirname, 'support', 'stamped.sh');
const PATIENCE_MS = 300_000;

/** Measures both, one after the other. */
export async function measureQueue(): Promise<QueueCost> {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-bench-queue-'));
  try {
    const own = await measureFlowLine(folder);
    const taskSpooler = lacking('tsp').length === 0 ? await measureTaskSpooler(folder) : null;
    if (!taskSpooler)
      console.error('task-spooler (tsp) is not installed: it is not measured beside FlowLine');
    return { ...own, taskSpooler, runs: RUNS, noOps: NO_OPS, atOnce: AT_ONCE };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureFlowLine(
  folder: string,
): Promise<Pick<QueueCost, 'gap' | 'untilGivenOut' | 'tasksPerSecond'>> {
  const cards = gpuCards({ gpus: 1, totalMebibytes: 80_000 });
  const up = await startHubProgram('up', ['--log-level', 'error'], cards.environment);
  try {
    const client = await administratorOf(up);
    const environment = { ...cards.environment, FLOWLINE_HUB: up.url, FLOWLINE_DATA: up.dataFolder };
    await waitFor('its card', async () => (await client.call('queue')).gpus[0]?.freeBytes ?? null);

    const runTable = async (
      name: string,
      rows: number,
      ...options: string[]
    ): Promise<{ attempts: Attempt[]; beganAtMs: number }> => {
      const table = join(folder, name);
      writeFileSync(table, `seed\n${Array.from({ length: rows }, (_, row) => `${row}\n`).join('')}`);
      const beganAtMs = Date.now();
      const { code, errors } = await runProgram(['submit', table, '--json', ...options], environment);
      if (code !== 0) throw new Error(errors);
      const [queued] = (await client.call('tables', { query: {} })).tables.filter((one) => one.name === name);
      const parameters = { id: queued?.id ?? '' };
      await waitFor(
        `${name} to be over`,
        async () => (await client.call('table', { parameters })).counts.succeeded === rows,
        PATIENCE_MS,
      );
      const { tasks } = await client.call('tasks', { query: { table: parameters.id, limit: rows } });
      return { attempts: tasks.flatMap(({ attempts }) => attempts), beganAtMs };
    };

    const stamps = join(folder, 'flowline.stamps');
    // Each takes most of the card: the next starts when it is free again.
    const gaps = await runTable(
      'gaps.csv',
      RUNS,
      ...['--memory', '70G', '--command', `sh ${STAMPED} ${stamps} 60000`],
    );
    const noOps = await runTable(
      'no-ops.csv',
      NO_OPS,
      ...['--memory', '1G', '--max', String(AT_ONCE), '--command', 'true'],
    );
    // From the submit to the end of the last.
    const ends = noOps.attempts.map(({ endedAtMs }) => endedAtMs ?? Number.NaN);
    const seconds = (Math.max(...ends) - noOps.beganAtMs) / 1000;
    const leases = gaps.attempts.map(({ leasedAtMs }) => leasedAtMs).toSorted((one, other) => one - other);
    const { starts, ends: stops } = stampsOf(stamps);
    return {
      gap: gapsOf(starts, stops),
      untilGivenOut: gapsOf(leases, stops),
      tasksPerSecond: rounded(NO_OPS / seconds),
    };
  } finally {
    await up.end();
    cards.remove();
  }
}

/** A server of its own, with as many slots. */
async function measureTaskSpooler(folder: string): Promise<NonNullable<QueueCost['taskSpooler']>> {
  const environment = { ...process.env, TS_SOCKET: join(folder, 'tsp.socket'), TMPDIR: folder };
  const shell = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawn('sh', ['-ec', text], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
      child.once('error', reject);
      child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tsp: exit code ${code}`))));
    });
  // tsp -w waits for the last job that was added; with several slots others may end after it.
  const spool = (jobs: number, slots: number, command: string): string =>
    `tsp -S ${slots}; for job in $(seq ${jobs}); do tsp -n ${command}; done; tsp -w; while tsp | grep -q running; do sleep 0.01; done; tsp -C`;
  try {
    const stamps = join(folder, 'tsp.stamps');
    await shell(spool(RUNS, 1, `sh ${STAMPED} ${stamps} 0`));
    const beganAtMs = Date.now();
    await shell(spool(NO_OPS, AT_ONCE, 'true'));
    const seconds = (Date.now() - beganAtMs) / 1000;
    const { starts, ends } = stampsOf(stamps);
    return { gap: gapsOf(starts, ends), tasksPerSecond: rounded(NO_OPS / seconds) };
  } finally {
    await shell('tsp -K').catch(() => undefined);
  }
}

/** Lines of a start and an end in turn, in nanoseconds. */
function stampsOf(path: string): { starts: number[]; ends: number[] } {
  const atMs = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(BigInt(line) / 1000n) / 1000);
  if (atMs.length !== RUNS * 2) throw new Error(`${path} holds ${atMs.length} stamps of ${RUNS} runs`);
  return {
    starts: atMs.filter((_, place) => place % 2 === 0),
    ends: atMs.filter((_, place) => place % 2 === 1),
  };
}

/** From each end to what follows it for the next. */
function gapsOf(followers: readonly number[], ends: readonly number[]): Gaps {
  const gaps = followers.slice(1).map((atMs, place) => atMs - (ends[place] ?? 0));
  return { p50Ms: rounded(percentile(gaps, 50)), p95Ms: rounded(percentile(gaps, 95)) };
}

if (import.meta.main) console.log(JSON.stringify(await measureQueue(), null, 2));
