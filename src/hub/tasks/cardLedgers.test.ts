import { beforeEach, describe, expect, test } from 'vitest';
import { gpu } from '../../../test/support/queueBed.ts';
import { bareSample } from '../../../test/support/samples.ts';
import type { GpuProcess } from '../../model/process.ts';
import type { LiveView, TaskView } from './book/records.ts';
import { type CardLedgers, cardLedgers } from './cardLedgers.ts';

const GIB = 1024 ** 3;
const NODE = 'a';
let nowMs: number;
let live: Map<string, LiveView>;
let ledgers: CardLedgers;
beforeEach(() => {
  nowMs = 1_000_000;
  live = new Map();
  ledgers = cardLedgers(() => live, nowMs);
});

const held = (bytes: number, more: Partial<GpuProcess> = {}) =>
  ({ pid: 4711, type: 'compute', memoryUsedBytes: bytes, owner: 'alice', task: null, ...more }) as GpuProcess;

function sample(usedBytes: number, processes: GpuProcess[] = []): boolean {
  nowMs += 1000;
  const gpus = [gpu(0, { memoryUsedBytes: usedBytes, processes })];
  return ledgers.sampled(NODE, { ...bareSample('atlas', nowMs), gpus }, nowMs);
}

/** Gives an attempt of t1 the card, or changes it. */
function attempt(
  id: string,
  more: { isReturning?: boolean; isOver?: boolean; nodeId?: string } = {},
): LiveView {
  const made = {
    id,
    isReturning: more.isReturning ?? false,
    attempt: {
      nodeId: more.nodeId ?? NODE,
      gpus: [{ uuid: more.nodeId ? 'GPU-9' : 'GPU-0', index: 0, promisedBytes: 10 * GIB, peakBytes: null }],
    },
  } as unknown as LiveView;
  const task = { number: 1, live: more.isReturning || more.isOver ? null : made } as unknown as TaskView;
  Object.assign(made, { task });
  if (more.isOver) live.delete(id);
  else live.set(id, made);
  ledgers.follow(task, nowMs);
  return made;
}

describe('what others use on a card', () => {
  test('is all of it but what our own attempts hold there', () => {
    attempt('t1.1.1');
    sample(10 * GIB, [held(8 * GIB, { task: 't1' }), held(2 * GIB, { pid: 9, owner: 'bob' })]);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(2 * GIB);
    expect(ledgers.stranger('GPU-0')).toEqual({ pid: 9, owner: 'bob', bytes: 2 * GIB });
    expect(ledgers.measuredBytes('t1.1.1', 'GPU-0')).toBe(8 * GIB);
  });

  test('is seen of an attempt that was denied its first memory too, from the others that are told one by one', () => {
    attempt('t1.1.1');
    // 3 GiB more than the processes: what an own process holds before it is told whose it is.
    sample(33 * GIB, [held(30 * GIB, { pid: 9, owner: 'bob' })]);
    sample(12 * GIB, [held(12 * GIB, { pid: 9, owner: 'bob' })]);
    expect(ledgers.seen('t1.1.1', 'GPU-0')).toMatchObject({ peakBytes: null, othersBytes: null });
    expect(ledgers.seen('t1.1.1', 'GPU-0')?.othersBeforeBytes).toBe(30 * GIB);
  });

  test('counts a process of the same task on a node that was not given it', () => {
    attempt('t1.1.1', { nodeId: 'b' });
    sample(8 * GIB, [held(8 * GIB, { task: 't1' })]);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(8 * GIB);
  });

  test('does not grow while one of ours has not shown itself yet', () => {
    sample(0);
    attempt('t1.1.1');
    sample(6 * GIB, [held(6 * GIB)]);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(0);
  });

  test('is news where it changed by much, and at first', () => {
    expect(sample(0)).toBe(true);
    expect(sample(1024)).toBe(false);
    expect(sample(4 * GIB, [held(4 * GIB, { owner: 'bob' })])).toBe(true);
  });

  test('leaves a promise to the process of the one who was given it', () => {
    ledgers.followPromise(
      {
        id: 'find-1',
        owner: 'alice',
        nodeId: NODE,
        gpus: [{ uuid: 'GPU-0', index: 0, promisedBytes: 10 * GIB, peakBytes: null }],
        pid: null,
        takenAtMs: nowMs,
        keptAtMs: nowMs,
      },
      nowMs,
    );
    sample(9 * GIB, [held(8 * GIB), held(GIB, { pid: 9, owner: 'bob' })]);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(GIB);
    let isReleased = false;
    ledgers.promiseEnding('find-1', () => {
      isReleased = true;
    });
    sample(9 * GIB, [held(8 * GIB), held(GIB, { pid: 9, owner: 'bob' })]);
    expect(isReleased, 'this sample may have been on its way').toBe(false);
    nowMs += 4000;
    sample(9 * GIB, [held(8 * GIB), held(GIB, { pid: 9, owner: 'bob' })]);
    expect(isReleased).toBe(true);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(9 * GIB);
  });
});

describe('an attempt that is over', () => {
  test('keeps its memory from being taken for a stranger’s until its cards are free', () => {
    sample(0);
    attempt('t1.1.1');
    sample(8 * GIB, [held(8 * GIB, { task: 't1' })]);
    attempt('t1.1.1', { isReturning: true });
    sample(8 * GIB);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(0);
    ledgers.freed('t1.1.1');
    sample(8 * GIB);
    expect(ledgers.externalBytes('GPU-0', nowMs)).toBe(8 * GIB);
  });

  test('whose memory never came back has its card flagged until it is back', () => {
    sample(0);
    attempt('t1.1.1');
    sample(8 * GIB, [held(8 * GIB, { task: 't1' })]);
    const over = attempt('t1.1.1', { isReturning: true });
    ledgers.flag(over, nowMs);
    attempt('t1.1.1', { isOver: true });
    sample(8 * GIB);
    expect(ledgers.flagged('GPU-0')).toMatchObject({ kind: 'memory-not-back', attempt: 't1.1.1' });
    expect(sample(0)).toBe(true);
    expect(ledgers.flagged('GPU-0')).toBeNull();
  });
});
