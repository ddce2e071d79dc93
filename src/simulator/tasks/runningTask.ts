/** An imagined task while it runs: its processes, what it is short of, its reports and what it prints. */
import { commandText } from '../../model/command.ts';
import type { StopReason } from '../../model/endRemark.ts';
import type { Fence } from '../../model/task.ts';
import type { AttemptReport, Lease } from '../../protocol/supervision.ts';
import type { Random } from '../random.ts';
import {
  freeBytes,
  GIB,
  type ImaginedNode,
  type ImaginedProcess,
  MIB,
  type Person,
  usableBytes,
} from '../world.ts';
import type { ImaginedLog } from './imaginedLog.ts';
import { epochLine, epochsAfter, LOADING_MS, progress, type TaskWork } from './work.ts';

/** Loading slows down towards its end: from this share on the next piece is asked for. */
const NEARLY = 0.96;
/** A program asks for memory in pieces of about this size. */
const PIECE_BYTES = 5 * GIB;

export interface Running {
  lease: Lease;
  work: TaskWork;
  log: ImaginedLog;
  random: Random;
  pids: number[];
  startedAtMs: number;
  epoch: number;
  peakBytes: number;
  stop: { reason: StopReason; killAtMs: number } | null;
  report: AttemptReport;
  toldAtMs: number;
}

export const taskOf = (attempt: string): string => attempt.split('.')[0] ?? attempt;

export const isLower = (one: Fence, other: Fence): boolean =>
  one.epoch !== other.epoch ? one.epoch < other.epoch : one.number < other.number;

export const peaksOf = ({ lease, peakBytes }: Running): AttemptReport['gpuMemoryPeakBytes'] =>
  lease.gpus.map(({ uuid }) => ({ uuid, bytes: peakBytes }));

/** A process on each card, or one that only computes on the CPU. */
export function processesOf(
  node: ImaginedNode,
  lease: Lease,
  work: TaskWork,
  user: Person,
): ImaginedProcess[] {
  const cards = lease.gpus.map(({ uuid }) => node.cards.find((card) => card.uuid === uuid));
  return (cards.length === 0 ? [undefined] : cards).map((card, place) => ({
    pid: node.nextPid + place,
    parentPid: 1,
    job: node.nextJob,
    startedAtMs: node.atMs,
    endsAtMs: null,
    program: {
      name: 'python3.11',
      command: commandText(lease.command),
      executable: '/opt/conda/envs/torch2/bin/python3.11',
      workingDirectory: lease.workingDirectory,
      pythonEnvironment: 'torch2',
      person: user,
      containerId: null,
      usualCpuPercent: 104,
      hostMemoryBytes: 6 * GIB,
    },
    cpuPercent: 104,
    onSignal: 'ends',
    visible: true,
    work: card
      ? {
          gpu: card.index,
          type: 'compute',
          rhythm: 'steady',
          memoryBytes: 0,
          memoryTargetBytes: Math.min(work.needBytes, promisedOf(lease) ?? work.needBytes),
          leakBytesPerSecond: 0,
          utilizationPercent: 0,
        }
      : null,
  }));
}

const promisedOf = (lease: Lease): number | null => lease.gpus[0]?.promisedBytes ?? null;

/** What it cannot have, once it has all that it may: of its promise, or of a card that others filled. */
export function shortage(
  node: ImaginedNode,
  { lease, work }: Running,
  processes: readonly ImaginedProcess[],
): { triedBytes: number; totalBytes: number; freeBytes: number } | null {
  for (const { work: onCard } of processes) {
    const card = onCard === null ? undefined : node.cards[onCard.gpu];
    if (!onCard || !card) continue;
    const free = freeBytes(card, node.processes);
    const limit = promisedOf(lease) ?? Number.POSITIVE_INFINITY;
    const isFull = onCard.memoryBytes >= NEARLY * Math.min(limit, work.needBytes);
    if (work.needBytes > limit && isFull) {
      const triedBytes = Math.min(PIECE_BYTES, work.needBytes - limit + GIB);
      return {
        triedBytes,
        totalBytes: usableBytes(card),
        freeBytes: Math.max(0, limit - onCard.memoryBytes),
      };
    }
    if (!isFull && free < 64 * MIB)
      return {
        triedBytes: Math.min(PIECE_BYTES, work.needBytes - onCard.memoryBytes),
        totalBytes: usableBytes(card),
        freeBytes: free,
      };
  }
  return null;
}

/** Before anything was told. */
export function firstReport(
  { attempt, fence, gpus }: Lease,
  pid: number | null,
  nowMs: number,
): AttemptReport {
  return {
    attempt,
    fence,
    sequence: 0,
    state: 'starting',
    pid,
    startedAtMs: nowMs,
    endedAtMs: null,
    exitCode: null,
    signal: null,
    class: null,
    outOfMemory: null,
    stopReason: null,
    message: null,
    remarks: null,
    cpuSeconds: null,
    hostMemoryPeakBytes: null,
    gpuMemoryPeakBytes: gpus.map(({ uuid }) => ({ uuid, bytes: 0 })),
    cardsFree: gpus.length === 0,
  };
}

/** What it printed since it was last looked at. */
export function print(attempt: Running, nowMs: number): void {
  const { work, log, startedAtMs, random } = attempt;
  const elapsedMs = nowMs - startedAtMs;
  if (elapsedMs < LOADING_MS) return;
  const over = epochsAfter(work, elapsedMs);
  while (attempt.epoch < over) {
    attempt.epoch += 1;
    log.print('out', `\r\u001b[K${epochLine(work, attempt.epoch, random)}`);
  }
  if (attempt.epoch >= work.epochs) return;
  const each = (work.durationMs - LOADING_MS) / work.epochs;
  const share = Math.min(1, (elapsedMs - LOADING_MS - attempt.epoch * each) / each);
  log.print('out', progress(work, attempt.epoch + 1, share));
}
