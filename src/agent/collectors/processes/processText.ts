/** Parsers of the files that /proc has for each process (proc(5)). Pure functions on text. */

export interface ProcessStat {
  /** `comm`: the program's name, cut by the kernel after 15 bytes, or what the program calls itself. */
  name: string;
  /** `R`, `S`, `D` (waits in the kernel, cannot be interrupted), `Z` (ended, not yet collected)… */
  state: string;
  parentPid: number;
  isKernelThread: boolean;
  /** Processor time used so far, in ticks. */
  usedTicks: number;
  /** Ticks after boot. */
  startTicks: number;
  residentPages: number;
  /**
   * Where its stack begins, in its memory: elsewhere for each program that the process executes. 0 where that may not be
   * known of another's process. As text: only to be compared.
   */
  stackStart: string;
}

/** One expression and no list of words: dozens of these lines are read each second. Numbers are what JavaScript holds exactly. */
const STAT =
  /^\d+ \((.*)\) (\S) (\d{1,10})(?: \S+){4} (\d{1,10})(?: \S+){4} (\d{1,15}) (\d{1,15})(?: \S+){6} (\d{1,15}) \S+ (\d{1,15})(?: \S+){3} (\d{1,20}) /s;

/** `PF_KTHREAD` of the kernel's flags (include/linux/sched.h). */
const KERNEL_THREAD_FLAG = 0x0020_0000;

/**
 * /proc/PID/stat: one line; the name stands in parentheses and may itself hold spaces and parentheses.
 *
 *     7048 (cat) R 7031 7031 4979 0 -1 4194304 100 0 0 0 12 3 0 0 20 0 1 0 102023 3133440 410 18446744073709551615 1 1 140727413414592 …
 *     pid  comm  state ppid …          flags             utime stime …        start vsize   rss rsslim startcode endcode startstack
 */
export function parseProcessStat(text: string): ProcessStat | null {
  const [, name, state, parentPid, flags, userTicks, systemTicks, startTicks, residentPages, stackStart] =
    STAT.exec(text) ?? [];
  if (name === undefined || state === undefined || stackStart === undefined) return null;
  return {
    name,
    state,
    parentPid: Number(parentPid),
    isKernelThread: (Number(flags) & KERNEL_THREAD_FLAG) !== 0,
    usedTicks: Number(userTicks) + Number(systemTicks),
    startTicks: Number(startTicks),
    residentPages: Number(residentPages),
    stackStart,
  };
}

export interface ProcessUids {
  real: number;
  effective: number;
  saved: number;
}

/**
 * As whom a process runs, from /proc/PID/status. The owner of the folder /proc/PID would be cheaper, and is root for programs
 * that may not be traced.
 *
 *     Uid:	1000	1000	1000	1000
 *          real  effective  saved  file system
 */
export function parseUids(text: string): ProcessUids | null {
  const [, real, effective, saved] = /^Uid:\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s/m.exec(text) ?? [];
  if (saved === undefined) return null;
  return { real: Number(real), effective: Number(effective), saved: Number(saved) };
}

/** The effective uid: whose process it is, for people who look; the right to end it takes all three. */
export function parseUid(text: string): number | null {
  return parseUids(text)?.effective ?? null;
}

/**
 * The process that a pid belongs to, from /proc/PID/status: /proc answers for threads too, though it does not list them.
 *
 *     Tgid:	7048
 */
export function parseProcessId(text: string): number | null {
  const match = /^Tgid:\s+(\d{1,10})$/m.exec(text);
  return match ? Number(match[1]) : null;
}

/**
 * How many threads a process has, from /proc/PID/status. The first may have ended (state Z) while others go on: the process
 * then still runs, and still holds its GPU.
 *
 *     Threads:	2
 */
export function parseThreadCount(text: string): number | null {
  const match = /^Threads:\s+(\d{1,10})$/m.exec(text);
  return match ? Number(match[1]) : null;
}

/**
 * The arguments, from /proc/PID/cmdline: each ends with a zero byte. A program that renamed itself left one text with
 * spaces, and often many zeros after it. `cut`: the file was longer than what was read, so the last one is a part only.
 */
export function parseArguments(text: string, cut: boolean): string[] {
  const argv = text.replace(/\0+$/, '').split('\0');
  if (cut) argv.pop();
  return argv.length === 1 && argv[0] === '' ? [] : argv;
}

/**
 * Full id of the container that the control group names, null outside containers. The outermost, as the machine's own
 * engine knows only that one:
 *
 *     9:memory:/docker/<id>                                       docker, cgroup v1
 *     0::/system.slice/docker-<id>.scope                          docker by systemd, cgroup v2
 *     0::/user.slice/…/user.slice/libpod-<id>.scope/container     podman, rootless
 *     11:cpu:/kubepods/burstable/pod<uid>/<id>                    containerd under Kubernetes, v1
 *     0::/kubepods.slice/…/cri-containerd-<id>.scope              the same, v2; cri-o: crio-<id>.scope
 *     0::/system.slice/kubepods-pod<uid>.slice:cri-containerd:<id>  containerd told of systemd by one side only
 */
export function parseContainerId(text: string): string | null {
  return (
    /^\d+:[^:\n]*:\/\S*?(?<=[/:])(?:(?:docker|libpod|cri-containerd|crio|nerdctl)-)?([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m.exec(
      text,
    )?.[1] ?? null
  );
}
