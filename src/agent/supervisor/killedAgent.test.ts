/** The agent is killed at any moment, again and again: attempts go on, are found again, and none ever runs twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaseOf } from '../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { AttemptReport, Lease } from '../../protocol/supervision.ts';

const CHILD = join(import.meta.dirname, '../../../test/support/supervisorChild.ts');

let folder: string;
let child: ChildProcess | null = null;
/** The newest report of each attempt, over all agents. */
let newest: Map<string, AttemptReport>;
let sequences: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-killed-'));
  mkdirSync(join(folder, 'marks'));
  newest = new Map();
  sequences = [];
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startAgent(): Promise<void> {
  const started = spawn(process.execPath, [CHILD, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  child = started;
  const ready = Promise.withResolvers<void>();
  createInterface({ input: started.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { ready?: true; reports?: AttemptReport[] };
    if (said.ready) ready.resolve();
    for (const report of said.reports ?? []) {
      const before = newest.get(report.attempt);
      if (before !== undefined && before.sequence > report.sequence)
        sequences.push(`${report.attempt}: ${before.sequence} > ${report.sequence}`);
      newest.set(report.attempt, report);
    }
  });
  await ready.promise;
}

async function killAgent(): Promise<void> {
  const gone = new Promise((resolve) => child?.once('exit', resolve));
  child?.kill('SIGKILL');
  await gone;
}

const say = (line: object) => child?.stdin?.write(`${JSON.stringify(line)}\n`);

/** Starts of an attempt's program, as it wrote them itself. */
function startsOf(attempt: string): number {
  try {
    return readFileSync(join(folder, 'marks', attempt), 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

/** The same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([1, 2, 3, 4, 5, 6])(
  'killed at random moments, %i',
  async (seed) => {
    const random = numbers(seed);
    const leases: Lease[] = Array.from({ length: 12 }, (_, n) => {
      const attempt = `t${n + 1}.1.1`;
      const seconds = (random() * 0.6).toFixed(2);
      return leaseOf(
        attempt,
        `echo started >> "$1/marks/$FLOWLINE_ATTEMPT_ID"; sleep ${seconds}; exit ${n}`,
        {
          fence: { epoch: 1, number: n + 1 },
          command: {
            kind: 'shell',
            script: `echo started >> "$1/marks/$FLOWLINE_ATTEMPT_ID"; sleep ${seconds}; exit ${n}`,
            parameters: [folder],
          },
        },
      );
    });
    const told = new Set<string>();
    for (let round = 0; round < 5; round++) {
      await startAgent();
      for (const lease of leases.slice(round * 2, round * 2 + 3)) {
        told.add(lease.attempt);
        say({ launch: lease });
      }
      await delay(random() * 150);
      await killAgent();
    }
    await startAgent();
    // The hub gives out again what it was not answered: with the same fence that is never a second start.
    for (const lease of leases) {
      told.add(lease.attempt);
      say({ launch: lease });
    }
    const isOver = (attempt: string) => ['ended', 'never-started'].includes(newest.get(attempt)?.state ?? '');
    await waitFor('all attempts to be over', () => [...told].every(isOver), 30_000);
    for (const [n, { attempt }] of leases.entries()) {
      const { state, exitCode, class: endClass } = newest.get(attempt) ?? {};
      if (state === 'never-started') expect([attempt, startsOf(attempt)]).toEqual([attempt, 0]);
      else {
        expect([attempt, startsOf(attempt), exitCode, endClass]).toEqual([
          attempt,
          1,
          n,
          n === 0 ? 'ok' : 'program',
        ]);
      }
    }
    expect(sequences).toEqual([]);
    await killAgent();
  },
  60_000,
);

test('a stop that was asked for goes on after the agent is killed, and says the same', async () => {
  await startAgent();
  const script =
    'trap "" TERM; echo started >> "$FLOWLINE_PARAMETER_folder/marks/t1.1.1"; while :; do sleep 0.1; done';
  say({ launch: leaseOf('t1.1.1', script, { graceSeconds: 1, parameters: [['folder', folder]] }) });
  // By its own mark that it ignores SIGTERM from now on, and by the agent's word that it can be stopped.
  await waitFor('it to run', () => startsOf('t1.1.1') === 1);
  await waitFor('the agent to know', () => newest.get('t1.1.1')?.state === 'running');
  say({ stop: { attempt: 't1.1.1', fence: { epoch: 1, number: 1 }, reason: 'user', graceSeconds: null } });
  await waitFor('it to be stopping', () => newest.get('t1.1.1')?.state === 'stopping');
  await killAgent();
  await startAgent();
  const over = await waitFor(
    'its end',
    () => newest.get('t1.1.1')?.state === 'ended' && newest.get('t1.1.1'),
  );
  expect(over).toMatchObject({ class: 'user_kill', stopReason: 'user', signal: 'SIGKILL' });
});

test('a wrapper that is killed while no agent is there is told as lost, and what is left of it is ended', async () => {
  await startAgent();
  say({ launch: leaseOf('t1.1.1', 'sleep 300') });
  const { pid } = await waitFor(
    'it to run',
    () => newest.get('t1.1.1')?.state === 'running' && newest.get('t1.1.1'),
  );
  await killAgent();
  process.kill(pid ?? 0, 'SIGKILL');
  await startAgent();
  const over = await waitFor(
    'its end',
    () => newest.get('t1.1.1')?.state === 'ended' && newest.get('t1.1.1'),
  );
  expect(over).toMatchObject({ class: 'infra', exitCode: null });
});

test('an end that comes while no agent is there keeps its code and its time', async () => {
  await startAgent();
  say({ launch: leaseOf('t1.1.1', 'sleep 0.3; exit 9') });
  await waitFor('it to run', () => newest.get('t1.1.1')?.state === 'running');
  await killAgent();
  await delay(1500);
  const beforeMs = Date.now();
  await startAgent();
  const over = await waitFor(
    'its end',
    () => newest.get('t1.1.1')?.state === 'ended' && newest.get('t1.1.1'),
  );
  expect(over).toMatchObject({ class: 'program', exitCode: 9 });
  expect(over.endedAtMs).toBeLessThan(beforeMs - 500);
});
