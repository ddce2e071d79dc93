/**
 * One seed of the kill -9 test: a table of short payloads whose exit codes are known, one kill at a moment that the seed
 * chooses, and everything that must be true afterwards. Nothing is believed that a payload did not tell itself.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { attemptIdOf, isFinal, isLive, type RunState } from '../../../src/model/task.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { type Testimony, WITNESSED } from '../journal/journal.ts';
import { waitFor } from '../waitFor.ts';
import type { Pair } from './pair.ts';

/** `shim`: the wrapper of an attempt that runs. */
export type Victim = 'hub' | 'agent' | 'hub and agent' | 'shim' | 'shim and agent';

interface Row {
  hold: number;
  code: number;
}

/** What a seed does. */
export interface Round {
  seed: number;
  victim: Victim;
  /** After the submit began. */
  afterMs: number;
  rows: Row[];
  gpus: 0 | 1;
}

const VICTIMS: readonly Victim[] = ['hub', 'agent', 'hub and agent', 'shim', 'shim and agent'];
const CODES = [0, 0, 0, 1, 7, 42];
const PAYLOAD = join(import.meta.dirname, '..', 'gpuCards', 'payload.sh');
const LOOK_EACH_MS = 100;
const PATIENCE_MS = 180_000;

export function roundOf(seed: number): Round {
  const random = seededRandom(`kill -9, ${seed}`);
  const whole = (below: number): number => Math.floor(random() * below);
  return {
    seed,
    victim: VICTIMS[whole(VICTIMS.length)] ?? 'hub',
    afterMs: whole(2000),
    // Short ones end at any moment of it; one or two outlive what is killed, and are found again.
    rows: Array.from({ length: 4 + whole(5) }, (_, row) => ({
      hold: row < 1 + whole(2) ? 2 + whole(30) / 10 : whole(5) / 10,
      code: CODES[whole(CODES.length)] ?? 0,
    })),
    gpus: whole(2) === 0 ? 0 : 1,
  };
}

export const describeRound = ({ seed, victim, afterMs, rows, gpus }: Round): string =>
  `seed ${seed}: kill -9 of ${victim} after ${afterMs} ms, ${rows.length} rows, ${gpus} GPU each`;

/** A round that is under way: what was acknowledged, and what was seen. */
export interface Played {
  round: Round;
  table: string;
  /** In the order of the rows. */
  ids: string[];
  /** States that were told to be final, when first told. */
  ended: Map<string, RunState>;
  problems: string[];
}

/** Plays it until every row is over, or (after the end of a shim) waits for its next try. */
export async function play(pair: Pair, round: Round): Promise<Played> {
  const name = `seed-${round.seed}.csv`;
  const table = join(pair.folder, name);
  const original = ['hold,code', ...round.rows.map(({ hold, code }) => `${hold},${code}`)];
  writeFileSync(table, original.map((line) => `${line}\n`).join(''));
  const played: Played = { round, table, ids: [], ended: new Map(), problems: [] };
  const watched = watchFile(played, original);
  try {
    const killing = delay(round.afterMs).then(() => strike(pair, played));
    played.ids = await submit(pair, played, name);
    await killing;
    await pair.ready();
    await waitFor(
      `${describeRound(round)}: its end`,
      async () => {
        const tasks = await look(pair, played);
        return tasks.every(
          ({ state, waiting }) =>
            isFinal(state) || (killsShim(round) && state === 'queued' && waiting?.kind === 'backoff'),
        );
      },
      PATIENCE_MS,
    );
  } finally {
    watched();
  }
  return played;
}

/** What is wrong, once all of it is over; nothing where all is well. */
export async function verify(pair: Pair, played: Played): Promise<string[]> {
  const { round, problems } = played;
  const say = (problem: string): number => problems.push(`${describeRound(round)}: ${problem}`);
  const told = pair.journal.lines();
  for (const [place, task] of (await tasksOf(pair, played.ids)).entries()) {
    const expected = round.rows[place]?.code ?? 0;
    if (!task) {
      say(`${played.ids[place]} was acknowledged and is lost`);
      continue;
    }
    const state = expected === 0 ? 'succeeded' : 'failed';
    if (task.state !== state) say(`${task.id} is ${task.state}, and its payload ended with ${expected}`);
    const first = played.ended.get(task.id);
    if (first !== undefined && first !== task.state) say(`${task.id} was ${first} and is ${task.state}`);
    if (task.runNum !== (expected === 0 ? 1 : 0)) say(`${task.id} has run_num ${task.runNum}`);
    // Without a class: its node had not heard of it when one of them was killed, so that nothing of it ever ran (below).
    const classes = task.attempts.map((attempt) => attempt.class);
    if (classes.slice(0, -1).some((class_) => class_ !== 'infra' && class_ !== null))
      say(`${task.id} was tried again after ${classes.join(', ')}`);
    if (!killsShim(round) && classes.includes('infra'))
      say(`${task.id} lost an attempt: ${task.attempts.map(({ message }) => message).join('; ')}`);
    if (task.attempts.at(-1)?.exitCode !== expected)
      say(`${task.id} has exit code ${task.attempts.at(-1)?.exitCode}, and it was ${expected}`);
    for (const problem of contradictions(
      task,
      told.filter((line) => line.task === task.id),
    ))
      say(problem);
  }
  await tableIsDone(played).catch((failure: Error) => say(failure.message));
  return problems;
}

