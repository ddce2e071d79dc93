import { expect, it } from 'vitest';
import type { FleetSample } from '../../src/fleet/view.ts';
import { emptyRecent, idleSince, lineAt, recentOf, spanOf, sumOfMachines, withSample } from './recent.ts';

const figures = (utilizationPercent: (number | null)[]) =>
  recentOf({
    endsAtMs: 10_000,
    intervalMs: 1000,
    gpus: [
      { identity: 'GPU-a', utilizationPercent, memoryUsedBytes: [], powerWatts: [100, null] },
      { identity: 'GPU-b', utilizationPercent: [], memoryUsedBytes: [], powerWatts: [50, null] },
    ],
    host: { cpuPercent: [1, 2], memoryUsedBytes: [], receiveBytesPerSecond: [] },
  });

const gpu = { uuid: 'GPU-a', pciBusId: null, index: 0, utilizationPercent: 90, powerWatts: 10 };
const sample = (takenAtMs: number, state = 'ok', answeredAtMs = takenAtMs): FleetSample =>
  ({
    takenAtMs,
    intervalMs: 1000,
    driver: { state, answeredAtMs },
    gpus: [gpu],
    host: { cpuPercent: 3, memoryUsedBytes: 4, networks: [] },
  }) as unknown as FleetSample;

const end = (line: readonly (number | null)[] | undefined, points: number) => line?.slice(-points);

it('sums the power of all GPUs, and keeps missing missing', () => {
  expect(end(figures([1]).powerWatts, 3)).toEqual([null, 150, null]);
});

it('puts a live sample at the end, with a gap for what was missed between', () => {
  const recent = withSample(figures([1, 2]), sample(13_050));
  expect(end(recent.gpus['GPU-a'], 5)).toEqual([1, 2, null, null, 90]);
  expect(recent.gpus['GPU-a']).toHaveLength(600);
  expect(end(recent.cpuPercent, 4)).toEqual([2, null, null, 3]);
});

it('draws a gap, not the last figures again, while the driver is silent', () => {
  const recent = withSample(figures([1, 2]), sample(11_000, 'unresponsive'));
  expect(end(recent.gpus['GPU-a'], 3)).toEqual([1, 2, null]);
  expect(end(recent.cpuPercent, 1)).toEqual([3]);
});

it('draws a gap also while the deadline of a silent driver still runs', () => {
  const recent = withSample(figures([1, 2]), sample(11_000, 'ok', 8_500));
  expect(end(recent.gpus['GPU-a'], 3)).toEqual([1, 2, null]);
});

it('takes no sample twice', () => {
  const recent = figures([1, 2]);
  expect(withSample(recent, sample(10_200))).toBe(recent);
});

it('ends a stale line in a gap', () => {
  const recent = figures([1, 2]);
  expect(end(lineAt(recent, recent.gpus['GPU-a'] ?? [], 11_900), 2)).toEqual([1, 2]);
  expect(end(lineAt(recent, recent.gpus['GPU-a'] ?? [], 15_000), 5)).toEqual([1, 2, null, null, null]);
});

it('knows since when a GPU is idle, or that it is at least as long as it remembers', () => {
  const asked = gpu as unknown as Parameters<typeof idleSince>[1];
  expect(idleSince(figures([90, 0, 0]), asked, 5)).toEqual({ sinceMs: 9_000, orLonger: false });
  expect(idleSince(figures([0, 0, 0]), asked, 5)).toEqual({ sinceMs: 8_000, orLonger: true });
  expect(idleSince(figures([0, 90]), asked, 5)).toBeNull();
  expect(idleSince(figures([]), asked, 5)).toBeNull();
});

it('lets a figure of the hub, and one of a slow machine, stand for the whole interval it was read in', () => {
  const slow = recentOf({
    endsAtMs: 10_000,
    intervalMs: 5000,
    gpus: [],
    host: { cpuPercent: [null, 7, 8], memoryUsedBytes: [], receiveBytesPerSecond: [] },
  });
  expect(end(slow.cpuPercent, 11)).toEqual([null, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8]);
  expect(slow.cpuPercent).toHaveLength(600);
  const next = withSample(slow, { ...sample(13_000), intervalMs: 2000 });
  expect(end(next.cpuPercent, 4)).toEqual([8, null, 3, 3]);
});

it('begins where anything is known, and says how much that is', () => {
  const known = Array<number | null>(40).fill(5);
  const recent = figures([...Array<null>(80).fill(null), ...known]);
  expect(spanOf(recent)).toBe(40_000);
  expect(lineAt(recent, recent.gpus['GPU-a'] ?? [], 10_000)).toEqual(known);
  expect(lineAt(recent, recent.gpus['GPU-a'] ?? [], 15_000)).toEqual([...known, null, null, null]);
  expect(spanOf(figures(Array<number>(900).fill(5)))).toBe(600_000);
  expect(spanOf(withSample(emptyRecent(sample(10_000)), sample(10_000)))).toBe(1000);
});

it('sums machines over the absence of one, and begins when those were there that came together', () => {
  const away = [...Array<null>(2).fill(null), 100, 100, null, 100];
  const there = [...Array<null>(1).fill(null), 50, 50, 50, 50, 50];
  expect(sumOfMachines([away, there])).toEqual([null, null, 150, 150, 50, 150]);
  const early = Array<number>(60).fill(10);
  const late = [...Array<null>(58).fill(null), 5, 5];
  expect(sumOfMachines([early, late]).slice(56)).toEqual([10, 10, 15, 15]);
  expect(sumOfMachines([])).toEqual([]);
});
