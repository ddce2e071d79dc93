import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  GIB,
  imaginedInput,
  imaginedNode,
  imaginedRun,
  liveAfter,
} from '../../test/support/imaginedFacts.ts';
import type { LiveAttempt } from './facts.ts';
import { CardLedger, headroomBytes } from './ledger.ts';
import { plan } from './plan.ts';

const sample = (atMs: number, usedGib: number, ours: [string, number | null][] = []) => ({
  atMs,
  usedBytes: usedGib * GIB,
  ours: ours.map(([attempt, gib]) => ({ attempt, bytes: gib === null ? null : gib * GIB })),
});

describe('what others use on a card', () => {
  test('is what is used without ours, at most in the last 60 s', () => {
    const ledger = new CardLedger();
    expect(ledger.externalBytes(0)).toBeNull();
    ledger.sample(sample(0, 10));
    ledger.sample(sample(1000, 30));
    ledger.sample(sample(2000, 5));
    expect(ledger.externalBytes(2000)).toBe(30 * GIB);
    expect(ledger.externalBytes(61_000)).toBe(30 * GIB);
    expect(ledger.externalBytes(61_001)).toBe(5 * GIB);
    expect(ledger.externalBytes(1_000_000)).toBe(5 * GIB);
  });

  test('does not count ours', () => {
    const ledger = new CardLedger();
    ledger.started('a', 20 * GIB, 0);
    ledger.sample(sample(1000, 30, [['a', 20]]));
    expect(ledger.externalBytes(1000)).toBe(10 * GIB);
  });

  test('does not take the memory of one that is starting for a stranger, for 10 s at most', () => {
    const ledger = new CardLedger();
    ledger.sample(sample(0, 1));
    ledger.started('a', 20 * GIB, 1000);
    ledger.sample(sample(2000, 20));
    expect(ledger.externalBytes(2000)).toBe(GIB);
    ledger.sample(sample(3000, 21, [['a', 20]]));
    expect(ledger.externalBytes(3000)).toBe(GIB);
    ledger.started('b', 20 * GIB, 4000);
    ledger.sample(sample(14_000, 31, [['a', 20]]));
    expect(ledger.externalBytes(14_000)).toBe(GIB);
    ledger.sample(sample(14_001, 31, [['a', 20]]));
    expect(ledger.externalBytes(14_001)).toBe(11 * GIB);
  });

  test('does not take the memory of one that ended for a stranger, until it is released', () => {
    const ledger = new CardLedger();
    ledger.started('a', 20 * GIB, 0);
    ledger.sample(sample(1000, 20, [['a', 20]]));
    ledger.ended('a');
    ledger.sample(sample(2000, 20));
    expect(ledger.externalBytes(2000)).toBe(0);
    ledger.released('a');
    ledger.sample(sample(3000, 3));
    expect(ledger.externalBytes(3000)).toBe(3 * GIB);
  });

  test('does not remember for a minute the memory of one that ended while a sample was being taken', () => {
    const ledger = new CardLedger();
    ledger.started('a', 20 * GIB, 0);
    ledger.sample(sample(1000, 21, [['a', 20]]));
    // The driver told of its process, and by then nobody could say whose that was.
    ledger.sample(sample(2000, 21));
    expect(ledger.externalBytes(2000)).toBe(21 * GIB);
    expect(ledger.confirmedExternalBytes(2000)).toBe(GIB);
    ledger.sample(sample(3000, 1));
    expect(ledger.externalBytes(3000)).toBe(GIB);
    // The same where the sample comes after the release.
    ledger.started('b', 20 * GIB, 4000);
    ledger.sample(sample(5000, 21, [['b', 20]]));
    ledger.ended('b');
    ledger.released('b');
    ledger.sample(sample(6000, 21));
    ledger.sample(sample(7000, 1));
    expect(ledger.externalBytes(7000)).toBe(GIB);
  });

  test('remembers a stranger beside ours whom two samples have seen', () => {
    const ledger = new CardLedger();
    ledger.started('a', 20 * GIB, 0);
    ledger.sample(sample(1000, 20, [['a', 20]]));
    for (const atMs of [2000, 3000]) ledger.sample(sample(atMs, 50, [['a', 20]]));
    ledger.sample(sample(4000, 20, [['a', 20]]));
    expect(ledger.externalBytes(4000)).toBe(30 * GIB);
  });

  test('is seen all the same where ours come and go without a break: what exceeds all promises', () => {
    const ledger = new CardLedger();
    ledger.sample(sample(0, 0));
    let atMs = 0;
    for (let turn = 0; turn < 70; turn++) {
      atMs = turn * 1000;
      ledger.started(`a${turn}`, 10 * GIB, atMs);
      ledger.sample(sample(atMs + 500, 40));
      ledger.ended(`a${turn}`);
      if (turn > 0) ledger.released(`a${turn - 1}`);
    }
    expect(ledger.externalBytes(atMs)).toBeGreaterThanOrEqual(20 * GIB);
  });

  test('where the driver does not tell whose it is, ours is taken to hold its promise', () => {
    const ledger = new CardLedger();
    ledger.started('a', 20 * GIB, 0);
    ledger.sample(sample(1000, 25, [['a', null]]));
    expect(ledger.externalBytes(1000)).toBe(5 * GIB);
    ledger.sample(sample(2000, 12, [['a', null]]));
    expect(ledger.externalBytes(2000)).toBe(5 * GIB);
  });

  test('a sample that could not be read says nothing', () => {
    const ledger = new CardLedger();
    ledger.sample({ atMs: 0, usedBytes: null, ours: [] });
    expect(ledger.externalBytes(0)).toBeNull();
  });

  test('equals the plain maximum over the window, whatever samples come', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(30_000), gib: fc.nat(80) }), { minLength: 1 });
    fc.assert(
      fc.property(steps, (samples) => {
        const ledger = new CardLedger();
        const seen: { atMs: number; gib: number }[] = [];
        let atMs = 0;
        for (const { afterMs, gib } of samples) {
          atMs += afterMs;
          seen.push({ atMs, gib });
          ledger.sample(sample(atMs, gib));
          const now = atMs;
          const recent = seen.filter((entry) => entry.atMs >= now - 60_000).map((entry) => entry.gib);
          expect(ledger.externalBytes(now)).toBe(Math.max(...recent) * GIB);
        }
      }),
    );
  });
});

