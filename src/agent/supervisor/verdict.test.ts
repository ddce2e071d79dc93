import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareOutOfMemory } from '../../model/task.ts';
import { type EndSigns, signalOf, verdictOf } from './verdict.ts';

const signs: EndSigns = {
  exitCode: 1,
  isOtherBoot: false,
  stopReason: null,
  outOfMemory: null,
  outOfMemoryExitCodes: [],
  groupOomKills: null,
  machineOomKills: null,
  timeLimitSeconds: null,
  leftBehind: 0,
};
const outOfMemory = bareOutOfMemory('CUDA out of memory', 5);

describe('the class of an end', () => {
  test.each<[string, Partial<EndSigns>, string]>([
    ['a success', { exitCode: 0 }, 'ok'],
    ['a success that complained of memory on its way', { exitCode: 0, outOfMemory }, 'ok'],
    ['a failure', { exitCode: 1 }, 'program'],
    ['a crash', { exitCode: 139 }, 'program'],
    ['a failure that complained of GPU memory', { outOfMemory }, 'gpu_oom'],
    ['an exit code that its user named', { exitCode: 42, outOfMemoryExitCodes: [41, 42] }, 'gpu_oom'],
    ['a kill by nobody known', { exitCode: 137 }, 'host_oom'],
    ['a kill in its group', { exitCode: 1, groupOomKills: 1 }, 'host_oom'],
    ['a kill elsewhere on the machine', { exitCode: 1, groupOomKills: 0, machineOomKills: 3 }, 'program'],
    ['a lost wrapper', { exitCode: null }, 'infra'],
    ['a machine that was restarted', { exitCode: null, isOtherBoot: true }, 'infra'],
    ['an end before the machine was restarted', { exitCode: 0, isOtherBoot: true }, 'ok'],
    ['a wish', { exitCode: 137, stopReason: 'user' }, 'user_kill'],
    ['a wish that the program met', { exitCode: 0, stopReason: 'user' }, 'user_kill'],
    ['a time limit', { exitCode: 143, stopReason: 'time-limit', timeLimitSeconds: 60 }, 'timeout'],
    ['making room', { exitCode: 143, stopReason: 'preempted' }, 'preempted'],
    ['a hub that gave it out anew', { exitCode: null, stopReason: 'superseded' }, 'preempted'],
  ])('%s', (_, change, expected) => {
    expect(verdictOf({ ...signs, ...change }).class).toBe(expected);
  });

  test('is never ok but for exit code 0, and never the program’s fault where somebody stopped it', () => {
    const any = fc.record({
      exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
      stopReason: fc.option(fc.constantFrom('user', 'time-limit', 'superseded', 'preempted')),
      outOfMemory: fc.option(fc.constant(outOfMemory)),
      groupOomKills: fc.option(fc.nat(2)),
      leftBehind: fc.nat(3),
    });
    fc.assert(
      fc.property(any, (change) => {
        const verdict = verdictOf({ ...signs, ...(change as Partial<EndSigns>) });
        if (verdict.class === 'ok') expect(change.exitCode).toBe(0);
        if (change.stopReason !== null)
          expect(['user_kill', 'timeout', 'preempted']).toContain(verdict.class);
        if (verdict.outOfMemory !== null) expect(verdict.class).toBe('gpu_oom');
      }),
    );
  });
});

test('a signal is read from the exit code as a shell would', () => {
  expect([0, 1, 128, 129, 137, 139, 143, 255].map(signalOf)).toEqual([
    null,
    null,
    null,
    'SIGHUP',
    'SIGKILL',
    'SIGSEGV',
    'SIGTERM',
    null,
  ]);
});
