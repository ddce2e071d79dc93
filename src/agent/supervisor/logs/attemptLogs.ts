/** The two logs of one attempt while it lives: kept within their cap, searched for signs of an end, marked complete. */
import type { Fence, OutOfMemory } from '../../../model/task.ts';
import type { LogStream } from '../../../protocol/supervision.ts';
import { findOutOfMemory, LOOKED_AT_CHARACTERS } from '../../../scheduling/outOfMemory.ts';
import { cutMiddle, gapFor } from './capLog.ts';
import { lastWords } from './lastWords.ts';
import { readEnd, sizeOf } from './logBytes.ts';
import { type LogPaths, type LogRecord, readLogRecord, removeLogs, writeLogRecord } from './logFiles.ts';

export interface AttemptLogs {
  /** Cuts the middle out of what has grown over its cap. */
  keepWithinCap(): Promise<void>;
  /** What the last 64 KiB of both say of GPU memory. */
  findOutOfMemory(ownTexts: readonly string[]): Promise<OutOfMemory | null>;
  /** The last line of its stderr; null where it wrote nothing there. */
  lastWords(): Promise<string | null>;
  complete(nowMs: number): Promise<void>;
  remove(): Promise<void>;
}

export interface AttemptLogsOptions {
  paths: LogPaths;
  fence: Fence;
  headBytes: number;
  tailBytes: number;
  startedAtMs: number;
  warn: (message: string) => void;
}

const LAST_WORDS_BYTES = 8192;
const STREAMS: readonly LogStream[] = ['err', 'out'];

/** The logs of an attempt whose files are there. */
export function attemptLogs(options: AttemptLogsOptions): AttemptLogs {
  const { paths, fence, headBytes, tailBytes, startedAtMs } = options;
  let record: LogRecord | null = null;
  let capping: Promise<void> | null = null;
  const uncuttable = new Set<LogStream>();

  async function load(): Promise<LogRecord> {
    record ??= (await readLogRecord(paths)) ?? {
      fence,
      startedAtMs,
      completedAtMs: null,
      gaps: { out: null, err: null },
      cleaned: null,
    };
    return record;
  }
  async function save(changed: Partial<LogRecord>): Promise<void> {
    record = { ...(await load()), ...changed };
    await writeLogRecord(paths, record);
  }

  async function capOne(stream: LogStream): Promise<void> {
    const size = await sizeOf(paths.streams[stream]);
    if (size <= headBytes + tailBytes) return;
    const { gaps } = await load();
    const gap = gapFor({ size, headBytes, tailBytes, before: gaps[stream] });
    if (gap === null) return;
    // Said before it is done: a reader must never take the zeros of a hole for what the program wrote.
    await save({ gaps: { ...gaps, [stream]: gap } });
    const problem = await cutMiddle(paths.streams[stream], gap);
    if (problem === null) return;
    uncuttable.add(stream);
    await save({ gaps });
    options.warn(`the log ${paths.streams[stream]} cannot be kept small: ${problem}`);
  }

  return {
    keepWithinCap() {
      capping ??= (async () => {
        for (const stream of STREAMS) if (!uncuttable.has(stream)) await capOne(stream);
      })()
        .catch((failure: unknown) =>
          options.warn(`could not keep a log of ${paths.folder} small: ${String(failure)}`),
        )
        .finally(() => {
          capping = null;
        });
      return capping;
    },
    async findOutOfMemory(ownTexts) {
      const ends = await Promise.all(
        STREAMS.map((stream) => readEnd(paths.streams[stream], LOOKED_AT_CHARACTERS)),
      );
      return findOutOfMemory(
        ends.map((end) => end.toString('utf8')),
        ownTexts,
      );
    },
    async lastWords() {
      return lastWords((await readEnd(paths.streams.err, LAST_WORDS_BYTES)).toString('utf8'));
    },
    remove: () => removeLogs(paths),
    async complete(nowMs) {
      await this.keepWithinCap();
      await save({ completedAtMs: nowMs }).catch((failure: unknown) =>
        options.warn(`could not mark a log complete: ${String(failure)}`),
      );
    },
  };
}
