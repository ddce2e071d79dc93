/** The logs that an account may read, asked of the hub's routes, which ask the node of the attempt. */
import { harmlessLog } from '../../lib/logText.ts';
import { MAX_LOG_SLICE_BYTES } from '../../model/limits.ts';
import type { CallAs, CalledBy } from '../../protocol/callAs.ts';
import {
  fileBody,
  logName,
  logNames,
  type OlderFile,
  type OlderLine,
  OWN_LOG,
  outputLines,
  ownLine,
  parseLogName,
  type RunLog,
} from './logs.ts';

/** Tasks whose output is listed, those that started last; and files of them. Each is asked of its node. */
const MOST_TASKS = 20;
const MOST_FILES = 50;
/** Some thousand lines of usual length. */
const LAST_BYTES = 256 * 1024;

interface Reading {
  callAs: CallAs;
  by: CalledBy;
  nowMs: number;
}

/** The files there are: the hub's own log for administrators, then the output of runs, what started last first. */
export async function listLogs(reading: Reading): Promise<OlderFile[]> {
  const { callAs, by, nowMs } = reading;
  const { tasks } = await callAs('tasks', by, {
    query: { sort: 'started', descending: 'true', limit: MOST_TASKS },
  });
  const logs = tasks
    .flatMap(({ id, attempts }) =>
      logNames(id, attempts).map((log) => {
        const attempt =
          log.run === null
            ? attempts.findLast(({ startedAtMs }) => startedAtMs !== null)
            : attempts.find(({ run, number }) => run === log.run && number === log.attempt);
        return { log, endedAtMs: attempt?.endedAtMs ?? null };
      }),
    )
    .slice(0, MOST_FILES);
  const files = logs.map(async ({ log, endedAtMs }) => {
    const size = await readSlice(callAs, by, log, 0).then(
      (slice) => slice?.sizeBytes ?? 0,
      // Its node does not answer: the name still tells that there is one.
      () => 0,
    );
    return fileBody(logName(log), size, endedAtMs ?? nowMs);
  });
  return [...(await ownLogFile(reading)), ...(await Promise.all(files))];
}

/**
 * The last lines of a log; none where there is no such log, or not for this account.
 * @throws where its node does not answer
 */
export async function readLog({ callAs, by }: Reading, name: string, lines: number): Promise<OlderLine[]> {
  if (name === OWN_LOG) return (await ownLines(callAs, by)).slice(-(lines || Number.POSITIVE_INFINITY));
  const log = parseLogName(name);
  const slice = log && (await readSlice(callAs, by, log, LAST_BYTES));
  if (!slice) return [];
  const text = Buffer.from(slice.base64, 'base64').toString('utf8');
  return outputLines(harmlessLog(false)(text), slice.fromByte > 0, lines);
}

async function readSlice(
  callAs: CallAs,
  by: CalledBy,
  { task, run, attempt, stream }: RunLog,
  lastBytes: number,
) {
  const query = {
    ...(run === null || attempt === null ? {} : { run, attempt }),
    stream,
    lastBytes,
    maxBytes: Math.min(Math.max(1, lastBytes), MAX_LOG_SLICE_BYTES),
  };
  try {
    return (await callAs('log', by, { parameters: { id: task }, query })).slice;
  } catch (failure) {
    if (isNotThere(failure)) return null;
    throw failure;
  }
}

async function ownLogFile({ callAs, by, nowMs }: Reading): Promise<OlderFile[]> {
  if (by.account.role !== 'administrator') return [];
  const lines = await ownLines(callAs, by);
  const bytes = lines.reduce((sum, { message }) => sum + message.length + 1, 0);
  const last = lines.at(-1);
  return [{ ...fileBody(OWN_LOG, bytes, nowMs), ...(last ? { lastModified: last.timestamp } : {}) }];
}

async function ownLines(callAs: CallAs, by: CalledBy): Promise<OlderLine[]> {
  if (by.account.role !== 'administrator') return [];
  return (await callAs('ownLog', by, { query: { limit: 2000 } })).lines.map(ownLine);
}

/** What the hub says of something that is not there, or not for this account. */
export const isNotThere = (failure: unknown): boolean =>
  typeof failure === 'object' && failure !== null && 'status' in failure && failure.status === 404;
