/**
 * Ties this process's life to its parent's: a child that is blocked in the driver's library never sees that its channel
 * was closed, so the kernel has to end it (prctl, PR_SET_PDEATHSIG).
 */
import koffi from 'koffi';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** @param parentPid who started this process: if that one ended before the kernel was told, nobody would tell us */
export function dieWithParent(parentPid: number): void {
  const prctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
}
