import { describe, expect, test } from 'vitest';
import { advance } from './advance.ts';
import { type JobPlan, startJob } from './jobs.ts';
import { buildMachine } from './plan.ts';
import { seededRandom } from './random.ts';
import { readCard } from './readCard.ts';
import { GIB, type ImaginedNode } from './world.ts';

const NOW_MS = Date.UTC(2026, 4, 11, 9, 0, 0);
const random = seededRandom('advance');

const idleMachine = (dusty: number[] = []): ImaginedNode =>
  buildMachine(
    { id: 'test', address: '10.0.0.1', cards: [2, 'rtx-3090'], hardware: 'workstation', dusty },
    NOW_MS,
    random,
  );

const withJob = (plan: Partial<JobPlan>, node = idleMachine()): ImaginedNode =>
  startJob(
    node,
    { recipe: 'sample', by: 'chen.yu', gpus: [0], startedAtMs: NOW_MS, endsAtMs: null, ...plan },
    random,
  );

/** Second by second, as the world's clock does. */
function later(node: ImaginedNode, seconds: number): ImaginedNode {
  let now = node;
  for (let second = 0; second < seconds; second++) now = advance(now, now.atMs + 1000, random);
  return now;
}

const reading = (node: ImaginedNode, gpu = 0) => {
  const card = node.cards[gpu];
  if (!card) throw new Error(`no card ${gpu}`);
  return readCard(card, node.processes);
};

describe('time on an imagined machine', () => {
  test('is the same for the same seed, and another for another', () => {
    const start = withJob({});
    const twice = ['a', 'a', 'b'].map((seed) => advance(start, NOW_MS + 60_000, seededRandom(seed)));
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0]).not.toEqual(twice[2]);
  });

  test('leaves the machine that it began with as it was', () => {
    const before = withJob({});
    const copy = structuredClone(before);
    advance(before, NOW_MS + 5000, random);
    expect(before).toEqual(copy);
  });

  test('a job loads its memory, works, warms its card and spends energy', () => {
    const node = later(withJob({ memoryGiB: 12 }), 90);
    const [cold, warm] = [reading(idleMachine()), reading(node)];
    expect(warm.processes[0]?.memoryUsedBytes).toBeGreaterThan(11.9 * GIB);
    expect(warm.temperatureCelsius).toBeGreaterThan((cold.temperatureCelsius ?? 0) + 20);
    expect(warm.powerWatts).toBeGreaterThan(100);
    expect(warm.smClockMHz).toBeGreaterThan(1000);
    expect(warm.performanceState).toBe(2);
    expect(reading(node, 1)).toMatchObject({ throttleReasons: ['idle'], performanceState: 8, processes: [] });
    expect(reading(later(node, 10)).energyJoules).toBeGreaterThan(warm.energyJoules ?? 0);
  });

  test('a card full of dust is held by heat, a clean one is not', () => {
    const node = later(withJob({ gpus: [0, 1] }, idleMachine([1])), 120);
    expect(reading(node, 0).throttleReasons).not.toContain('software-thermal');
    expect(reading(node, 1).throttleReasons).toEqual(['software-thermal']);
    expect(reading(node, 1).smClockMHz).toBeLessThan(1500);
  });

  test('a leak grows until the card has no more, and then it is gone', () => {
    let node = withJob({ recipe: 'leak', memoryGiB: 20 });
    const grown: number[] = [];
    for (let minute = 0; minute < 5; minute++) {
      grown.push(reading(node).processes[0]?.memoryUsedBytes ?? 0);
      node = later(node, 60);
    }
    expect(grown[2]).toBeGreaterThan((grown[1] ?? 0) + GIB);
    expect(reading(node).processes).toEqual([]);
    expect(reading(node).memoryUsedBytes).toBeLessThan(GIB);
  });

  test('now and then a card holds memory that belongs to no process, and lets it go again', () => {
    let node = withJob({ memoryGiB: 8 });
    const unaccounted: number[] = [];
    for (let minute = 0; minute < 24 * 60; minute++) {
      node = advance(node, node.atMs + 60_000, random);
      if (!node.processes.some(({ work }) => work))
        node = withJob({ startedAtMs: node.atMs, memoryGiB: 8 }, node);
      const { memoryUsedBytes, processes } = reading(node);
      unaccounted.push((memoryUsedBytes ?? 0) - (processes[0]?.memoryUsedBytes ?? 0));
    }
    const first = unaccounted.findIndex((bytes) => bytes > GIB / 4);
    expect(first).toBeGreaterThan(-1);
    expect(Math.min(...unaccounted.slice(first))).toBeLessThan(GIB / 16);
  });

  test('two programs on one card share it', () => {
    const node = later(withJob({ memoryGiB: 4 }, withJob({ memoryGiB: 4 })), 60);
    const { processes, utilizationPercent } = reading(node);
    const shares = processes.map((process) => process.smUtilizationPercent ?? 0);
    expect(shares).toHaveLength(2);
    expect(Math.max(...shares)).toBeLessThan(70);
    expect(utilizationPercent).toBeLessThanOrEqual(100);
  });

  test('a container whose last process ended has ended', () => {
    const plan = { name: 'zk', image: 'jupyter', gpus: [0], hoursAgo: 1 };
    const empty = buildMachine(
      { id: 'test', address: '10.0.0.1', cards: [1, 'h100'], hardware: 'two xeons', containers: [plan] },
      NOW_MS,
      random,
    );
    const node = withJob({ inside: 'zk', endsAtMs: NOW_MS + 3000 }, empty);
    expect(later(node, 2).containers[0]?.endedAtMs).toBeNull();
    expect(later(node, 4).containers[0]?.endedAtMs).toBe(NOW_MS + 3000);
  });

  test('free cards of a busy machine find somebody to use them, and jobs end by themselves', () => {
    let node: ImaginedNode = { ...idleMachine(), startsAnHour: 60 };
    const seen = new Set<number>();
    for (let minute = 0; minute < 120; minute++) {
      node = advance(node, node.atMs + 60_000, random);
      for (const { pid, work } of node.processes) if (work) seen.add(pid);
    }
    expect(seen.size).toBeGreaterThan(3);
    expect(node.processes.filter(({ work }) => work).length).toBeLessThan(seen.size);
  });
});