test('headroom is the larger of 512 MiB and 3 %, or what is set', () => {
  expect(headroomBytes(8 * GIB, { headroomBytes: null })).toBe(GIB / 2);
  expect(headroomBytes(80 * GIB, { headroomBytes: null })).toBe(Math.ceil(2.4 * GIB));
  expect(headroomBytes(80 * GIB, { headroomBytes: 0 })).toBe(0);
});

describe('a card is never promised beyond its size', () => {
  /** What may happen between two decisions. */
  const happening = fc.oneof(
    fc.record({
      kind: fc.constant('submit' as const),
      gib: fc.option(fc.integer({ min: 1, max: 90 })),
      gpus: fc.integer({ min: 1, max: 2 }),
    }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('release' as const), which: fc.nat() }),
    fc.record({
      kind: fc.constant('measure' as const),
      which: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('stranger' as const), gib: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  );

  test('whatever order of submits, starts, ends, releases, samples and strangers', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
        const ledgers = [new CardLedger(), new CardLedger()];
        const total = 80 * GIB;
        const headroom = headroomBytes(total, { headroomBytes: null });
        const input = imaginedInput([]);
        let live: LiveAttempt[] = [];
        const measured = new Map<string, number>();
        let strangerBytes = 0;
        let nowMs = 0;
        let number = 0;
        let reservation = null as ReturnType<typeof plan>['reservation'];
        for (const event of events) {
          nowMs += 1;
          if (event.kind === 'wait') nowMs += event.ms;
          if (event.kind === 'submit') {
            number += 1;
            input.lineup.set(
              imaginedRun(number, {
                gpus: event.gpus,
                bytes: event.gib === null ? null : event.gib * GIB,
                profile: `p${number}`,
              }),
            );
          }
          if (event.kind === 'stranger') strangerBytes = event.gib * GIB;
          const chosen = 'which' in event && live.length > 0 ? live[event.which % live.length] : undefined;
          if (chosen && event.kind === 'end') {
            live = live.map((attempt) => (attempt === chosen ? { ...attempt, isReturning: true } : attempt));
            for (const ledger of ledgers) ledger.ended(chosen.id);
          }
          if (chosen && event.kind === 'release' && chosen.isReturning) {
            live = live.filter((attempt) => attempt !== chosen);
            for (const ledger of ledgers) ledger.released(chosen.id);
          }
          if (chosen && event.kind === 'measure') {
            measured.set(chosen.id, Math.floor((chosen.gpus[0]?.promisedBytes ?? total) * event.share));
          }
          ledgers.forEach((ledger, index) => {
            const here = live.filter((attempt) => attempt.gpus.some(({ uuid }) => uuid === `n-${index}`));
            const ours = here.map((attempt) => ({
              attempt: attempt.id,
              bytes: attempt.isReturning ? 0 : (measured.get(attempt.id) ?? 0),
            }));
            const ownBytes = ours.reduce((sum, own) => sum + own.bytes, 0);
            // Truth: strangers take what they find.
            const stranger = index === 0 ? Math.min(strangerBytes, total - ownBytes) : 0;
            ledger.sample({ atMs: nowMs, usedBytes: ownBytes + stranger, ours });
          });
          const node = imaginedNode(
            'n',
            ledgers.map((ledger) => ({ externalBytes: ledger.externalBytes(nowMs) })),
          );
          const decided = plan({ ...input, nowMs, nodes: [node], live, reservation });
          reservation = decided.reservation;
          const external = ledgers.map((ledger) => ledger.externalBytes(nowMs) ?? 0);
          for (const start of decided.starts) {
            for (const { uuid, promisedBytes } of start.gpus) {
              const index = uuid === 'n-0' ? 0 : 1;
              const others = live.flatMap((attempt) => attempt.gpus.filter((gpu) => gpu.uuid === uuid));
              expect(others.every((gpu) => gpu.promisedBytes !== null)).toBe(true);
              if (promisedBytes === null) expect(others).toEqual([]);
              const committed = others.reduce((sum, gpu) => sum + (gpu.promisedBytes ?? 0), 0);
              expect(
                (external[index] ?? 0) + committed + headroom + (promisedBytes ?? 0),
              ).toBeLessThanOrEqual(total);
            }
            expect(new Set(start.gpus.map(({ uuid }) => uuid)).size).toBe(start.run.ask.gpus);
            live = [...live, liveAfter(start, nowMs)];
            for (const { uuid, promisedBytes } of start.gpus) {
              ledgers[uuid === 'n-0' ? 0 : 1]?.started(`${start.run.id}.1`, promisedBytes, nowMs);
            }
            input.lineup.remove(start.run.id);
          }
          for (const { run } of decided.impossible) input.lineup.remove(run.id);
        }
      }),
      { numRuns: 300 },
    );
  });
});
