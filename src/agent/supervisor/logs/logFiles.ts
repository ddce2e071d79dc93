/**
 * Where logs are: DATA/logs/t42/1.2.out and .err (0600 in 0700), and beside them 1.2.json, which says whose they are,
 * what was cut out of them, and when they were complete. They stay when the attempt is forgotten, and are then also what
 * is left to tell that this attempt once ran here. A path is only ever made of a checked attempt id.
 */
import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readFileIfThere, writeFileAtomically } from '../../../io/atomicFile.ts';
import { parseJson } from '../../../lib/json.ts';
import { count, instantMs } from '../../../model/fields.ts';
import { attemptIdOf, Fence, parseAttemptId } from '../../../model/task.ts';
import { CleanedLog, type LogStream } from '../../../protocol/supervision.ts';

const Gap = z.object({ fromByte: count, toByte: count }).nullable();

export const LogRecord = z.object({
  fence: Fence,
  startedAtMs: instantMs,
  /** Null while the attempt lives. */
  completedAtMs: instantMs.nullable(),
  gaps: z.object({ out: Gap, err: Gap }),
  /** When and why the log itself was removed (cleanLogs.ts); null while it is there. */
  cleaned: z.object({ atMs: instantMs, reason: CleanedLog.shape.reason }).nullable().default(null),
});
export type LogRecord = z.infer<typeof LogRecord>;

export interface LogPaths {
  folder: string;
  streams: Record<LogStream, string>;
  record: string;
}

/** Where an attempt's logs are, or null where the id is none. */
export function logPaths(logsFolder: string, attempt: string): LogPaths | null {
  const parts = parseAttemptId(attempt);
  if (parts === null) return null;
  const folder = join(logsFolder, parts.task);
  const stem = join(folder, `${parts.run}.${parts.attempt}`);
  return { folder, streams: { out: `${stem}.out`, err: `${stem}.err` }, record: `${stem}.json` };
}

/** What is known of an attempt's logs; null where there are none. */
export async function readLogRecord(paths: LogPaths): Promise<LogRecord | null> {
  const parsed = LogRecord.safeParse(parseJson((await readFileIfThere(paths.record)) ?? ''));
  return parsed.success ? parsed.data : null;
}

export const writeLogRecord = (paths: LogPaths, record: LogRecord): Promise<void> =>
  writeFileAtomically(paths.record, JSON.stringify(record));

/** Attempts of one run have numbers that rise; those of other nodes leave holes. */
const EARLIER_LOOKED_AT = 8;
const LATER_LOOKED_AT = 32;

/**
 * The highest fence under which this run lately ran here, as its logs tell; null for never. Names are tried one by one: a
 * task of 100,000 runs has a folder that nobody wants to read at each launch.
 */
export async function highestFenceInLogs(logsFolder: string, attempt: string): Promise<Fence | null> {
  const parts = parseAttemptId(attempt);
  if (parts === null) return null;
  let highest: Fence | null = null;
  const first = Math.max(1, parts.attempt - EARLIER_LOOKED_AT);
  for (let number = first; number <= parts.attempt + LATER_LOOKED_AT; number++) {
    const paths = logPaths(logsFolder, attemptIdOf(parts.task, parts.run, number));
    if (paths === null || !existsSync(paths.record)) continue;
    const record = await readLogRecord(paths);
    if (record !== null && (highest === null || compareFences(record.fence, highest) > 0))
      highest = record.fence;
  }
  return highest;
}

/** Above 0 where the first is higher. */
export const compareFences = (a: Fence, b: Fence): number => a.epoch - b.epoch || a.number - b.number;

export interface OpenLogs {
  out: FileHandle;
  err: FileHandle;
  close(): Promise<void>;
}

/**
 * Makes both files for the program to append to. Yesterday's are never written over: where a hub that was restored from
 * a backup gives the same attempt out again, the earlier ones get their fence as a name.
 * @throws the system's error
 */
export async function makeLogs(paths: LogPaths, record: LogRecord): Promise<OpenLogs> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  const before = await readLogRecord(paths);
  if (before !== null) {
    const suffix = `epoch${before.fence.epoch}-${before.fence.number}`;
    for (const path of [paths.streams.out, paths.streams.err, paths.record]) {
      await rename(path, path.replace(/\.(\w+)$/, `.${suffix}.$1`)).catch(unlessMissing);
    }
  }
  // First: an attempt that left files but no record could not be told from one that never was.
  // It need not survive the machine's power: nor would the attempt.
  await writeFile(`${paths.record}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${paths.record}.new`, paths.record);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
  const out = await open(paths.streams.out, flags, 0o600);
  let err: FileHandle;
  try {
    err = await open(paths.streams.err, flags, 0o600);
  } catch (failure) {
    await out.close();
    throw failure;
  }
  return {
    out,
    err,
    async close() {
      await Promise.all([out.close(), err.close()]);
    },
  };
}

/** Removes the logs of an attempt that never executed. */
export async function removeLogs(paths: LogPaths): Promise<void> {
  for (const path of [paths.streams.out, paths.streams.err, paths.record]) await rm(path, { force: true });
}

function unlessMissing(failure: NodeJS.ErrnoException): void {
  if (failure.code !== 'ENOENT') throw failure;
}
