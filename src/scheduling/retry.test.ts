import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../model/queue.ts';
import { transition } from '../model/runState.ts';
import { EndClass } from '../model/task.ts';
import { afterOutOfMemory, type OutOfMemoryFacts } from './afterOutOfMemory.ts';
import { remarksText, remarkText } from './remarkText.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';
import { remarkWordsZh } from './remarkWordsZh.ts';
import { Breaker, budgetOf, type End, judge, type RetryFacts, Strikes, waitMs } from './retry.ts';

const GIB = 2 ** 30;
const facts: RetryFacts = { nowMs: 0, budgets: DEFAULT_SETTINGS.budgets, retries: 0, used: {}, random: 0.5 };
const end = (endClass: EndClass, change: Partial<End> = {}): End => ({
  class: endClass,
  remarks: [],
  isKilled: false,
  memory: null,
  ...change,
});

describe('budgets', () => {
  test.each([
    ['program', 0],
    ['gpu_oom', 3],
    ['host_oom', 2],
    ['infra', 5],
    ['preempted', 1000],
    ['timeout', 0],
    ['user_kill', 0],
  ] as const)('%s is tried again %i times', (endClass, times) => {
    let tried = 0;
    while (tried < 1000 && judge(end(endClass), { ...facts, used: { [endClass]: tried } }).again) tried += 1;
    expect(tried).toBe(times);
  });

  test('--retries raises the budget of failures of the program, always bounded', () => {
    expect(budgetOf('program', DEFAULT_SETTINGS.budgets, 4)).toBe(4);
    expect(budgetOf('timeout', DEFAULT_SETTINGS.budgets, 4)).toBe(0);
    expect(budgetOf('user_kill', { ...DEFAULT_SETTINGS.budgets, user_kill: 9 }, 4)).toBe(0);
  });

  test('what somebody killed is never tried again, whatever it ended with and whatever the budgets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EndClass.options), fc.nat(1000), (endClass, budget) => {
        const budgets = { ...facts.budgets, user_kill: budget, [endClass]: budget };
        expect(judge(end(endClass, { isKilled: true }), { ...facts, budgets, retries: budget }).again).toBe(
          false,
        );
        expect(judge(end('user_kill'), { ...facts, budgets }).again).toBe(false);
      }),
    );
  });

  test('the sentence says when and how many are left, or that they are used', () => {
    const text = (judged: ReturnType<typeof judge>, words = remarkWordsEn) =>
      remarksText(judged.remarks, null, words);
    const broken = judge(end('gpu_oom', { remarks: [{ kind: 'text', text: 'It broke.' }] }), facts);
    expect(text(broken)).toBe('It broke. Tried again in 30 s (retry 1 of 3).');
    expect(text(broken, remarkWordsZh)).toBe('It broke；30 秒后重试（第 1 次，共 3 次）');
    const spent = judge(end('infra'), { ...facts, used: { infra: 5 } });
    expect(text(spent)).toBe('All 5 retries are used.');
    expect(judge(end('program', { remarks: [{ kind: 'not-executed', code: 127 }] }), facts).remarks).toEqual([
      { kind: 'not-executed', code: 127 },
    ]);
  });

  test('an out of memory that has no lesson is judged by the budget alone', () => {
    expect(judge(end('gpu_oom'), facts)).toMatchObject({ again: true, notBeforeMs: 30_000 });
  });
});

test('waits are 30 s × 2ⁿ ± 20 %, at most 10 min', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((used) => waitMs(used, 0.5))).toEqual([
    30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000,
  ]);
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (used, random) => {
      const wait = waitMs(used, random);
      const step = Math.min(30_000 * 2 ** used, 750_000);
      expect(wait).toBeLessThanOrEqual(600_000);
      expect(wait).toBeGreaterThanOrEqual(Math.min(step * 0.8 - 1, 600_000));
      expect(wait).toBeLessThanOrEqual(step * 1.2 + 1);
    }),
  );
});

const memory: OutOfMemoryFacts = {
  promisedBytes: 21.6 * GIB,
  peakBytes: 21.4 * GIB,
  triedBytes: 5 * GIB,
  ownBytes: null,
  freeBytes: null,
  capacityBytes: 77.6 * GIB,
  othersBytes: 0,
  othersAtStartBytes: 0,
  largestBytes: 77.6 * GIB,
};

