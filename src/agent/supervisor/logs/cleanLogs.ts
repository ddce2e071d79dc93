/**
 * Which logs of attempts stay on a node, and for how long: those that ended long ago go, and where all together take more
 * than they may, the oldest. Never of an attempt that lives or that the hub has not acknowledged, nor of one that ended a
 * moment ago. The record beside a log stays for half a year: it says that the log was cleaned up, and under which fence
 * the attempt ran here (logFiles.ts).
 *
 * What a kill -9 left half written (`….new`) goes on the way.
 */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptIdOf } from '../../../model/task.ts';
import type { CleanedLog, LogLimits } from '../../../protocol/supervision.ts';
import { type LogPaths, type LogRecord, readLogRecord, writeLogRecord } from './logFiles.ts';

/** Somebody may be reading it right now, and its end may just be on its way. */
const YOUNGEST_MS = 10 * 60_000;
const RECORD_KEPT_MS = 180 * 86_400_000;
/** What one call removes: it is told in one message. */
const MOST_CLEANED = 1000;
/** Nobody writes a file for so long before it gets its name. */
const HALF_WRITTEN_MS = 10 * 60_000;

export interface CleaningOptions {
  logsFolder: string;
  limits: LogLimits;
  nowMs: number;
  /** True of an attempt that lives here, or whose end the hub has not acknowledged. */
  isOpen(attempt: string): boolean;
}

/** One attempt's files. */
interface KeptLog {
  /** Null: of an earlier hub's attempt with the same id, which was put aside. */
  attempt: string | null;
  paths: LogPaths;
  record: LogRecord | null;
  endedAtMs: number;
  /** What they take on the disk; a cut log takes less than it is long. */
  bytes: number;
}

/** Removes what is too old or too much; `isMore`: it stopped before all of that was gone. */
export async function cleanLogs(
  options: CleaningOptions,
): Promise<{ cleaned: CleanedLog[]; isMore: boolean }> {
  const { logsFolder, limits, nowMs } = options;
  let totalBytes = 0;
  const over: KeptLog[] = [];
  for (const task of await readdir(logsFolder)) {
    if (!/^t\d+$/.test(task)) continue;
    const folder = join(logsFolder, task);
    for (const log of await logsOf(folder, task, options)) {
      totalBytes += log.bytes;
      if (log.attempt !== null && options.isOpen(log.attempt)) continue;
      if (nowMs - log.endedAtMs >= YOUNGEST_MS && log.bytes > 0) over.push(log);
    }
  }
  over.sort((a, b) => a.endedAtMs - b.endedAtMs);
  const cleaned: CleanedLog[] = [];
  for (const log of over) {
    const reason = reasonOf(log, totalBytes, limits, nowMs);
    if (reason === null) break;
    if (cleaned.length >= MOST_CLEANED) return { cleaned, isMore: true };
    // The launch of the same attempt may have come meanwhile.
    if (log.attempt !== null && options.isOpen(log.attempt)) continue;
    await remove(log, reason, nowMs);
    totalBytes -= log.bytes;
    if (log.attempt !== null) cleaned.push({ attempt: log.attempt, reason });
  }
  return { cleaned, isMore: false };
}

function reasonOf(
  { endedAtMs }: KeptLog,
  totalBytes: number,
  { keepSeconds, totalBytes: mostBytes }: LogLimits,
  nowMs: number,
): CleanedLog['reason'] | null {
  if (keepSeconds !== null && nowMs - endedAtMs > keepSeconds * 1000) return 'age';
  return mostBytes !== null && totalBytes > mostBytes ? 'size' : null;
}

/** `1.2.out`, `1.2.err`, `1.2.json`; `1.2.epoch1-7.out` of one that was put aside. */
const NAME = /^((\d+)\.(\d+)(\.epoch\d+-\d+)?)\.(out|err|json)$/;

async function logsOf(folder: string, task: string, { nowMs }: CleaningOptions): Promise<KeptLog[]> {
  const logs = new Map<string, Omit<KeptLog, 'record'> & { newestMs: number }>();
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const file = await lstat(path).catch(() => null);
    if (!file?.isFile()) continue;
    if (name.endsWith('.new') && nowMs - file.mtimeMs > HALF_WRITTEN_MS) await rm(path, { force: true });
    const match = NAME.exec(name);
    if (!match) continue;
    const [, stem = '', run, number, isAside, kind] = match;
    const at = join(folder, stem);
    const log = logs.get(stem) ?? {
      attempt: isAside === undefined ? attemptIdOf(task, Number(run), Number(number)) : null,
      paths: { folder, streams: { out: `${at}.out`, err: `${at}.err` }, record: `${at}.json` },
      endedAtMs: 0,
      bytes: 0,
      newestMs: 0,
    };
    if (kind !== 'json') log.bytes += file.blocks * 512;
    log.newestMs = Math.max(log.newestMs, file.mtimeMs);
    logs.set(stem, log);
  }
  const found: KeptLog[] = [];
  for (const { newestMs, ...log } of logs.values()) {
    const record = await readLogRecord(log.paths);
    if (record?.cleaned && nowMs - record.cleaned.atMs > RECORD_KEPT_MS) {
      await rm(log.paths.record, { force: true });
      // Only where nothing else is left in it.
      await rmdir(folder).catch(() => undefined);
      continue;
    }
    // One whose agent was killed right at its end was never marked complete: its last line tells.
    found.push({ ...log, record, endedAtMs: record?.completedAtMs ?? newestMs });
  }
  return found;
}

async function remove(
  { paths, record }: KeptLog,
  reason: CleanedLog['reason'],
  nowMs: number,
): Promise<void> {
  // First: a reader is told why there is nothing, or finds it all.
  if (record !== null) await writeLogRecord(paths, { ...record, cleaned: { atMs: nowMs, reason } });
  for (const path of Object.values(paths.streams)) await rm(path, { force: true });
}
