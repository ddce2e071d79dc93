import { describe, expect, test } from 'vitest';
import { imagineGpu, imagineNode, load } from '../../test/support/imaginedFleet.ts';
import type { Gpu } from '../model/gpu.ts';
import type { NodeState } from '../model/node.ts';
import { findGpus, type GpuWish } from './findGpus.ts';
import { type FleetNode, fleetNode } from './view.ts';

const NOW = Date.UTC(2026, 0, 1);
const GIB = 2 ** 30;
const ANY: GpuWish = { gpus: 1, memoryBytes: null, model: null, mayBeSpread: false };

const free = (index: number, model = 'H100 80GB HBM3', gib = 80): Gpu => imagineGpu(index, model, gib, 700);
const busy = (index: number): Gpu => ({ ...free(index), utilizationPercent: 90, memoryUsedBytes: 60 * GIB });

function node(name: string, gpus: Gpu[], state: NodeState = 'online'): FleetNode {
  const machine = {
    name,
    alias: null,
    address: '10.0.0.1',
    cpuPercent: 1,
    memoryUsedGib: 1,
    memoryTotalGib: 2,
    diskPercent: 1,
    gpus,
  };
  return fleetNode({ ...imagineNode(machine, NOW), state });
}

const chosen = (result: ReturnType<typeof findGpus>) =>
  result.found?.map((entry) => [entry.node.name, entry.gpus.map((gpu) => gpu.index)]);

describe('finding free GPUs', () => {
  test('the machine with fewest left over is taken, so that large gaps stay for large wishes', () => {
    const nodes = [node('large', [free(0), free(1), free(2), free(3)]), node('small', [free(0), free(1)])];
    expect(chosen(findGpus(nodes, { ...ANY, gpus: 2 }))).toEqual([['small', [0, 1]]]);
  });

  test('a card that was promised is taken, though nothing is on it yet', () => {
    const nodes = [node('atlas', [free(0), free(1)])];
    const [first] = nodes[0]?.sample?.gpus ?? [];
    const result = findGpus(nodes, ANY, new Set([first?.uuid ?? '']));
    expect(chosen(result)).toEqual([['atlas', [1]]]);
    expect(result.misses.taken).toBe(1);
  });

  test('a machine that only an older system tells of is never offered, whatever it says is free', () => {
    const source = { dialect: 'gpu-monitor' as const, host: null, port: null, name: null, problem: null };
    const said = { ...node('atlas', [free(0), free(1)]), source };
    const result = findGpus([said], ANY);
    expect([result.found, result.nearest, result.roomiest]).toEqual([null, null, null]);
    expect(result.misses.withoutAgent).toBe(2);
  });

  test('a machine in maintenance is not offered, though it is connected and free', () => {
    const cared = { ...node('cared', [free(0), free(1)]), absence: 'maintenance' as const };
    const result = findGpus([cared, node('other', [free(0)])], ANY);
    expect(chosen(result)).toEqual([['other', [0]]]);
    expect(result.misses).toMatchObject({ maintenance: 2, away: 0 });
    expect(findGpus([cared], { ...ANY, mayBeSpread: true }).found).toBeNull();
  });

  test('of machines that are alike the first in the configured order is taken', () => {
    const nodes = [node('first', [free(0)]), node('second', [free(0)])];
    expect(chosen(findGpus(nodes, ANY))).toEqual([['first', [0]]]);
  });

  test('on a machine the GPUs with least memory that is enough are taken', () => {
    const nodes = [node('mixed', [free(0), free(1, 'L40S', 48), free(2, 'RTX 3090', 24)])];
    expect(chosen(findGpus(nodes, { ...ANY, memoryBytes: 40 * GIB }))).toEqual([['mixed', [1]]]);
  });

  test('all lie on one machine unless they may be spread', () => {
    const nodes = [node('a', [free(0), busy(1)]), node('b', [free(0), free(1)])];
    expect(findGpus(nodes, { ...ANY, gpus: 3 }).found).toBeNull();
    expect(chosen(findGpus(nodes, { ...ANY, gpus: 3, mayBeSpread: true }))).toEqual([
      ['b', [0, 1]],
      ['a', [0]],
    ]);
  });

  test('where there are none, the nearest and the reasons are told', () => {
    const nodes = [
      node('atlas', [free(0), free(1), busy(2)]),
      node('away', [free(0)], 'offline'),
      node('other', [free(0, 'RTX 3090', 24)]),
      node('ill', [{ ...free(0), state: 'lost' }]),
    ];
    const result = findGpus(nodes, { ...ANY, gpus: 3, model: 'h100' });
    expect(result.nearest?.node.name).toBe('atlas');
    expect(result.nearest?.gpus.map((gpu) => gpu.index)).toEqual([0, 1]);
    expect(result.misses).toEqual({
      withoutAgent: 0,
      maintenance: 0,
      away: 1,
      model: 1,
      unusable: 1,
      taken: 1,
      memory: 0,
    });
  });

  test('too little memory names the roomiest', () => {
    const result = findGpus([node('atlas', [free(0), free(1, 'L40S', 48)])], {
      ...ANY,
      memoryBytes: 200 * GIB,
    });
    expect(result.found).toBeNull();
    expect(result.nearest).toBeNull();
    expect(result.roomiest?.gpu.index).toBe(0);
  });

  test('cards of a driver in trouble are not offered: what it said last is not what is now', () => {
    const atlas = node('atlas', [free(0)]);
    for (const state of ['mismatch', 'failed', 'unresponsive'] as const) {
      const sample = atlas.sample && { ...atlas.sample, driver: { ...atlas.sample.driver, state } };
      expect(findGpus([{ ...atlas, sample }], ANY)).toMatchObject({ found: null, misses: { unusable: 1 } });
    }
    expect(findGpus([atlas], ANY).found).not.toBeNull();
  });

  test('stale machines, cards in MIG mode and prohibited cards are not offered', () => {
    const nodes = [
      node('late', [free(0)], 'stale'),
      node('split', [{ ...free(0), migMode: true }]),
      node('closed', [{ ...free(0), computeMode: 'prohibited' }]),
    ];
    expect(findGpus(nodes, ANY)).toMatchObject({ found: null, misses: { away: 1, unusable: 2 } });
  });

  test('a card that somebody holds is not free, however idle it is', () => {
    const held = load(free(0), 0, NOW, [
      { pid: 7, owner: 'zhao.k', command: 'python', gib: 10, sm: 0, minutes: 9 },
    ]);
    expect(findGpus([node('atlas', [held])], ANY).misses.taken).toBe(1);
  });

  test('words of the model match in any order and case', () => {
    const nodes = [node('a', [free(0, 'NVIDIA A100-SXM4-80GB', 80)])];
    expect(findGpus(nodes, { ...ANY, model: '80 a100' }).found).not.toBeNull();
    expect(findGpus(nodes, { ...ANY, model: 'A100 40' }).found).toBeNull();
  });
});
