/**
 * The last minutes of a machine as the page draws them: fetched once, then kept up from each live sample. Lines are
 * evenly spaced, `intervalMs` apart, the last one at `endsAtMs`; what was not read is null, never repeated. Pure.
 */
import type { FleetGpu, FleetSample } from '../../src/fleet/view.ts';
import { gpuIdentity } from '../../src/model/gpu.ts';
import type { RecentFigures } from '../../src/protocol/hubApi.ts';

export type Line = readonly (number | null)[];

export interface Recent {
  endsAtMs: number;
  intervalMs: number;
  /** Utilisation by GPU identity. */
  gpus: Readonly<Record<string, Line>>;
  /** Of all GPUs together. */
  powerWatts: Line;
  cpuPercent: Line;
  memoryUsedBytes: Line;
  receiveBytesPerSecond: Line;
}

/** What the page draws: ten minutes at one a second. */
const POINTS = 600;

/** Lines in which nothing was read yet, ending just before a sample. */
export function emptyRecent(sample: FleetSample): Recent {
  const nothing: Line = Array<null>(POINTS).fill(null);
  return {
    endsAtMs: sample.takenAtMs - sample.intervalMs,
    intervalMs: sample.intervalMs || 1000,
    gpus: Object.fromEntries(sample.gpus.map((gpu) => [gpuIdentity(gpu), nothing])),
    powerWatts: nothing,
    cpuPercent: nothing,
    memoryUsedBytes: nothing,
    receiveBytesPerSecond: nothing,
  };
}

/** The hub's answer as lines of the page's length. */
export function recentOf(figures: RecentFigures): Recent {
  const { host, gpus } = figures;
  return {
    endsAtMs: figures.endsAtMs,
    intervalMs: figures.intervalMs || 1000,
    gpus: Object.fromEntries(gpus.map((gpu) => [gpu.identity, padded(gpu.utilizationPercent)])),
    powerWatts: padded(sumLines(gpus.map((gpu) => gpu.powerWatts))),
    cpuPercent: padded(host.cpuPercent),
    memoryUsedBytes: padded(host.memoryUsedBytes),
    receiveBytesPerSecond: padded(host.receiveBytesPerSecond),
  };
}

/** The lines with a newer sample at their end; the same object where the sample is not newer. */
export function withSample(recent: Recent, sample: FleetSample): Recent {
  const steps = Math.round((sample.takenAtMs - recent.endsAtMs) / recent.intervalMs);
  if (steps < 1) return recent;
  const push = (line: Line | undefined, value: number | null): Line => shifted(line ?? [], steps, value);
  // While the driver is silent a sample repeats its last figures: they are true no more, and must not draw a flat line.
  const told = sample.driver.state === 'ok';
  return {
    ...recent,
    endsAtMs: sample.takenAtMs,
    gpus: Object.fromEntries(
      sample.gpus.map((gpu) => {
        const identity = gpuIdentity(gpu);
        return [identity, push(recent.gpus[identity], told ? gpu.utilizationPercent : null)];
      }),
    ),
    powerWatts: push(recent.powerWatts, told ? sum(sample.gpus.map((gpu) => gpu.powerWatts)) : null),
    cpuPercent: push(recent.cpuPercent, sample.host.cpuPercent),
    memoryUsedBytes: push(recent.memoryUsedBytes, sample.host.memoryUsedBytes),
    receiveBytesPerSecond: push(
      recent.receiveBytesPerSecond,
      sum(sample.host.networks.map((network) => network.receiveBytesPerSecond)),
    ),
  };
}

/** A line as seen at a later instant: what has not been read since is a gap at its right end. */
export function lineAt(recent: Recent, line: Line, nowMs: number): Line {
  // Two intervals of lateness are ordinary: a line that trembles at its end would tell nothing.
  const missing = Math.floor((nowMs - recent.endsAtMs) / recent.intervalMs) - 2;
  return missing < 1 ? line : shifted(line, missing, null);
}

export interface IdleTime {
  sinceMs: number;
  /** True where the line does not reach back to the last work: it is idle since then or longer. */
  orLonger: boolean;
}

/** Since when a GPU has worked less than `workingPercent`; null where it works now or nothing is known. */
export function idleSince(recent: Recent, gpu: FleetGpu, workingPercent: number): IdleTime | null {
  const line = recent.gpus[gpuIdentity(gpu)] ?? [];
  const lastWork = line.findLastIndex((value) => (value ?? 0) >= workingPercent);
  if (lastWork === line.length - 1) return null;
  const firstKnown = line.findIndex((value) => value !== null);
  if (firstKnown === -1) return null;
  const from = lastWork === -1 ? firstKnown : lastWork + 1;
  return {
    sinceMs: recent.endsAtMs - (line.length - 1 - from) * recent.intervalMs,
    orLonger: lastWork === -1,
  };
}

const padded = (line: Line): Line =>
  line.length >= POINTS ? line.slice(-POINTS) : [...Array<null>(POINTS - line.length).fill(null), ...line];

function shifted(line: Line, steps: number, value: number | null): Line {
  const gap = Array<null>(Math.min(POINTS, steps - (value === null ? 0 : 1))).fill(null);
  return padded(value === null ? [...line, ...gap] : [...line, ...gap, value]);
}

const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);

function sumLines(lines: readonly Line[]): Line {
  const length = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length }, (_, place) => sum(lines.map((line) => line[place] ?? null)));
}