describe('after an out of memory', () => {
  test('asked too little: the larger of peak + tried and promise × 1.25', () => {
    const lesson = afterOutOfMemory(memory);
    expect(lesson).toMatchObject({ kind: 'asked-too-little', promisedBytes: Math.ceil(27 * GIB) });
    expect(remarkText(lesson.remark)).toBe(
      'Promised next time: the larger of 21.4 + 5.0 = 26.4 and 21.6 × 1.25 = 27.0 GiB.',
    );
    expect(afterOutOfMemory({ ...memory, triedBytes: 12 * GIB }).promisedBytes).toBe((21.4 + 12) * GIB);
  });

  test('a victim goes elsewhere, its promise unchanged', () => {
    const lesson = afterOutOfMemory({
      ...memory,
      promisedBytes: 40 * GIB,
      peakBytes: 20 * GIB,
      triedBytes: 4 * GIB,
      othersBytes: 57 * GIB,
      othersAtStartBytes: 10 * GIB,
    });
    expect(lesson).toMatchObject({ kind: 'victim', promisedBytes: null });
  });

  test('one that was denied its very first memory beside a stranger who grew is a victim, not too modest', () => {
    const first = { ...memory, promisedBytes: 20 * GIB, peakBytes: null, triedBytes: 2 * GIB };
    const beside = { ...first, othersBytes: 77 * GIB, othersAtStartBytes: 10 * GIB };
    expect(afterOutOfMemory(beside)).toMatchObject({ kind: 'victim', promisedBytes: null });
    // Where nobody grew, or it asked for more than it was promised, it is its own fault.
    expect(afterOutOfMemory(first)).toMatchObject({ kind: 'asked-too-little', promisedBytes: 25 * GIB });
    expect(afterOutOfMemory({ ...beside, triedBytes: 30 * GIB })).toMatchObject({
      kind: 'asked-too-little',
      promisedBytes: 30 * GIB,
    });
  });

  test('its own message tells who was at fault, also where no look at the card did', () => {
    const told = {
      ...memory,
      promisedBytes: 20 * GIB,
      peakBytes: null,
      ownBytes: 3 * GIB,
      triedBytes: 2 * GIB,
      freeBytes: GIB,
      othersBytes: null,
      othersAtStartBytes: null,
    };
    const lesson = afterOutOfMemory(told);
    expect(lesson.kind).toBe('victim');
    expect(remarkText(lesson.remark)).toBe(
      'Others left it too little: it held 3.0 GiB of its 20.0, asked for 2.0 more, and 1.0 was free. It goes elsewhere with the same promise.',
    );
    // Enough was free: memory in pieces, or a limit that the program set itself.
    expect(afterOutOfMemory({ ...told, freeBytes: 4 * GIB }).kind).toBe('asked-too-little');
    expect(afterOutOfMemory({ ...told, ownBytes: 19 * GIB }).kind).toBe('asked-too-little');
    // Its other processes on the card, which the message does not count, were seen.
    expect(afterOutOfMemory({ ...told, peakBytes: 19 * GIB }).kind).toBe('asked-too-little');
  });

  test('what it held when it asked, as it says, counts for the next promise, not a peak long before or between two looks', () => {
    const told = { ...memory, ownBytes: 30 * GIB, freeBytes: 0 };
    const lesson = afterOutOfMemory(told);
    expect(lesson.promisedBytes).toBe(35 * GIB);
    expect(remarkText(lesson.remark)).toBe(
      'Promised next time: the larger of 30.0 + 5.0 = 35.0 and 21.6 × 1.25 = 27.0 GiB.',
    );
    const freed = { ...told, ownBytes: 10 * GIB, triedBytes: 15 * GIB };
    expect(afterOutOfMemory(freed).promisedBytes).toBe(Math.ceil(27 * GIB));
    expect(afterOutOfMemory({ ...freed, peakBytes: 60 * GIB }).promisedBytes).toBe(60 * GIB);
  });

  test('others who held no more than they were counted for make no victim', () => {
    const lesson = afterOutOfMemory({
      ...memory,
      promisedBytes: 20 * GIB,
      peakBytes: 18 * GIB,
      triedBytes: GIB,
      othersBytes: 59 * GIB,
      othersAtStartBytes: 59 * GIB,
    });
    expect(lesson.kind).toBe('asked-too-little');
  });

  test('alone and near the size of its card: a bigger one, or impossible', () => {
    const alone = { ...memory, promisedBytes: null, peakBytes: 76 * GIB, triedBytes: 8 * GIB };
    expect(afterOutOfMemory({ ...alone, largestBytes: 136 * GIB })).toMatchObject({
      kind: 'bigger-card',
      promisedBytes: Math.ceil(77.6 * GIB * 1.25),
    });
    expect(afterOutOfMemory(alone)).toMatchObject({ kind: 'impossible' });
    expect(judge(end('gpu_oom', { memory: alone }), facts)).toMatchObject({
      again: false,
      isImpossible: true,
    });
  });

  test('before it is impossible it has had all that the largest card can give', () => {
    const lesson = afterOutOfMemory({
      ...memory,
      promisedBytes: 70 * GIB,
      peakBytes: 69 * GIB,
      triedBytes: 2 * GIB,
    });
    expect(lesson).toMatchObject({ kind: 'bigger-card', promisedBytes: 77.6 * GIB });
    const again = afterOutOfMemory({
      ...memory,
      promisedBytes: 77.6 * GIB,
      peakBytes: 75 * GIB,
      triedBytes: 2 * GIB,
    });
    expect(again.kind).toBe('impossible');
  });

  const bytes = fc.option(fc.integer({ min: 0, max: 100 }).map((gib) => gib * GIB));
  test('never the same attempt again unchanged: elsewhere, with more, impossible, or nothing was known', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, (...given) => {
        const [
          promisedBytes,
          peakBytes,
          triedBytes,
          ownBytes,
          freeBytes,
          capacityBytes,
          othersBytes,
          othersAtStartBytes,
          largestBytes,
        ] = given;
        const lesson = afterOutOfMemory({
          promisedBytes,
          peakBytes,
          triedBytes,
          ownBytes,
          freeBytes,
          capacityBytes,
          othersBytes,
          othersAtStartBytes,
          largestBytes,
        });
        if (lesson.kind === 'victim' || lesson.kind === 'impossible') return;
        const isKnown =
          (promisedBytes ?? 0) +
            (peakBytes ?? 0) +
            (ownBytes ?? 0) +
            (triedBytes ?? 0) +
            (capacityBytes ?? 0) >
          0;
        if (lesson.promisedBytes === null)
          expect(isKnown && promisedBytes !== null && promisedBytes > 0).toBe(false);
        else expect(lesson.promisedBytes).toBeGreaterThan(promisedBytes ?? -1);
      }),
    );
  });
});

