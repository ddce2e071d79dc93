/** Records as rows of the store, and back: the one place that knows the order of the columns (store/statements.ts). */
import type * as z from 'zod';
import { EndRemarks } from '../../../model/endRemark.ts';
import { DEFAULT_OPTIONS, TableFile, type TaskOptions } from '../../../model/queue.ts';
import {
  type Attempt,
  bareOutOfMemory,
  type EndClass,
  type GivenGpu,
  type OutOfMemory,
  type RunState,
} from '../../../model/task.ts';
import type { SubmittedRow } from '../../../protocol/tableApi.ts';
import type { Change, Row, Value as StoredValue } from '../store/sentences.ts';
import type { LiveAttempt, TableRecord, TaskRecord } from './records.ts';

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const flag = (value: boolean): number => (value ? 1 : 0);
const parsed = <T>(text: StoredValue): T | null => (text === null ? null : (JSON.parse(String(text)) as T));
/** Remarks as they were recorded; null for none, and where another version wrote what is not known here: the words beside them are left. */
export function kept<Value>(schema: z.ZodType<Value>, text: StoredValue | undefined): Value | null {
  if (text === null || text === undefined) return null;
  const { data } = schema.safeParse(JSON.parse(String(text)));
  return data ?? null;
}
const numberOrNull = (value: StoredValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
const textOrNull = (value: StoredValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

export const putTable = (table: TableRecord): Change => [
  'putTable',
  table.number,
  table.name,
  table.owner,
  json(table.file),
  table.fileWarning,
  table.workingDirectory,
  table.command,
  JSON.stringify(table.options),
  table.maxRunning,
  table.paused,
  table.machineId,
  json(table.gpuOrder),
  table.gitCommit,
  table.gitDirty === null ? null : flag(table.gitDirty),
  table.createdAtMs,
  flag(table.hold),
  flag(table.isComplete),
  table.lastBatch,
  table.writtenRevision,
];

/** What of a table is in its row; the rest is counted from its tasks. */
export type StoredTable = Omit<
  TableRecord,
  | 'tasks'
  | 'byKey'
  | 'unwritten'
  | 'counts'
  | 'needRuns'
  | 'doneRuns'
  | 'revision'
  | 'hasEnvironment'
  | 'quietSinceMs'
>;

/**
 * Of a row of the columns of `putTable`, in their order. What is counted from its tasks is left to load.ts.
 * @throws ZodError or SyntaxError where a cell of JSON is not what was once written
 */
export function readTable(row: Row): StoredTable {
  const [number, name, owner, file, fileWarning, workingDirectory, command, options, maxRunning, paused] =
    row;
  const [machineId, gpuOrder, gitCommit, gitDirty, createdAtMs, hold, isComplete, lastBatch, written] =
    row.slice(10);
  return {
    number: Number(number),
    name: String(name),
    owner: String(owner),
    file: file === null || file === undefined ? null : TableFile.parse(parsed(file)),
    fileWarning: textOrNull(fileWarning),
    workingDirectory: String(workingDirectory),
    command: String(command),
    // Options that came later than the row have their default.
    options: { ...DEFAULT_OPTIONS, ...parsed<Partial<TaskOptions>>(options ?? null) },
    maxRunning: numberOrNull(maxRunning),
    paused: textOrNull(paused) as TableRecord['paused'],
    machineId: textOrNull(machineId),
    gpuOrder: parsed<string[]>(gpuOrder ?? null),
    gitCommit: textOrNull(gitCommit),
    gitDirty: gitDirty === null ? null : gitDirty === 1,
    createdAtMs: Number(createdAtMs),
    hold: hold === 1,
    isComplete: isComplete === 1,
    lastBatch: Number(lastBatch),
    writtenRevision: Number(written),
  };
}

export const putTask = (task: TaskRecord, row: SubmittedRow): Change => [
  'putTask',
  task.number,
  task.table.number,
  task.row,
  task.key,
  task.name,
  task.priority,
  task.runNum,
  task.needRunNum,
  json(task.overrides),
  flag(task.isInFile),
  task.revision,
  task.createdAtMs,
  JSON.stringify(row.parameters),
  JSON.stringify(row.command),
];

export const editTask = (task: TaskRecord): Change => [
  'editTask',
  task.row,
  task.name,
  task.priority,
  task.needRunNum,
  json(task.overrides),
  flag(task.isInFile),
  task.revision,
  task.number,
];

/** A task without its runs, and the number of its table. */
export function readTask(row: Row): { table: number; task: Omit<TaskRecord, 'table'> } {
  const [number, table, place, key, name, priority, runNum, needRunNum, overrides, isInFile, revision, at] =
    row;
  return {
    table: Number(table),
    task: {
      ...NO_RUN,
      number: Number(number),
      row: numberOrNull(place),
      key: String(key),
      name: String(name),
      priority: Number(priority),
      needRunNum: Number(needRunNum),
      runNum: Number(runNum),
      overrides: parsed(overrides ?? null),
      createdAtMs: Number(at),
      isInFile: isInFile === 1,
      revision: Number(revision),
    },
  };
}

/** A task before its first run. */
export const NO_RUN = {
  place: 0,
  runState: null,
  state: 'succeeded',
  heldBy: null,
  notBeforeMs: null,
  attempts: 0,
  usedRetries: null,
  avoid: null,
  learnedBytes: null,
  last: null,
  live: null,
} as const satisfies Partial<TaskRecord>;

export const putRun = (task: TaskRecord, run: number, state: RunState): Change => [
  'putRun',
  task.number,
  run,
  state,
  task.heldBy,
  task.place,
  task.notBeforeMs,
  task.attempts,
  json(task.usedRetries),
  json(task.avoid),
  task.learnedBytes,
  task.revision,
];

/** Takes a stored run into its task: those that succeeded are counted, the last other one is the present run. */
export function takeRun(task: TaskRecord, row: Row): void {
  const [, , state, heldBy, place, notBeforeMs, attempts, usedRetries, avoid, learnedBytes, revision] = row;
  task.place = Number(place);
  task.learnedBytes = numberOrNull(learnedBytes);
  task.revision = Math.max(task.revision, Number(revision));
  if (state === 'succeeded') {
    task.runNum += 1;
    Object.assign(task, { runState: null, heldBy: null, notBeforeMs: null, attempts: 0, usedRetries: null });
    task.avoid = null;
    return;
  }
  task.runState = state as RunState;
  task.heldBy = textOrNull(heldBy) as TaskRecord['heldBy'];
  task.notBeforeMs = numberOrNull(notBeforeMs);
  task.attempts = Number(attempts);
  task.usedRetries = parsed(usedRetries ?? null);
  task.avoid = parsed(avoid ?? null);
}

export const putAttempt = (live: LiveAttempt, isCounted: boolean): Change => [
  'putAttempt',
  live.task.number,
  live.attempt.run,
  live.attempt.number,
  flag(isCounted),
  flag(live.isReturning),
  live.attempt.state,
  live.attempt.nodeId,
  live.attempt.node,
  JSON.stringify(live.attempt.gpus),
  live.fence.epoch,
  live.fence.number,
  live.sequence,
  live.profile,
  flag(live.isWarmingUp),
  json(live.stop),
  live.attempt.pid,
  live.attempt.leasedAtMs,
  live.attempt.startedAtMs,
  live.attempt.endedAtMs,
  live.attempt.exitCode,
  live.attempt.signal,
  live.attempt.class,
  json(live.attempt.outOfMemory),
  live.attempt.message,
  live.attempt.cpuSeconds,
  live.attempt.hostMemoryPeakBytes,
  json(live.attempt.remarks),
];

/** Those that were kept before the message's own figures were read have none. */
const outOfMemoryOf = (kept: Partial<OutOfMemory> | null): OutOfMemory | null =>
  kept && { ...bareOutOfMemory(null, null), ...kept };

/** A stored attempt, as it is shown and, where it is counted, as it lives on. */
export function readAttempt(row: Row): { task: number; live: Omit<LiveAttempt, 'task' | 'id'> } {
  const [task, run, number, , isReturning, state, nodeId, node, gpus, epoch, fenceNumber, sequence] = row;
  const [profile, isWarmingUp, stop, pid, leasedAtMs, startedAtMs, endedAtMs, exitCode, signal, endClass] =
    row.slice(12);
  const [outOfMemory, message, cpuSeconds, hostMemoryPeakBytes, remarks] = row.slice(22);
  const attempt: Attempt = {
    number: Number(number),
    run: Number(run),
    state: state as RunState,
    nodeId: String(nodeId),
    node: String(node),
    gpus: parsed<GivenGpu[]>(gpus ?? null) ?? [],
    pid: numberOrNull(pid),
    leasedAtMs: Number(leasedAtMs),
    startedAtMs: numberOrNull(startedAtMs),
    endedAtMs: numberOrNull(endedAtMs),
    exitCode: numberOrNull(exitCode),
    signal: textOrNull(signal),
    class: textOrNull(endClass) as EndClass | null,
    outOfMemory: outOfMemoryOf(parsed<Partial<OutOfMemory>>(outOfMemory ?? null)),
    message: textOrNull(message),
    cpuSeconds: numberOrNull(cpuSeconds),
    hostMemoryPeakBytes: numberOrNull(hostMemoryPeakBytes),
    remarks: kept(EndRemarks, remarks),
  };
  return {
    task: Number(task),
    live: {
      attempt,
      fence: { epoch: Number(epoch), number: Number(fenceNumber) },
      sequence: Number(sequence),
      profile: textOrNull(profile),
      isWarmingUp: isWarmingUp === 1,
      stop: parsed(stop ?? null),
      isReturning: isReturning === 1,
    },
  };
}
