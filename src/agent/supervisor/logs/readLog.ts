/**
 * Reads part of a log, or waits for it. Offsets are those of the file, which a cut in the middle does not move: a slice
 * ends where the gap begins, and one that would begin inside it begins after it.
 */
import { watch } from 'node:fs';
import { MAX_LOG_SLICE_BYTES } from '../../../model/limits.ts';
import type { LogPlace, LogSlice, LogStream } from '../../../protocol/supervision.ts';
import type { Gap } from './capLog.ts';
import { openLog, readAt } from './logBytes.ts';
import { type LogPaths, readLogRecord } from './logFiles.ts';
import { LogNotThere } from './logNotThere.ts';

export interface ReadLogOptions {
  paths: LogPaths;
  stream: LogStream;
  place: LogPlace;
  maxBytes: number;
  waitMs: number;
  /** True while its program may write more. */
  mayGrow: () => boolean;
  /** Resolves when it may not any more. */
  over: Promise<void>;
  /** Aborted when the agent ends: nobody hears the answer, and the process would wait for it. */
  leaving?: AbortSignal;
}

/** Where the watch tells nothing (a file system without), new bytes are found this much later. */
const LOOK_EACH_MS = 250;

/**
 * Answers at once where there is something to read, or never will be; else when there is, or after `waitMs`.
 * @throws LogNotThere
 */
export async function readLog(options: ReadLogOptions): Promise<LogSlice> {
  const deadlineMs = performance.now() + options.waitMs;
  let place = options.place;
  for (;;) {
    const news = options.waitMs > 0 ? watchForNews(options) : null;
    try {
      // Asked before the file is read: what was written before the end is then in the slice.
      const mayGrow = options.mayGrow();
      const slice = await readSlice({ ...options, place }, !mayGrow);
      const leftMs = deadlineMs - performance.now();
      const isWaiting = slice.toByte === slice.fromByte && mayGrow && leftMs > 0;
      if (!isWaiting || news === null || options.leaving?.aborted) return slice;
      // From here on: who asked for the end of an empty log is told the first bytes.
      place = { fromByte: slice.toByte };
      await news.come(Math.min(leftMs, LOOK_EACH_MS));
    } finally {
      news?.stop();
    }
  }
}

/** Begun before the file is read, so that nothing written in between goes unnoticed. */
function watchForNews({ paths, stream, over, leaving }: ReadLogOptions): {
  come(withinMs: number): Promise<void>;
  stop(): void;
} {
  const news = Promise.withResolvers<void>();
  const leave = (): void => news.resolve();
  leaving?.addEventListener('abort', leave);
  let stopWatching = () => {};
  try {
    const watcher = watch(paths.streams[stream], () => news.resolve());
    watcher.on('error', () => watcher.close());
    stopWatching = () => watcher.close();
  } catch {
    // The look each quarter of a second sees it too.
  }
  return {
    async come(withinMs) {
      const timer = setTimeout(news.resolve, withinMs);
      await Promise.race([news.promise, over]);
      clearTimeout(timer);
    },
    stop() {
      stopWatching();
      leaving?.removeEventListener('abort', leave);
    },
  };
}

async function readSlice(
  { paths, stream, place, maxBytes }: ReadLogOptions,
  isComplete: boolean,
): Promise<LogSlice> {
  const file = await openLog(paths.streams[stream]).catch(async (failure: NodeJS.ErrnoException) => {
    throw failure.code === 'ENOENT' || failure.code === 'ELOOP'
      ? new LogNotThere(await notThereWords(paths))
      : failure;
  });
  try {
    for (;;) {
      const gap = await gapOf(paths, stream);
      const { size } = await file.stat();
      const { fromByte, toByte } = extent(place, size, Math.min(maxBytes, MAX_LOG_SLICE_BYTES), gap);
      const bytes = await readAt(file, fromByte, toByte - fromByte);
      // The gap grows while we read: what was a text a moment ago may be a hole now.
      const after = await gapOf(paths, stream);
      if (after?.toByte !== gap?.toByte) continue;
      return {
        fromByte,
        toByte: fromByte + bytes.length,
        sizeBytes: size,
        base64: bytes.toString('base64'),
        gap,
        isComplete,
      };
    }
  } finally {
    await file.close();
  }
}

/** Which bytes to read. Pure. */
export function extent(place: LogPlace, size: number, maxBytes: number, gap: Gap | null): Gap {
  let fromByte = 'fromByte' in place ? Math.min(place.fromByte, size) : Math.max(0, size - place.lastBytes);
  if (gap !== null && fromByte >= gap.fromByte && fromByte < gap.toByte)
    fromByte = Math.min(gap.toByte, size);
  let toByte = Math.min(size, fromByte + maxBytes);
  if (gap !== null && fromByte < gap.fromByte) toByte = Math.min(toByte, gap.fromByte);
  return { fromByte, toByte };
}

async function notThereWords(paths: LogPaths): Promise<string> {
  const cleaned = (await readLogRecord(paths))?.cleaned ?? null;
  if (cleaned === null) return 'there is no such log on this machine';
  const day = new Date(cleaned.atMs).toISOString().slice(0, 10);
  return `its log was cleaned up on ${day}: ${cleaned.reason === 'age' ? 'it was older than logs are kept' : 'the logs of this machine took more than they may'}`;
}

const gapOf = async (paths: LogPaths, stream: LogStream): Promise<Gap | null> =>
  (await readLogRecord(paths))?.gaps[stream] ?? null;
