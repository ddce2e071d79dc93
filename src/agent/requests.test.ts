import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../test/support/supervisorBed.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { NodeSample } from '../model/node.ts';
import { UNKNOWN_DETAILS } from '../model/process.ts';
import { answerRequest, findProcesses, type RequestSources } from './requests.ts';

let bed: SupervisorBed;
beforeEach(async () => {
  bed = await openSupervisorBed();
});
afterEach(() => bed.close());

function sourcesWith(supervisor: RequestSources['supervisor']): {
  sources: RequestSources;
  kill: ReturnType<typeof vi.fn>;
} {
  const kill = vi.fn(async (targets: { pid: number }[]) =>
    targets.map(({ pid }) => ({ pid, outcome: 'done' as const, message: 'ended' })),
  );
  const sources = {
    supervisor,
    machine: { processes: { kill } },
    newestSample: () => null,
  } as unknown as RequestSources;
  return { sources, kill };
}

test('a process of a task is stopped through its task, whoever asks; its neighbours are ended as before', async () => {
  await bed.supervisor.launch(leaseOf('t5.1.1', `setsid sh -c 'echo $$; exec sleep 30' & wait; sleep 30`));
  const stray = await waitFor('a pid', async () => Number(await bed.log('t5.1.1')) || null);
  const { sources, kill } = sourcesWith(bed.supervisor);
  const targets = [
    { pid: 1, startedAtMs: null },
    { pid: stray, startedAtMs: null },
    { pid: bed.report('t5.1.1')?.pid ?? 0, startedAtMs: null },
  ];
  const answer = await answerRequest(sources, {
    kind: 'kill-processes',
    targets,
    may: 'everyone',
    graceMs: 0,
  });
  expect(kill).toHaveBeenCalledWith([targets[0]], { may: 'everyone' }, 0);
  expect(answer).toMatchObject({
    results: [
      { pid: 1, outcome: 'done' },
      { pid: stray, outcome: 'not-allowed', message: expect.stringContaining('flowline kill t5') },
      { outcome: 'not-allowed' },
    ],
  });
});

test('what a hub asks about attempts is answered in the words of the link', async () => {
  const { sources } = sourcesWith(bed.supervisor);
  const ask = (request: Parameters<typeof answerRequest>[1]) => answerRequest(sources, request);
  const fence = { epoch: 1, number: 1 };
  expect(await ask({ kind: 'launch', lease: leaseOf('t1.1.1', 'echo out; sleep 30') })).toEqual({
    kind: 'launched',
  });
  const log = {
    kind: 'read-log' as const,
    stream: 'out' as const,
    place: { fromByte: 0 },
    maxBytes: 100,
    waitMs: 5000,
  };
  expect(await ask({ ...log, attempt: 't1.1.1' })).toMatchObject({
    kind: 'log',
    slice: { toByte: 4, isComplete: false },
  });
  expect(await ask({ ...log, attempt: 't9.1.1' })).toMatchObject({ kind: 'failed', code: 'log-not-there' });
  const stop = { kind: 'stop-attempt' as const, fence, reason: 'user' as const, graceSeconds: 0 };
  expect(await ask({ ...stop, attempt: 't9.1.1' })).toMatchObject({
    kind: 'failed',
    code: 'unknown-attempt',
  });
  expect(await ask({ ...stop, attempt: 't1.1.1' })).toEqual({ kind: 'stopping' });
});

test('an agent that shows figures only executes nothing', async () => {
  const { sources } = sourcesWith(null);
  expect(await answerRequest(sources, { kind: 'launch', lease: leaseOf('t1.1.1', 'true') })).toMatchObject({
    kind: 'refused',
  });
});

test('processes that may not be read are found by their pid, on GPUs and elsewhere, with what is known', async () => {
  const held = { pid: 4711, type: 'compute', memoryUsedBytes: 1024, ...UNKNOWN_DETAILS };
  const known = { ...held, pid: 4712, startedAtMs: 1000 };
  const sample = { gpus: [{ index: 3, processes: [held, known] }] } as unknown as NodeSample;
  const nothing = { read: async () => ({ containers: [], sessions: [] }) };
  const sources = {
    machine: {
      processes: { all: async () => [], inspect: async () => new Map(), hides: (pid: number) => pid === 99 },
      containers: nothing,
      sessions: nothing,
    },
    newestSample: () => sample,
    supervisor: null,
  } as unknown as RequestSources;
  const kill = vi.fn(async (targets: { pid: number }[]) =>
    targets.map(({ pid }) => ({ pid, outcome: 'gone' as const, reason: null, message: 'gone' })),
  );
  Object.assign(sources.machine.processes, { kill });
  const answer = await answerRequest(sources, {
    kind: 'kill-processes',
    targets: [4711, 4712].map((pid) => ({ pid, startedAtMs: null })),
    may: 'everyone',
    graceMs: 0,
  });
  expect(answer).toMatchObject({
    results: [
      { pid: 4711, outcome: 'failed', message: expect.stringContaining('another PID namespace') },
      { pid: 4712, outcome: 'gone' },
    ],
  });
  const find = async (query: string) =>
    (await findProcesses(sources, query)).map(({ pid, gpus, gpuMemoryBytes, startedAtMs }) => [
      pid,
      gpus,
      gpuMemoryBytes,
      startedAtMs,
    ]);
  expect(await find('4711')).toEqual([[4711, [3], 1024, null]]);
  expect(await find('99')).toEqual([[99, [], null, null]]);
  expect(await find('98')).toEqual([]);
  // Read a moment ago and no more: it has ended.
  expect(await find('4712')).toEqual([]);
});
