/**
 * Holds on to one process, so that a signal cannot reach another one that was given its pid meanwhile: by a pidfd where
 * the kernel has them (Linux 5.3), else by comparing the start time right before each signal.
 */
import { closeSync } from 'node:fs';
import { constants } from 'node:os';

export type SignalResult = 'sent' | 'gone' | 'denied' | { error: string };

export interface ProcessHandle {
  signal(name: 'SIGTERM' | 'SIGCONT' | 'SIGKILL'): SignalResult;
  close(): void;
}

/** `pidfd_open(2)` and `pidfd_send_signal(2)`: the same numbers on every architecture, as all system calls since Linux 5.1. */
const PIDFD_SEND_SIGNAL = 424;
const PIDFD_OPEN = 434;

/** Answers with the error's number, or with what the system call returned. */
export type SystemCall = (
  number: number,
  ...values: [number, number, number, number]
) => { result: number; errno: number };

/**
 * Finds the C library's `syscall`, on the first use: an agent that never ends a process never loads the foreign
 * function library. Null where it cannot be had; then processes are held by their start time.
 */
export async function loadSystemCall(): Promise<SystemCall | null> {
  try {
    const { default: koffi } = await import('koffi');
    const syscall = koffi.load(null).func('syscall', 'long', ['long', 'long', 'long', 'long', 'long']);
    return (number, ...values) => {
      const result = Number(syscall(number, ...values));
      return { result, errno: result < 0 ? koffi.errno() : 0 };
    };
  } catch {
    return null;
  }
}

/** A handle by pidfd; `gone` where there is no such process, null where the kernel has no pidfds or forbids them. */
export function openByPidfd(pid: number, systemCall: SystemCall): ProcessHandle | 'gone' | null {
  const { result: pidfd, errno } = systemCall(PIDFD_OPEN, pid, 0, 0, 0);
  if (errno === constants.errno.ESRCH) return 'gone';
  if (pidfd < 0) return null;
  return {
    signal(name) {
      const sent = systemCall(PIDFD_SEND_SIGNAL, pidfd, constants.signals[name], 0, 0);
      return sent.result === 0 ? 'sent' : describeError(sent.errno);
    },
    close: () => closeSync(pidfd),
  };
}

/** A handle by start time. `isStillThere` says whether the pid still is the process that was looked at. */
export function openByStartTime(pid: number, isStillThere: () => boolean): ProcessHandle {
  return {
    signal(name) {
      if (!isStillThere()) return 'gone';
      try {
        process.kill(pid, name);
        return 'sent';
      } catch (error) {
        return describeError(error instanceof Error && 'errno' in error ? Math.abs(Number(error.errno)) : 0);
      }
    },
    close() {},
  };
}

function describeError(errno: number): SignalResult {
  if (errno === constants.errno.ESRCH) return 'gone';
  if (errno === constants.errno.EPERM) return 'denied';
  const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0];
  return { error: name ?? `error ${errno}` };
}
