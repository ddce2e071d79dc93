/** Why an attempt ended, from what was seen of it (scheduling.md, 2 and 6). Pure. */
import { constants } from 'node:os';
import type { EndRemark, StopReason } from '../../model/endRemark.ts';
import { bareOutOfMemory, type EndClass, type OutOfMemory } from '../../model/task.ts';

export interface EndSigns {
  /** As a shell says it; null where the wrapper was ended before it could tell. */
  exitCode: number | null;
  /** The machine has booted since it began. */
  isOtherBoot: boolean;
  /** A stop that was asked for while it lived; null for none. */
  stopReason: StopReason | null;
  /** What its streams' ends say of GPU memory; null where they say nothing. */
  outOfMemory: OutOfMemory | null;
  outOfMemoryExitCodes: readonly number[];
  /** Processes that the kernel ended for want of memory: of its control group, and of the whole machine meanwhile. Null: not told. */
  groupOomKills: number | null;
  machineOomKills: number | null;
  timeLimitSeconds: number | null;
  /** Processes that the program left behind, and that were ended. */
  leftBehind: number;
}

export interface Verdict {
  class: EndClass;
  signal: string | null;
  outOfMemory: OutOfMemory | null;
  /** What came of it, as data. */
  remarks: EndRemark[];
}

const CLASS_OF_STOP: Record<StopReason, EndClass> = {
  user: 'user_kill',
  'time-limit': 'timeout',
  // Nobody's fault, and no budget is charged.
  superseded: 'preempted',
  preempted: 'preempted',
};

const KILLED = 128 + constants.signals.SIGKILL;

/** The class of an end with what is said of it. */
export function verdictOf(signs: EndSigns): Verdict {
  const { exitCode, stopReason, leftBehind } = signs;
  const signal = exitCode === null ? null : signalOf(exitCode);
  const verdict = (endClass: EndClass, remark: EndRemark | null, outOfMemory: OutOfMemory | null = null) => ({
    class: endClass,
    signal,
    outOfMemory,
    remarks: [
      ...(remark === null ? [] : [remark]),
      ...(leftBehind === 0 ? [] : [{ kind: 'left-behind', processes: leftBehind } as const]),
    ],
  });
  if (stopReason !== null) {
    const limitSeconds = stopReason === 'time-limit' ? signs.timeLimitSeconds : null;
    return verdict(CLASS_OF_STOP[stopReason], { kind: 'stopped', by: stopReason, limitSeconds });
  }
  if (exitCode === null)
    return verdict('infra', { kind: signs.isOtherBoot ? 'machine-restarted' : 'wrapper-killed' });
  if (exitCode === 0) return verdict('ok', null);
  if (signs.outOfMemory !== null) return verdict('gpu_oom', null, signs.outOfMemory);
  if (signs.outOfMemoryExitCodes.includes(exitCode)) {
    return verdict('gpu_oom', { kind: 'memory-exit-code', code: exitCode }, bareOutOfMemory(null, null));
  }
  if ((signs.groupOomKills ?? 0) > 0) return verdict('host_oom', { kind: 'kernel-killed' });
  if (exitCode === KILLED)
    return verdict('host_oom', { kind: 'killed', isMachineOutOfMemory: (signs.machineOomKills ?? 0) > 0 });
  if (exitCode === 126 || exitCode === 127)
    return verdict('program', { kind: 'not-executed', code: exitCode });
  return verdict('program', null);
}

/** The signal that an exit code speaks of, as a shell would read it: a program may also choose the number itself. */
export function signalOf(exitCode: number): string | null {
  const number = exitCode - 128;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}
