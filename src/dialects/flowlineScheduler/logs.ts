/**
 * Logs as the older FlowLine serves them: its own, and the output of runs. A name is never a path: it is taken apart into
 * the task, run and attempt that it means, which are asked of their node, or means the hub's own log.
 *
 *   flowline.log     what the hub itself wrote
 *   42.out  42.err   the newest attempt of t42
 *   42.1.2.out       its run 1, attempt 2
 */
import type { Attempt } from '../../model/task.ts';
import { localTime, rounded } from '../figures.ts';
import { numberOfTask } from './numbers.ts';

export const OWN_LOG = 'flowline.log';

export interface RunLog {
  /** `t42` */
  task: string;
  /** Null: the newest. */
  run: number | null;
  attempt: number | null;
  stream: 'out' | 'err';
}

const NAME = /^([1-9]\d{0,14})(?:\.([1-9]\d{0,8})\.([1-9]\d{0,8}))?\.(out|err)$/;

/** What a name means; null where it is none of ours. */
export function parseLogName(name: string): RunLog | null {
  const [, task, run, attempt, stream] = NAME.exec(name) ?? [];
  if (task === undefined || (stream !== 'out' && stream !== 'err')) return null;
  return {
    task: `t${task}`,
    run: run === undefined ? null : Number(run),
    attempt: attempt === undefined ? null : Number(attempt),
    stream,
  };
}

/** The names of a task's output, the newest attempt's first; none of one that never ran. */
export function logNames(
  taskId: string,
  attempts: readonly Pick<Attempt, 'run' | 'number' | 'startedAtMs'>[],
): RunLog[] {
  return attempts
    .filter(({ startedAtMs }) => startedAtMs !== null)
    .toReversed()
    .flatMap(({ run, number }, age) =>
      (['out', 'err'] as const).map((stream) => ({
        task: taskId,
        run: age === 0 ? null : run,
        attempt: age === 0 ? null : number,
        stream,
      })),
    );
}

/** `42.out`, `42.1.2.err` */
export const logName = ({ task, run, attempt, stream }: RunLog): string =>
  [numberOfTask(task), ...(run === null || attempt === null ? [] : [run, attempt]), stream].join('.');

export interface OlderFile {
  /** Where it would lie there; nothing is opened by it. */
  fullPath: string;
  lastModified: string;
  name: string;
  size: string;
}

/** @param modifiedAtMs null where nothing is known of it */
export const fileBody = (name: string, sizeBytes: number, modifiedAtMs: number | null): OlderFile => ({
  fullPath: `log/${name}`,
  lastModified: modifiedAtMs === null ? '' : timestamp(modifiedAtMs),
  name,
  size: sizeText(sizeBytes),
});

/** `293B`, `1.6KB`, `1.2MB`, `3.0GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['KB', 'MB', 'GB'];
  let size = bytes / 1024;
  let unit = 0;
  while (rounded(size, 1) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size.toFixed(1)}${units[unit]}`;
}

export interface OlderLine {
  level: string;
  message: string;
  /** Empty where the line has none. */
  timestamp: string;
}

/** `2026-11-22 11:01:20`, local. */
export function timestamp(ms: number): string {
  const { date, time } = localTime(ms);
  return `${date} ${time}`;
}

/**
 * The last lines of a run's output: without the first one where it may be cut, a progress bar as it stood last.
 * @param text from somewhere in the file to its end
 */
export function outputLines(text: string, isCut: boolean, most: number): OlderLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines
    .slice(isCut ? 1 : 0)
    .slice(-(most || Number.POSITIVE_INFINITY))
    .map((line) => ({ level: 'INFO', message: lastOfCarriageReturns(line), timestamp: '' }));
}

const lastOfCarriageReturns = (line: string): string => {
  const written = line.replace(/\r+$/, '');
  return written.slice(written.lastIndexOf('\r') + 1);
};

const LEVELS = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

/** A line of the hub's own log. */
export const ownLine = (line: {
  atMs: number;
  level: keyof typeof LEVELS;
  message: string;
  facts: readonly (readonly [string, string])[];
}): OlderLine => ({
  level: LEVELS[line.level],
  message: [line.message, ...line.facts.map(([name, value]) => `${name}=${value}`)].join(' '),
  timestamp: timestamp(line.atMs),
});

const MOST_LINES = 10_000;

/** `?maxLines=`: 100 where nothing, or no number, is said. */
export const wantedLines = (text: unknown): number =>
  typeof text === 'string' && /^\d{1,9}$/.test(text) ? Math.min(Number(text), MOST_LINES) : 100;
