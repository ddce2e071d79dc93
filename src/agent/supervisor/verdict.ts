/** Why an attempt ended, from what was seen of it (scheduling.md, 2 and 6). Pure. */
import { constants } from 'node:os';
import { bareOutOfMemory, type EndClass, type OutOfMemory } from '../../model/task.ts';
import type { StopReason } from '../../protocol/supervision.ts';

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
  message: string | null;
}

const CLASS_OF_STOP: Record<StopReason, EndClass> = {
  user: 'user_kill',
  'time-limit': 'timeout',
  // Nobody's fault, and no budget is charged.
  superseded: 'preempted',
  preempted: 'preempted',
};

const KILLED = 128 + constants.signals.SIGKILL;

/** The class of an end with a sentence for people. */
export function verdictOf(signs: EndSigns): Verdict {
  const { exitCode, stopReason } = signs;
  const signal = exitCode === null ? null : signalOf(exitCode);
  const verdict = (endClass: EndClass, message: string | null, outOfMemory: OutOfMemory | null = null) => ({
    class: endClass,
    signal,
    outOfMemory,
    message: [message, leftBehindWords(signs.leftBehind)].filter((part) => part !== null).join('; ') || null,
  });
  if (stopReason !== null) return verdict(CLASS_OF_STOP[stopReason], stopWords(stopReason, signs));
  if (exitCode === null) {
    if (signs.isOtherBoot) return verdict('infra', 'the machine was restarted while it ran');
    return verdict(
      'infra',
      'its wrapper was killed from outside, so nobody could see how the program ended; what was left of it was stopped',
    );
  }
  if (exitCode === 0) return verdict('ok', null);
  if (signs.outOfMemory !== null) return verdict('gpu_oom', null, signs.outOfMemory);
  if (signs.outOfMemoryExitCodes.includes(exitCode)) {
    const message = `exit code ${exitCode} is one that means: out of GPU memory`;
    return verdict('gpu_oom', message, bareOutOfMemory(null, null));
  }
  if ((signs.groupOomKills ?? 0) > 0) {
    return verdict(
      'host_oom',
      'the kernel ended a process of it: the machine, or its group, was out of memory',
    );
  }
  if (exitCode === KILLED) {
    const message =
      (signs.machineOomKills ?? 0) > 0
        ? "killed (SIGKILL) while the machine was out of memory: the kernel's log names what it ended"
        : 'killed (SIGKILL) from outside FlowLine: by a guard against full memory such as earlyoom, an administrator, or a person';
    return verdict('host_oom', message);
  }
  if (exitCode === 126 || exitCode === 127) {
    return verdict(
      'program',
      exitCode === 127
        ? 'the program was not found (exit code 127)'
        : 'the program could not be executed (exit code 126)',
    );
  }
  return verdict('program', null);
}

/** The signal that an exit code speaks of, as a shell would read it: a program may also choose the number itself. */
export function signalOf(exitCode: number): string | null {
  const number = exitCode - 128;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}

function stopWords(reason: StopReason, { timeLimitSeconds }: EndSigns): string {
  if (reason === 'time-limit')
    return `stopped at its time limit${timeLimitSeconds === null ? '' : ` of ${timeLimitSeconds} s`}`;
  if (reason === 'superseded') return 'stopped because the hub gave the run out anew';
  return reason === 'preempted' ? 'stopped to make room' : 'stopped on request';
}

function leftBehindWords(count: number): string | null {
  if (count === 0) return null;
  return count === 1
    ? 'a process that it left behind was ended'
    : `${count} processes that it left behind were ended`;
}
