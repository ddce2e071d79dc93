import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  GIB,
  imaginedInput,
  imaginedNode,
  imaginedRun,
  lineupOf,
  liveAfter,
} from '../../test/support/imaginedFacts.ts';
import type { TableLimits, WaitingRun } from './facts.ts';
import { dependenciesAreMet, Lineup } from './lineup.ts';
import { plan } from './plan.ts';
import { reasonsNow } from './why.ts';

describe('the line', () => {
  test('runs that would be answered alike stand in one group, in their order', () => {
    const runs = [3, 1, 2].map((number) => imaginedRun(number, { bytes: GIB }));
    const lineup = lineupOf([
      ...runs,
      imaginedRun(4, { bytes: 2 * GIB }),
      imaginedRun(5, { owner: 'bob', bytes: GIB }),
    ]);
    const groups = [...lineup.groups()].map((group) => group.entries.map(({ run }) => run.task));
    expect(groups).toEqual([['t1', 't2', 't3'], ['t4'], ['t5']]);
  });

  test('tables share a group, unless one has limits of its own', () => {
    const lineup = lineupOf([imaginedRun(1), imaginedRun(2, { table: 'b2', profile: 'b1 train' })]);
    expect([...lineup.groups()]).toHaveLength(1);
    lineup.setTable('b2', { maxRunning: 1, paused: null, isComplete: true });
    expect([...lineup.groups()]).toHaveLength(2);
    lineup.setTable('b2', { maxRunning: null, paused: null, isComplete: true });
    expect([...lineup.groups()]).toHaveLength(1);
  });

  test('what left is swept, and the group ends with its last', () => {
    const lineup = lineupOf(Array.from({ length: 100 }, (_, place) => imaginedRun(place + 1)));
    for (let number = 1; number <= 99; number++) lineup.remove(`t${number}.1`);
    const [group] = [...lineup.groups()];
    expect(group?.waiting).toBe(1);
    expect(group?.entries.length).toBeLessThan(50);
    lineup.remove('t100.1');
    expect([...lineup.groups()]).toEqual([]);
    expect(lineup.size).toBe(0);
  });

  test('equals a plain list, whatever is set, removed, limited and waited for', () => {
    const run = fc.record({
      number: fc.integer({ min: 1, max: 12 }),
      order: fc.integer({ min: 0, max: 20 }),
      owner: fc.constantFrom('alice', 'bob'),
      table: fc.constantFrom('b1', 'b2'),
      gib: fc.option(fc.integer({ min: 1, max: 3 })),
      dueAtMs: fc.option(fc.integer({ min: 0, max: 100 })),
      isHeld: fc.boolean(),
    });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), run }),
      fc.record({ kind: fc.constant('remove' as const), number: fc.integer({ min: 1, max: 12 }) }),
      fc.record({
        kind: fc.constant('table' as const),
        table: fc.constantFrom('b1', 'b2'),
        maxRunning: fc.option(fc.nat(3)),
        isPaused: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('release' as const), ms: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lineup = new Lineup();
        const plain = new Map<string, WaitingRun>();
        const tables = new Map<string, TableLimits>();
        let nowMs = 0;
        for (const each of steps) {
          if (each.kind === 'set') {
            const { number, order, owner, table, gib, dueAtMs, isHeld } = each.run;
            const changed = imaginedRun(number, {
              order,
              owner,
              table,
              bytes: gib === null ? null : gib * GIB,
              hold: isHeld ? 'user' : null,
              notBefore: dueAtMs === null ? null : { atMs: dueAtMs, backoff: null },
            });
            lineup.set(changed);
            plain.set(changed.id, changed);
          } else if (each.kind === 'remove') {
            lineup.remove(`t${each.number}.1`);
            plain.delete(`t${each.number}.1`);
          } else if (each.kind === 'table') {
            const limits: TableLimits = {
              maxRunning: each.maxRunning,
              paused: each.isPaused ? 'user' : null,
              isComplete: true,
            };
            lineup.setTable(each.table, limits);
            tables.set(each.table, limits);
          } else nowMs += each.ms;
          lineup.release(nowMs);
          expect(lineup.size).toBe(plain.size);
          const ready = [...plain.values()].filter(
            ({ hold, notBefore }) => hold === null && (notBefore === null || notBefore.atMs <= nowMs),
          );
          const grouped = [...lineup.groups()].flatMap((group) => {
            const runs = group.entries.filter(({ isGone }) => !isGone).map((entry) => entry.run);
            expect(runs).toHaveLength(group.waiting);
            expect(runs.map(({ order }) => order)).toEqual(
              runs.map(({ order }) => order).sort((a, b) => a - b),
            );
            for (const member of runs) {
              expect([member.owner, member.priority]).toEqual([group.owner, group.priority]);
              const limits = tables.get(member.table ?? '');
              const isApart = limits !== undefined && (limits.maxRunning !== null || limits.paused !== null);
              expect(group.table).toBe(isApart ? member.table : null);
            }
            return runs.map(({ id }) => id);
          });
          expect(grouped.sort()).toEqual(ready.map(({ id }) => id).sort());
          const due = [...plain.values()]
            .filter(({ hold, notBefore }) => hold === null && notBefore !== null && notBefore.atMs > nowMs)
            .map(({ notBefore }) => notBefore?.atMs ?? 0);
          expect(lineup.nextAtMs()).toBe(due.length === 0 ? null : Math.min(...due));
        }
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['ok', 'succeeded', true],
  ['ok', 'failed', false],
  ['ok', 'running', false],
  ['end', 'failed', true],
  ['end', 'lost', true],
  ['end', 'unreachable', false],
] as const)('a dependency that wants %s of one that is %s is met: %s', (wanted, state, isMet) => {
  expect(dependenciesAreMet(imaginedRun(2, { dependencies: [{ task: 't1', wanted, state }] }))).toBe(isMet);
});

describe('the plan over any line', () => {
  const anyRun = fc.record({
    owner: fc.constantFrom('alice', 'bob', 'carol'),
    table: fc.constantFrom('b1', 'b2'),
    gib: fc.option(fc.integer({ min: 1, max: 100 })),
    gpus: fc.integer({ min: 0, max: 3 }),
    priority: fc.integer({ min: -1, max: 1 }),
  });
  const limits = fc.record({
    maxRunning: fc.option(fc.nat(6)),
    maxRunningPerGpu: fc.option(fc.nat(3)),
    maxGpusPerUser: fc.option(fc.nat(5)),
    leastFreeBytes: fc.option(fc.constantFrom(10 * GIB, 50 * GIB)),
    strangers: fc.constantFrom('share' as const, 'avoid' as const, 'mine-only' as const),
  });

  test('no limit is ever broken, no run starts twice, nobody of a lower band goes before one alike', () => {
    fc.assert(
      fc.property(
        fc.array(anyRun, { maxLength: 30 }),
        limits,
        fc.option(fc.nat(3)),
        fc.nat(3),
        (wanted, set, tableMax, byHand) => {
          const runs = wanted.map(({ owner, table, gib, gpus, priority }, place) =>
            imaginedRun(place + 1, { owner, table, gpus, priority, bytes: gib === null ? null : gib * GIB }),
          );
          const lineup = lineupOf(runs);
          lineup.setTable('b1', { maxRunning: tableMax, paused: null, isComplete: true });
          const stranger = { pid: 1, owner: 'dave', bytes: 20 * GIB };
          const nodes = [
            imaginedNode('a', [{}, {}, { externalBytes: 20 * GIB, stranger }]),
            imaginedNode('b', [{ totalBytes: 24 * GIB }], { cores: 2 }),
          ];
          const base = imaginedInput(nodes, [], { lineup });
          const settings = { ...base.settings, ...set };
          const usage = {
            gpuSeconds: new Map<string, number>(),
            handStartedGpus: new Map([['alice', byHand]]),
          };
          const { starts } = plan({ ...base, settings, usage });
          expect(new Set(starts.map(({ run }) => run.id)).size).toBe(starts.length);
          if (set.maxRunning !== null) expect(starts.length).toBeLessThanOrEqual(set.maxRunning);
          const ofB1 = starts.filter(({ run }) => run.table === 'b1').length;
          if (tableMax !== null) expect(ofB1).toBeLessThanOrEqual(tableMax);
          for (const owner of ['alice', 'bob', 'carol']) {
            const gpus = starts
              .filter(({ run }) => run.owner === owner)
              .reduce((sum, start) => sum + start.gpus.length, 0);
            const beside = owner === 'alice' ? byHand : 0;
            if (set.maxGpusPerUser !== null && gpus > 0)
              expect(gpus + beside).toBeLessThanOrEqual(set.maxGpusPerUser);
          }
          const perCard = Map.groupBy(
            starts.flatMap((start) => start.gpus),
            ({ uuid }) => uuid,
          );
          for (const given of perCard.values()) {
            if (set.maxRunningPerGpu !== null) expect(given.length).toBeLessThanOrEqual(set.maxRunningPerGpu);
          }
          if (set.strangers === 'mine-only') expect(perCard.has('a-2')).toBe(false);
          const without = (node: string) =>
            starts.filter((start) => start.node === node && start.gpus.length === 0).length;
          expect(without('b')).toBeLessThanOrEqual(2);
          // One that asks the same of the same owner and table in a higher band started, or nobody below did.
          for (const start of starts) {
            const better = runs.filter(
              (run) =>
                run.priority > start.run.priority &&
                run.owner === start.run.owner &&
                run.table === start.run.table &&
                run.ask.gpus === start.run.ask.gpus &&
                run.own?.bytes === start.run.own?.bytes,
            );
            for (const run of better) expect(starts.some((other) => other.run.id === run.id)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a decision leaves nothing that could have started: the next one, with its starts counted, starts none', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 30 }), limits, (wanted, set) => {
        const runs = wanted.map(({ owner, table, gib, gpus, priority }, place) =>
          imaginedRun(place + 1, { owner, table, gpus, priority, bytes: gib === null ? null : gib * GIB }),
        );
        const nodes = [imaginedNode('a', 3), imaginedNode('b', [{ totalBytes: 24 * GIB }], { cores: 2 })];
        const base = imaginedInput(nodes, runs);
        const input = { ...base, settings: { ...base.settings, ...set } };
        const first = plan(input);
        for (const { run } of [...first.starts, ...first.impossible]) input.lineup.remove(run.id);
        const live = first.starts.map((start) => liveAfter(start, input.nowMs));
        const after = { ...input, live, reservation: first.reservation };
        expect(plan(after).starts).toEqual([]);
        const reasons = reasonsNow(after);
        // And whoever waits is told what for.
        for (const run of input.lineup.runs()) expect(reasons.of(run).kind).not.toBe('turn');
      }),
      { numRuns: 300 },
    );
  });
});
