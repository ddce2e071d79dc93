import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../test/support/supervisorBed.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import { answerRequest, type RequestSources } from './requests.ts';

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
  const sources = { supervisor, machine: { processes: { kill } } } as unknown as RequestSources;
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
