/**
 * The last minutes of a machine as the page draws them: fetched once, then kept up from each live sample. Lines have a
 * point a second, the last one at `endsAtMs`; a figure stands for the interval it was read in, and what was not read is
 * null. Pure.
 */
import { figuresAreNow } from '../../src/fleet/gpuCondition.ts';
import type { FleetGpu, FleetSample } from '../../src/fleet/view.ts';
import { gpuIdentity } from '../../src/model/gpu.ts';
import type { RecentFigures } from '../../src/protocol/hubApi.ts';

export type Line = readonly (number | null)[];

export interface Recent {
  endsAtMs: number;
  /** From one figure to the next, where nothing is late. */
  intervalMs: number;
  /** The first instant of which anything is known. */
  beginsAtMs: number;
  /** Utilisation by GPU identity. */
  gpus: Readonly<Record<string, Line>>;
  /** Of all GPUs together. */
  powerWatts: Line;
  cpuPercent: Line;
  memoryUsedBytes: Line;
  receiveBytesPerSecond: Line;
}

const STEP_MS = 1000;
/** What the page draws: ten minutes. */
export const POINTS = 600;

/** Lines in which nothing was read yet, ending just before a sample. */
export function emptyRecent(sample: FleetSample): Recent {
  const nothing: Line = Array<null>(POINTS).fill(null);
  return {
    endsAtMs: sample.takenAtMs - sample.intervalMs,
    intervalMs: sample.intervalMs,
    beginsAtMs: sample.takenAtMs - sample.intervalMs,
    gpus: Object.fromEntries(sample.gpus.map((gpu) => [gpuIdentity(gpu), nothing])),
    powerWatts: nothing,
    cpuPercent: nothing,
    memoryUsedBytes: nothing,
    receiveBytesPerSecond: nothing,
  };
}

/** The hub's answer as lines of the page's length and steps. */
export function recentOf(figures: RecentFigures): Recent {
  const { host, gpus, endsAtMs, intervalMs } = figures;
  const perFigure = Math.max(1, Math.round(intervalMs / STEP_MS));
  const line = (values: Line): Line =>
    padded(values.flatMap((value) => Array<number | null>(perFigure).fill(value)));
  const recent = {
    endsAtMs,
    intervalMs,
    gpus: Object.fromEntries(gpus.map((gpu) => [gpu.identity, line(gpu.utilizationPercent)])),
    powerWatts: line(sumLines(gpus.map((gpu) => gpu.powerWatts))),
    cpuPercent: line(host.cpuPercent),
    memoryUsedBytes: line(host.memoryUsedBytes),
    receiveBytesPerSecond: line(host.receiveBytesPerSecond),
  };
  const known = Math.max(
    ...[recent.cpuPercent, recent.memoryUsedBytes, ...Object.values(recent.gpus)].map(knownPoints),
  );
  return { ...recent, beginsAtMs: endsAtMs - known * STEP_MS };
}

/** How far back a line knows anything, in points. */
export function knownPoints(line: Line): number {
  const first = line.findIndex((value) => value !== null);
  return first === -1 ? 0 : line.length - first;
}

/** The lines with a newer sample at their end; the same object where the sample is not newer. */
export function withSample(recent: Recent, sample: FleetSample): Recent {
  const steps = Math.round((sample.takenAtMs - recent.endsAtMs) / STEP_MS);
  if (steps < 1) return recent;
  const covered = Math.min(steps, Math.max(1, Math.round(sample.intervalMs / STEP_MS)));
  const push = (line: Line | undefined, value: number | null): Line =>
    shifted(line ?? [], steps - covered, Array<number | null>(covered).fill(value));
  // While the driver is silent a sample repeats its last figures: they are true no more, and must not draw a flat line.
  const told = figuresAreNow(sample);
  return {
    ...recent,
    endsAtMs: sample.takenAtMs,
    intervalMs: sample.intervalMs,
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

/**
 * A line as seen at an instant: what has not been read since is a gap at its right end, and it begins where anything of
 * the machine is known, so that the first minutes are not a speck in the corner.
 */
export function lineAt(recent: Recent, line: Line, nowMs: number): Line {
  // Two intervals of lateness are ordinary: a line that trembles at its end would tell nothing.
  const missing = Math.floor((nowMs - recent.endsAtMs - 2 * recent.intervalMs) / STEP_MS);
  const now = missing < 1 ? line : shifted(line, missing, []);
  const known = Math.round((recent.endsAtMs - recent.beginsAtMs) / STEP_MS) + Math.max(0, missing);
  return now.slice(-Math.max(SHORTEST, known));
}

/** How much time the lines of a machine show, in milliseconds. */
export const spanOf = ({ beginsAtMs, endsAtMs }: Recent): number => Math.min(FULL_MS, endsAtMs - beginsAtMs);

/** As much as lines show at most. */
const FULL_MS = POINTS * STEP_MS;

/** A line of fewer points would be a dash that says nothing. */
const SHORTEST = 10;

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
    sinceMs: recent.endsAtMs - (line.length - 1 - from) * STEP_MS,
    orLonger: lastWork === -1,
  };
}

const padded = (line: Line): Line =>
  line.length >= POINTS ? line.slice(-POINTS) : [...Array<null>(POINTS - line.length).fill(null), ...line];

const shifted = (line: Line, missed: number, read: Line): Line =>
  padded([...line, ...Array<null>(Math.min(POINTS, missed)).fill(null), ...read]);

const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);

/**
 * Lines of machines that end together, as one. A machine that was away adds nothing, as in the figure beside the line: one
 * of forty must not hide the others. The line begins when the machines were there that came within half a minute of the
 * first: while a hub is new they come one after another, and that was no rise of power.
 */
export function sumOfMachines(lines: readonly Line[]): Line {
  const whole = sumLines(lines);
  const begins = lines.map((line) => line.findIndex((value) => value !== null)).filter((first) => first >= 0);
  const earliest = Math.min(...begins);
  const complete = Math.max(0, ...begins.filter((first) => first <= earliest + GATHERING_POINTS));
  return whole.map((value, place) => (place < complete ? null : value));
}

const GATHERING_POINTS = 30;

function sumLines(lines: readonly Line[]): Line {
  const length = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length }, (_, place) => sum(lines.map((line) => line[place] ?? null)));
}
