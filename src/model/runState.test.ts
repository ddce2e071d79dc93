import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RunEvent, taskState, transition } from './runState.ts';
import { EndClass, FINAL_STATES, isFinal, isLive, LIVE_STATES, RunState } from './task.ts';

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom(
    ...(
      [
        'leased',
        'started',
        'stop-asked',
        'not-started',
        'node-silent',
        'held',
        'released',
        'cancelled',
        'impossible',
        'run-again',
      ] as const
    ).map((kind): RunEvent => ({ kind })),
  ),
  fc.record({
    kind: fc.constant('ended' as const),
    class: fc.constantFrom(...EndClass.options),
    again: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('node-back' as const), stopping: fc.boolean(), started: fc.boolean() }),
  fc.record({ kind: fc.constant('gone' as const), again: fc.boolean() }),
);
const state = fc.constantFrom(...RunState.options);

describe('the states of a run', () => {
  test('a final state is left by "run again" only, and a success by nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FINAL_STATES), event, (from, happened) => {
        const to = transition(from, happened);
        if (happened.kind !== 'run-again' || from === 'succeeded') expect(to).toBeNull();
        else expect(to).toBe('queued');
      }),
    );
  });

  test('what somebody killed is never queued again (defect 2)', () => {
    for (const from of LIVE_STATES) {
      for (const again of [true, false]) {
        expect(transition(from, { kind: 'ended', class: 'user_kill', again })).toBe('cancelled');
      }
    }
  });

  test('a success is a success, whatever the budgets say, and only an end makes one', () => {
    fc.assert(
      fc.property(state, event, (from, happened) => {
        if (transition(from, happened) !== 'succeeded') return;
        expect(happened).toMatchObject({ kind: 'ended', class: 'ok' });
        expect(isLive(from)).toBe(true);
      }),
    );
  });

  test('an attempt begins from the queue only, so that at most one is alive', () => {
    fc.assert(
      fc.property(state, event, (from, happened) => {
        const to = transition(from, happened);
        if (to === null || !isLive(to) || isLive(from)) return;
        expect([from, happened.kind, to]).toEqual(['queued', 'leased', 'starting']);
      }),
    );
  });

  test('a live run goes back to the queue only when nothing of its attempt can be alive', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIVE_STATES), event, (from, happened) => {
        if (transition(from, happened) !== 'queued') return;
        expect(['ended', 'gone', 'not-started']).toContain(happened.kind);
        // Somebody asked for its end: it does not start elsewhere behind his back.
        if (happened.kind === 'not-started') expect(from).not.toBe('stopping');
      }),
    );
  });

  test('silence is no end, and the node’s word brings the run back', () => {
    for (const from of ['starting', 'running', 'stopping'] as const) {
      expect(transition(from, { kind: 'node-silent' })).toBe('unreachable');
    }
    expect(transition('unreachable', { kind: 'node-back', stopping: false, started: true })).toBe('running');
    expect(transition('unreachable', { kind: 'node-back', stopping: true, started: true })).toBe('stopping');
    expect(transition('unreachable', { kind: 'node-back', stopping: false, started: false })).toBe(
      'starting',
    );
    expect(isFinal('unreachable')).toBe(false);
    expect(isLive('unreachable')).toBe(true);
  });

  test('a held run starts only after it was released', () => {
    fc.assert(
      fc.property(event, (happened) => {
        const to = transition('held', happened);
        if (to !== null) expect(['queued', 'cancelled', 'impossible']).toContain(to);
        if (to === 'queued') expect(happened.kind).toBe('released');
      }),
    );
  });

  test.each([
    ['ok', 'succeeded'],
    ['program', 'failed'],
    ['gpu_oom', 'failed'],
    ['host_oom', 'failed'],
    ['infra', 'failed'],
    ['preempted', 'failed'],
    ['timeout', 'timed_out'],
    ['user_kill', 'cancelled'],
  ] as const)('an end by %s without a budget is %s', (endClass, final) => {
    expect(transition('running', { kind: 'ended', class: endClass, again: false })).toBe(final);
  });

  test('every state can be reached, and every final one from the queue', () => {
    const reached = new Set<RunState>(['queued']);
    for (let before = -1; before !== reached.size; ) {
      before = reached.size;
      for (const from of [...reached]) {
        for (const happened of fc.sample(event, { numRuns: 400, seed: 7 })) {
          const to = transition(from, happened);
          if (to) reached.add(to);
        }
      }
    }
    expect([...reached].sort()).toEqual([...RunState.options].sort());
  });
});

describe('the state of a task', () => {
  test('is that of the run that lives or waits, else the worst end, else success', () => {
    expect(taskState(['succeeded', 'running', 'queued'])).toBe('running');
    expect(taskState(['succeeded', 'queued'])).toBe('queued');
    expect(taskState(['succeeded', 'failed'])).toBe('failed');
    expect(taskState(['succeeded', 'succeeded'])).toBe('succeeded');
  });

  test('is final only when all its runs are', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1 }), (runs) => {
        expect(isFinal(taskState(runs))).toBe(runs.every(isFinal));
        expect(isLive(taskState(runs))).toBe(runs.some(isLive));
      }),
    );
  });
});