/** Where the hub and the payloads of a task tell different stories. */
function contradictions(task: Task, told: readonly Testimony[]): string[] {
  const kept = new Map(
    task.attempts.map((attempt) => [attemptIdOf(task.id, attempt.run, attempt.number), attempt]),
  );
  const starts = told.filter(({ what }) => what === 'start').map(({ attempt }) => attempt);
  return [
    ...starts
      .filter((attempt, place) => starts.indexOf(attempt) !== place)
      .map((attempt) => `${attempt} ran twice`),
    ...starts
      .filter((attempt) => (kept.get(attempt)?.class ?? null) === null)
      .map(
        (attempt) =>
          `${attempt} ran, and the hub says ${kept.has(attempt) ? 'it never did' : 'nothing of it'}`,
      ),
    ...told
      .filter(({ what }) => what === 'overlap')
      .map(({ attempt }) => `${attempt} ran while another attempt of its run was alive`),
    ...told
      .filter(({ what }) => what === 'end')
      .map(({ attempt, figure }) => ({ attempt, figure, exitCode: kept.get(attempt)?.exitCode ?? null }))
      .filter(({ figure, exitCode }) => exitCode !== null && exitCode !== figure)
      .map(({ attempt, figure, exitCode }) => `${attempt} ended with ${figure}, and ${exitCode} is kept`),
  ];
}

/** The file says of every row what became of it. */
async function tableIsDone({ round, table }: Played): Promise<void> {
  let rows: string[][] = [];
  await waitFor(
    'the table to say how all of it ended',
    () => {
      rows = cellsOf(table);
      const [columns = [], ...cells] = rows;
      const status = columns.indexOf('status');
      return cells.every(
        (row, place) => row[status] === (round.rows[place]?.code === 0 ? 'succeeded' : 'failed'),
      );
    },
    60_000,
  ).catch(() => {
    throw new Error(`its table says ${JSON.stringify(rows)}`);
  });
}

async function strike(pair: Pair, played: Played): Promise<void> {
  const { victim } = played.round;
  if (victim === 'hub and agent') return pair.kill('hub', 'agent');
  if (victim === 'hub' || victim === 'agent') return pair.kill(victim);
  // One that runs now; where the moment came too early the first that does, and none where it came too late.
  await waitFor(
    'a shim to kill',
    async () => {
      const tasks = await look(pair, played);
      const alive = tasks.find(
        ({ state, attempts }) => isLive(state) && (attempts.at(-1)?.pid ?? null) !== null,
      );
      const pid = alive?.attempts.at(-1)?.pid ?? null;
      if (pid !== null) process.kill(pid, 'SIGKILL');
      return pid !== null || (tasks.length > 0 && tasks.every(({ state }) => isFinal(state)));
    },
    PATIENCE_MS,
  ).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'ESRCH') throw failure;
  });
  if (victim === 'shim and agent') await pair.kill('agent');
}

/** Its run may wait for its next try for half a minute. */
const killsShim = ({ victim }: Round): boolean => victim.startsWith('shim');

/** As somebody does whose hub is away for a moment: again, and where it was taken all the same, what was taken. */
async function submit(pair: Pair, { round, table }: Played, name: string): Promise<string[]> {
  const command = `${WITNESSED.join(' ')} sh ${
    round.gpus === 0 ? `-c 'sleep "$1"; exit "$2"' load` : `${PAYLOAD} 3000 0`
  } {hold} {code}`;
  const options = ['--gpus', String(round.gpus), '--results', 'all', '--memory', '5000M', '--json'];
  return waitFor(
    `${describeRound(round)}: a submit that is acknowledged`,
    async () => {
      const { code, output, errors } = await pair.flowline('submit', table, ...options, '--command', command);
      if (code === 0) return (JSON.parse(output) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
      if (!/queued already/.test(errors)) throw new Error(errors);
      const { tables } = await pair.client().call('tables', { query: {} });
      const taken = tables.find((one) => one.name === name);
      const { tasks } = await pair
        .client()
        .call('tasks', { query: { table: taken?.id ?? '', sort: 'row', limit: 1000 } });
      return tasks.length === round.rows.length && tasks.map(({ id }) => id);
    },
    PATIENCE_MS,
  );
}

/** The tasks of a round as they are told now; what is final is remembered. */
async function look(pair: Pair, { ids, ended }: Played): Promise<Task[]> {
  await delay(LOOK_EACH_MS);
  const tasks = (await tasksOf(pair, ids)).filter((task) => task !== null);
  for (const { id, state } of tasks) if (isFinal(state) && !ended.has(id)) ended.set(id, state);
  return tasks;
}

async function tasksOf(pair: Pair, ids: readonly string[]): Promise<(Task | null)[]> {
  if (ids.length === 0) return [];
  const { tasks } = await pair
    .client()
    .call('tasks', { query: { sort: 'id', descending: 'true', limit: 1000 } });
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Reads the table without a pause; the stop ends that. */
function watchFile({ table, problems, round }: Played, original: readonly string[]): () => void {
  const looking = setInterval(() => {
    const [columns = [], ...rows] = cellsOf(table);
    const isWhole =
      rows.length === original.length - 1 &&
      rows.every((cells) => cells.length === columns.length) &&
      [columns, ...rows].every((cells, line) => cells.slice(0, 2).join(',') === original[line]);
    if (isWhole || problems.length > 0) return;
    problems.push(`${describeRound(round)}: the table was not whole: ${readFileSync(table, 'utf8')}`);
  }, 3);
  return () => clearInterval(looking);
}

/** Nothing here is quoted. */
const cellsOf = (table: string): string[][] =>
  readFileSync(table, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));
