/** What is told of an attempt when it is over: the wrapper's word, or what its absence says, with the logs' and the kernel's signs. */
import type { EndRemark, StopReason } from '../../model/endRemark.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import type { OutOfMemory } from '../../model/task.ts';
import type { Lease } from '../../protocol/supervision.ts';
import { remarksText } from '../../scheduling/remarkText.ts';
import { type Exit, parseTimes } from './files/attemptFiles.ts';
import { instantOf, kernelOomKills } from './files/bootTime.ts';
import type { ReportChange } from './report.ts';
import { verdictOf } from './verdict.ts';

export interface End {
  lease: Lease;
  /** As the wrapper wrote it; null where it could not. */
  exit: Exit | null;
  exitWrittenAtMs: number | null;
  /** The wrapper's own exit code, which is the program's, where this agent saw it. */
  seenCode: number | null;
  isOtherBoot: boolean;
  stopReason: StopReason | null;
  leftBehind: number;
  groupOomKills: number | null;
  /** Of this machine, when the lease was written. */
  kernelOomKillsBefore: number | null;
  /** Asked only of a failure that nobody wanted. */
  findOutOfMemory: () => Promise<OutOfMemory | null>;
  /** Asked only where the program failed and nothing else tells why. */
  lastWords: () => Promise<string | null>;
  nowMs: number;
}

/** The last change of a report, but for its cards. */
export async function conclusionOf(end: End): Promise<ReportChange> {
  const { lease, exit, stopReason } = end;
  const exitCode = exit?.code ?? end.seenCode;
  const oomKills = kernelOomKills();
  const verdict = verdictOf({
    exitCode,
    isOtherBoot: end.isOtherBoot,
    stopReason,
    outOfMemory: exitCode !== 0 && stopReason === null ? await end.findOutOfMemory() : null,
    outOfMemoryExitCodes: lease.outOfMemoryExitCodes,
    groupOomKills: end.groupOomKills,
    machineOomKills:
      oomKills === null || end.kernelOomKillsBefore === null ? null : oomKills - end.kernelOomKillsBefore,
    timeLimitSeconds: lease.timeLimitSeconds,
    leftBehind: stopReason === null ? end.leftBehind : 0,
  });
  const isTold = verdict.class !== 'program' || verdict.remarks.length > 0;
  return {
    ...verdict,
    ...said(isTold ? verdict.remarks : inItsOwnWords(await end.lastWords())),
    state: 'ended',
    endedAtMs: endedAtMs(end),
    exitCode,
    stopReason,
    cpuSeconds: cpuSecondsOf(exit),
  };
}

/** Since boot, so that a clock that was set meanwhile moves nothing; what another boot counted no clock counts any more. */
function endedAtMs({ exit, exitWrittenAtMs, isOtherBoot, nowMs }: End): number {
  if (exit === null) return nowMs;
  return (isOtherBoot ? exitWrittenAtMs : instantOf(exit.uptimeSeconds, nowMs)) ?? nowMs;
}

function cpuSecondsOf(exit: Exit | null): number | null {
  if (exit === null) return null;
  const [user, system] = [parseTimes(exit.user), parseTimes(exit.system)];
  return user === null || system === null ? null : Math.round((user + system) * 1000) / 1000;
}

const inItsOwnWords = (text: string | null): EndRemark[] =>
  text === null ? [] : [{ kind: 'text', text: text.slice(0, MAX_MESSAGE_CHARACTERS) }];

/** What is said of an end, as data and in English. */
export function said(remarks: EndRemark[]): Pick<ReportChange, 'message' | 'remarks'> {
  return { message: remarksText(remarks, null), remarks };
}

/** Why nothing of it was executed. */
export function neverStartedRemark(
  refusal: string | null,
  isStopped: boolean,
  { workingDirectory }: Lease,
): EndRemark {
  if (isStopped) return { kind: 'not-begun', why: 'stopped' };
  if (refusal === 'working-directory') return { kind: 'no-folder', path: workingDirectory };
  return { kind: 'not-begun', why: refusal === 'disk' ? 'disk' : 'agent-ended' };
}