describe('strikes of a node', () => {
  test('two failures of the machine drain it; a success between them, or an hour, forgives the first', () => {
    const strikes = new Strikes();
    strikes.ended('n', 'infra', 'disk full', 0);
    expect(strikes.drained('n')).toBeNull();
    strikes.ended('n', 'ok', null, 1);
    strikes.ended('n', 'infra', 'disk full', 2);
    strikes.ended('n', 'program', null, 3);
    expect(strikes.drained('n')).toBeNull();
    strikes.ended('n', 'infra', 'disk full', 2 + 60 * 60_000);
    expect(strikes.drained('n')).toBeNull();
    strikes.ended('n', 'infra', 'no memory', 3 + 60 * 60_000);
    expect(strikes.drained('n')).toEqual({ attempts: 2, last: 'no memory' });
    strikes.ended('n', 'ok', null, 4 + 60 * 60_000);
    expect(strikes.drained('n')).not.toBeNull();
    expect(strikes.drained('m')).toBeNull();
    strikes.forgive('n');
    expect(strikes.drained('n')).toBeNull();
  });
});

describe('the breaker', () => {
  const settings = DEFAULT_SETTINGS.breaker;

  test('three failures of the program in a row within 60 s pause the table', () => {
    const breaker = new Breaker();
    expect([0, 30_000, 60_000].map((atMs) => breaker.ended('b1', 'program', atMs, settings))).toEqual([
      false,
      false,
      true,
    ]);
    expect(breaker.ended('b1', 'program', 60_001, settings)).toBe(false);
  });

  test('a success between them, another table, or more time do not', () => {
    const breaker = new Breaker();
    breaker.ended('b1', 'program', 0, settings);
    breaker.ended('b1', 'program', 1, settings);
    breaker.ended('b1', 'ok', 2, settings);
    expect(breaker.ended('b1', 'program', 3, settings)).toBe(false);
    expect(breaker.ended('b2', 'program', 3, settings)).toBe(false);
    expect(breaker.ended('b1', 'program', 4, settings)).toBe(false);
    expect(breaker.ended('b1', 'program', 70_000, settings)).toBe(false);
  });
});

test('a verdict and the state machine agree: what is not tried again is final', () => {
  for (const endClass of EndClass.options) {
    const { again, class: judged } = judge(end(endClass), facts);
    const state = transition('running', { kind: 'ended', class: judged, again });
    expect(state === 'queued').toBe(again);
  }
});
