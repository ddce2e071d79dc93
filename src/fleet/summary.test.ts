import { expect, it } from 'vitest';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { clockWord, warmth } from './gpuWords.ts';
import { shortModelName } from './modelName.ts';
import { conditionGroup, conditionOf, fleetSummary, freeByModel, memoryToTake, modelsOf } from './summary.ts';
import { type FleetGpu, fleetNode } from './view.ts';

const GIB = 2 ** 30;

it.each([
  ['NVIDIA GeForce RTX 4090', 24, 'RTX 4090 24 GB'],
  ['NVIDIA H100 80GB HBM3', 79.6, 'H100 80 GB'],
  ['NVIDIA A100-SXM4-40GB', 40, 'A100 40 GB'],
  ['Tesla T4', 15, 'T4 16 GB'],
  ['NVIDIA L4', 22.5, 'L4 24 GB'],
  ['NVIDIA Odd', 33, 'Odd 33 GB'],
  ['NVIDIA Graphics Device', 8, 'NVIDIA Graphics Device 8 GB'],
])('%s is called %s', (name, gib, short) => {
  expect(shortModelName({ name, memoryTotalBytes: gib * GIB })).toBe(short);
});

it('leaves a model without a name unnamed', () => {
  expect(shortModelName({ name: null, memoryTotalBytes: GIB })).toBeNull();
});

it('calls a card hot near its own slowdown threshold too', () => {
  expect(warmth({ temperatureCelsius: 79, slowdownTemperatureCelsius: 83 })).toBe('hot');
  expect(warmth({ temperatureCelsius: 79, slowdownTemperatureCelsius: null })).toBe('warm');
  expect(warmth({ temperatureCelsius: null, slowdownTemperatureCelsius: 83 })).toBeNull();
});

it('names the gravest reason for a low clock', () => {
  const clocks = { graphicsClockMHz: 1000, maxGraphicsClockMHz: 2000 };
  expect(clockWord({ ...clocks, throttleReasons: ['idle', 'software-thermal'] })).toBe('held-by-heat');
  expect(clockWord({ ...clocks, throttleReasons: [] })).toBe('below');
  expect(clockWord({ ...clocks, graphicsClockMHz: 1900, throttleReasons: [] })).toBe('full');
  expect(clockWord({ graphicsClockMHz: null, maxGraphicsClockMHz: null, throttleReasons: null })).toBeNull();
});

it('counts a lost card with those that share its name', () => {
  const gpu = (name: string, gib: number | null) =>
    ({ name, memoryTotalBytes: gib === null ? null : gib * GIB }) as FleetGpu;
  expect(modelsOf([gpu('NVIDIA A100', null), gpu('NVIDIA A100', 40), gpu('NVIDIA A100', 40)])).toEqual([
    ['A100 40 GB', 3],
  ]);
});

it('counts a GPU whose driver does not answer among the sick', () => {
  expect(conditionGroup('no-answer')).toBe('sick');
});

it('does not know what can be taken of an unknown memory', () => {
  expect(memoryToTake({ memoryTotalBytes: GIB, memoryUsedBytes: null, memoryFreeBytes: null })).toBeNull();
  expect(memoryToTake({ memoryTotalBytes: 3, memoryUsedBytes: 1, memoryFreeBytes: null })).toBe(2);
});

it('counts no card of a machine in maintenance as free or sick, and still shows what works there', () => {
  const lab = imagineLab(Date.UTC(2026, 0, 1)).map(fleetNode);
  const cared = lab.map((node) => ({ ...node, absence: 'maintenance' as const }));
  const before = fleetSummary(lab).groups;
  const { groups } = fleetSummary(cared);
  expect([before.free > 0, before.sick > 0]).toEqual([true, true]);
  expect(groups).toEqual({
    ...before,
    free: 0,
    sick: 0,
    offline: before.offline + before.free + before.sick,
  });
  expect(freeByModel(cared).reduce((sum, { free }) => sum + free, 0)).toBe(0);
  const conditions = new Set(
    cared.flatMap((node) => (node.sample?.gpus ?? []).map((gpu) => conditionOf(node, gpu))),
  );
  expect(conditions).toContain('maintenance');
  expect(conditions).toContain('sick');
});
