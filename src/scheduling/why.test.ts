import { describe, expect, test } from 'vitest';
import {
  GIB,
  imaginedInput,
  imaginedLive,
  imaginedNode,
  imaginedRun,
  lineupOf,
} from '../../test/support/imaginedFacts.ts';
import { DEFAULT_SETTINGS } from '../model/queue.ts';
import { plan } from './plan.ts';
import { reasonsNow, whyWaits } from './why.ts';

const one = imaginedNode('one', 1);
const full = imaginedLive('t9', 'one', ['one-0'], 60 * GIB, { pid: 77, owner: 'bob' });
const HEADROOM = Math.ceil(80 * GIB * 0.03);

describe('the reason of a run that waits', () => {
  test('memory: the nearest card, in figures that add up, and who holds most of it', () => {
    const node = imaginedNode('two', [{ externalBytes: 70 * GIB }, {}]);
    const live = [imaginedLive('t9', 'two', ['two-1'], 60 * GIB, { pid: 77, owner: 'bob' })];
    const run = imaginedRun(1, { bytes: 42 * GIB });
    const reason = whyWaits(imaginedInput([node], [run], { live }), run);
    expect(reason).toEqual({
      kind: 'memory',
      node: 'two',
      gpuIndex: 1,
      totalBytes: 80 * GIB,
      externalBytes: 0,
      promisedBytes: 60 * GIB,
      headroomBytes: HEADROOM,
      freeBytes: 20 * GIB - HEADROOM,
      askedBytes: 42 * GIB,
      holder: { pid: 77, owner: 'bob', task: 't9', bytes: 60 * GIB },
    });
  });

  test('a stranger who holds more is named', () => {
    const node = imaginedNode('n', [
      { externalBytes: 70 * GIB, stranger: { pid: 4711, owner: 'alice', bytes: 69 * GIB } },
    ]);
    const run = imaginedRun(1, { bytes: 42 * GIB });
    expect(whyWaits(imaginedInput([node], [run]), run)).toMatchObject({
      kind: 'memory',
      holder: { pid: 4711, owner: 'alice', task: null, bytes: 69 * GIB },
    });
  });

  test('a profile that warms up is waited for', () => {
    const live = [imaginedLive('t9', 'one', ['one-0'], null, { isWarmingUp: true })];
    const run = imaginedRun(1);
    expect(whyWaits(imaginedInput([one], [run], { live }), run)).toEqual({
      kind: 'warm-up',
      node: 'one',
      gpuIndex: 0,
      task: 't9',
    });
    const other = imaginedRun(1, { profile: 'b2 other' });
    expect(whyWaits(imaginedInput([one], [other], { live }), other)).toMatchObject({ kind: 'memory' });
  });

  test.each([
    ['held', { hold: 'row-removed' as const }, { kind: 'held', by: 'row-removed' }],
    [
      'a dependency',
      { dependencies: [{ task: 't7', wanted: 'ok' as const, state: 'failed' as const }] },
      { kind: 'dependency', task: 't7', state: 'failed', wanted: 'ok' },
    ],
    ['the run before it', { previousRun: 1 }, { kind: 'previous-run', run: 1 }],
    ['a time', { notBefore: { atMs: 900, backoff: null } }, { kind: 'time', untilMs: 900 }],
    [
      'the wait after a failure',
      { notBefore: { atMs: 900, backoff: { class: 'gpu_oom' as const, retry: 1, budget: 3 } } },
      { kind: 'backoff', untilMs: 900, class: 'gpu_oom', retry: 1, budget: 3 },
    ],
  ])('%s', (_, change, reason) => {
    const run = imaginedRun(1, { bytes: GIB, ...change });
    expect(whyWaits(imaginedInput([one], [run]), run)).toEqual(reason);
  });

  test('a paused table, rows that are still sent, a queue that is stopped', () => {
    const run = imaginedRun(1, { bytes: GIB });
    const lineup = lineupOf([run]);
    const input = imaginedInput([one], [], { lineup });
    const stopped = { ...input, settings: { ...DEFAULT_SETTINGS, isRunning: false } };
    expect(whyWaits(stopped, run)).toMatchObject({ kind: 'paused', by: 'queue' });
    lineup.setTable('b1', { maxRunning: null, paused: 'failures', isComplete: true });
    expect(whyWaits(input, run)).toMatchObject({ kind: 'paused', by: 'failures' });
    lineup.setTable('b1', { maxRunning: null, paused: null, isComplete: false });
    expect(whyWaits(input, run)).toMatchObject({ kind: 'paused', by: 'table' });
  });

  test('limits: of the user with what he started by hand, of the table, of a card, of cores', () => {
    const run = imaginedRun(1, { bytes: GIB });
    const usage = { gpuSeconds: new Map(), handStartedGpus: new Map([['alice', 2]]) };
    const limited = { ...DEFAULT_SETTINGS, maxGpusPerUser: 2 };
    expect(whyWaits(imaginedInput([one], [run], { usage, settings: limited }), run)).toEqual({
      kind: 'limit',
      limit: 'user',
      running: 2,
      allowed: 2,
      handStarted: 2,
    });
    const lineup = lineupOf([run]);
    lineup.setTable('b1', { maxRunning: 1, paused: null, isComplete: true });
    expect(whyWaits(imaginedInput([one], [], { lineup, live: [full] }), run)).toMatchObject({
      kind: 'limit',
      limit: 'table',
      running: 1,
      allowed: 1,
    });
    const perGpu = { ...DEFAULT_SETTINGS, maxRunningPerGpu: 1 };
    expect(whyWaits(imaginedInput([one], [run], { live: [full], settings: perGpu }), run)).toMatchObject({
      kind: 'limit',
      limit: 'gpu',
      running: 1,
      allowed: 1,
    });
    const idle = imaginedRun(2, { gpus: 0 });
    const small = imaginedNode('cpu', 0, { cores: 1 });
    const busy = [imaginedLive('t8', 'cpu', [], null)];
    expect(whyWaits(imaginedInput([small], [idle], { live: busy }), idle)).toMatchObject({
      kind: 'limit',
      limit: 'node',
      running: 1,
      allowed: 1,
    });
  });

  test('no node: none connected, none allowed, no such card, all switched off', () => {
    const run = imaginedRun(1, { bytes: GIB });
    expect(whyWaits(imaginedInput([], [run]), run)).toMatchObject({ kind: 'nodes', online: 0 });
    const shut = imaginedNode('n', 1, { isAllowed: false });
    expect(whyWaits(imaginedInput([shut], [run]), run)).toMatchObject({ kind: 'nodes', allowed: 0 });
    const wish = imaginedRun(1, { ask: { gpus: 1, memoryBytes: null, model: 'B200', node: null } });
    expect(whyWaits(imaginedInput([one], [wish]), wish)).toMatchObject({
      kind: 'nodes',
      matching: 0,
      isNoGpuThere: false,
    });
    const bare = imaginedNode('n', 0);
    expect(whyWaits(imaginedInput([bare], [run]), run)).toMatchObject({ matching: 0, isNoGpuThere: true });
    const elsewhere = imaginedRun(1, { ask: { gpus: 0, memoryBytes: null, model: null, node: 'x' } });
    expect(whyWaits(imaginedInput([bare], [elsewhere]), elsewhere)).toMatchObject({ isNoGpuThere: false });
    const off = imaginedNode('n', [{ isOn: false }]);
    expect(whyWaits(imaginedInput([off], [run]), run)).toMatchObject({
      kind: 'nodes',
      matching: 1,
      usableGpus: 0,
      trouble: { node: 'n', gpuIndex: 0, message: null },
    });
  });

  test('a node that takes nothing new says why, also to a run without a GPU', () => {
    const run = imaginedRun(1, { ask: { gpus: 0, memoryBytes: null, model: null, node: null } });
    const tired = imaginedNode('n', 1, { drained: { kind: 'maintenance' } });
    expect(whyWaits(imaginedInput([tired], [run]), run)).toMatchObject({
      kind: 'nodes',
      trouble: { node: 'n', gpuIndex: null, message: 'it is in maintenance' },
    });
  });

  test('no node runs as its owner', () => {
    const run = imaginedRun(1, { person: 'bob' });
    const shown = whyWaits(imaginedInput([imaginedNode('n', 1)], [run]), run);
    expect(shown).toMatchObject({ kind: 'nodes', allowed: 1, asOwner: 0 });
  });

  test('strangers everywhere, under a policy that keeps away', () => {
    const stranger = { pid: 4711, owner: 'bob', bytes: 2 * GIB };
    const node = imaginedNode('n', [{ externalBytes: 2 * GIB, stranger }]);
    const run = imaginedRun(1, { bytes: GIB });
    const settings = { ...DEFAULT_SETTINGS, strangers: 'mine-only' as const };
    expect(whyWaits(imaginedInput([node], [run], { settings }), run)).toEqual({
      kind: 'strangers',
      node: 'n',
      gpuIndex: 0,
      holder: { ...stranger, task: null },
    });
  });

  test('too few cards with room on one node, and none at all', () => {
    const nodes = [imaginedNode('a', 2), imaginedNode('b', 2)];
    const live = [
      imaginedLive('t8', 'a', ['a-0'], 60 * GIB),
      imaginedLive('t9', 'b', ['b-0', 'b-1'], 60 * GIB),
    ];
    const run = imaginedRun(1, { gpus: 2, bytes: 40 * GIB });
    expect(whyWaits(imaginedInput(nodes, [run], { live }), run)).toEqual({
      kind: 'gpus',
      node: 'a',
      fitting: 1,
      asked: 2,
    });
  });

  test('room that is kept for a bigger one', () => {
    const big = imaginedRun(1, { bytes: 70 * GIB });
    const small = imaginedRun(2, { bytes: 10 * GIB });
    const live = [imaginedLive('t9', 'one', ['one-0'], 20 * GIB)];
    const input = imaginedInput([one], [big, small], { live });
    expect(whyWaits(input, big)).toMatchObject({ kind: 'memory' });
    expect(whyWaits(input, small)).toEqual({ kind: 'reservation', task: 't1', node: 'one' });
  });

  test('impossible, with the figures', () => {
    const run = imaginedRun(1, { bytes: 90 * GIB });
    expect(whyWaits(imaginedInput([one], [run]), run)).toMatchObject({
      kind: 'impossible',
      askedBytes: 90 * GIB,
    });
  });

  test('one that would start now is next in line', () => {
    const run = imaginedRun(1, { bytes: GIB });
    expect(whyWaits(imaginedInput([one], [run]), run)).toEqual({ kind: 'turn', before: 0 });
  });

  test('whatever waits after a plan has a reason, and asking changes nothing', () => {
    const runs = Array.from({ length: 50 }, (_, place) =>
      imaginedRun(place + 1, { gpus: place % 4, bytes: place % 3 === 0 ? null : (place % 7) * 10 * GIB }),
    );
    const input = imaginedInput([imaginedNode('a', 4), imaginedNode('b', 2)], runs);
    const before = JSON.stringify(plan(input));
    const reasons = reasonsNow(input);
    for (const run of runs) expect(reasons.of(run).kind).toBeTypeOf('string');
    expect(JSON.stringify(plan(input))).toBe(before);
  });
});

describe('a dry run', () => {
  test('says where each would go behind those that wait, or why it would wait', () => {
    const waiting = imaginedRun(1, { bytes: 40 * GIB });
    const reasons = reasonsNow(imaginedInput([one], [waiting]));
    const large = imaginedRun(9, { bytes: 60 * GIB });
    expect(reasons.tryOut(large)).toMatchObject({ reason: { freeBytes: 40 * GIB - HEADROOM } });
    const first = reasons.tryOut(imaginedRun(2, { bytes: 30 * GIB }));
    expect(first).toMatchObject({ start: { node: 'one', gpus: [{ uuid: 'one-0' }] } });
    expect(reasons.tryOut(imaginedRun(3, { bytes: 30 * GIB }))).toMatchObject({
      reason: { kind: 'memory', freeBytes: 10 * GIB - HEADROOM },
    });
    expect(reasons.tryOut(large)).toMatchObject({ reason: { freeBytes: 10 * GIB - HEADROOM } });
    expect(reasons.tryOut(imaginedRun(4, { hold: 'user' }))).toEqual({
      reason: { kind: 'held', by: 'user' },
    });
  });
});
