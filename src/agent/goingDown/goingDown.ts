/**
 * Whether the machine itself is going down, and to come back or not: told from facts that are read when the agent is
 * asked to end (facts.ts), so that its goodbye can say so. Pure.
 */

export interface GoingDownFacts {
  /** Arguments of process 1; empty where they cannot be read. */
  firstProcess: readonly string[];
  /** The jobs that systemd has queued, as `systemctl list-jobs` prints them; null where it cannot be asked. */
  jobs: string | null;
  /** /run/systemd/shutdown/scheduled; null where there is none. */
  scheduled: string | null;
  /** The run level that init noted last, `0` to `6`; null where it notes none. */
  runLevel: string | null;
  /** /run/nologin; null where there is none. */
  noLogin: string | null;
}

/** `reboot`: it comes back. `off`: it does not. `down`: it goes, and nothing tells which of the two. */
export type GoingDown = 'reboot' | 'off' | 'down';

const COMES_BACK = new Set(['reboot', 'kexec', 'soft-reboot']);
const STAYS_AWAY = new Set(['poweroff', 'halt', 'exit']);

/**
 * How the machine goes down; null where it stays and only the agent ends. What knows best is asked first: process 1
 * when it has become systemd's last step, then the queue of jobs, which holds the target of a shutdown from its first
 * moment to its end. The rest counts only where systemd could not be asked, e.g. without a message bus.
 */
export function howMachineGoesDown(facts: GoingDownFacts, nowMs: number): GoingDown | null {
  const last = lastStep(facts.firstProcess);
  if (last) return last;
  if (facts.jobs !== null) return queuedEnd(facts.jobs);
  return (
    scheduledEnd(facts.scheduled, nowMs) ??
    (facts.runLevel === '6' ? 'reboot' : facts.runLevel === '0' ? 'off' : null) ??
    // Written with other words while the machine starts: "System is booting up."
    (/\bgoing down\b/i.test(facts.noLogin ?? '') ? 'down' : null)
  );
}

/**
 * What the agent says to its hub. A machine that is switched off is not rebooting: its agent was stopped. One of which
 * only is known that it goes down most likely comes back, as machines that are shared do.
 */
export const goodbyeReason = (how: GoingDown | null): 'stopped' | 'rebooting' =>
  how === 'reboot' || how === 'down' ? 'rebooting' : 'stopped';

const endOf = (verb: string): GoingDown | null =>
  COMES_BACK.has(verb) ? 'reboot' : STAYS_AWAY.has(verb) ? 'off' : null;

/**
 * systemd's process 1 becomes another program for the very end, which also ends what no service held:
 *
 *     /usr/lib/systemd/systemd-shutdown reboot --log-level 6 --log-target kmsg --timeout 90s
 */
function lastStep([program = '', ...args]: readonly string[]): GoingDown | null {
  if (!program.endsWith('/systemd-shutdown')) return null;
  return args.map(endOf).find((how) => how !== null) ?? 'down';
}

/**
 * A line for each job: its number, the unit, what is done to it, how far it is.
 *
 *     1437 reboot.target          start waiting
 *     1438 shutdown.target        start waiting
 *     1502 flowline-agent.service stop  running
 *
 * A target whose job is to stop (it does so at every boot and isolate) means nothing.
 */
function queuedEnd(jobs: string): GoingDown | null {
  const started = [...jobs.matchAll(/^\s*\d+\s+([\w-]+)\.target\s+start\b/gm)].map(([, name = '']) => name);
  const how = started.map(endOf).find((end) => end !== null);
  return how ?? (started.includes('shutdown') ? 'down' : null);
}

/**
 * logind's note of a `shutdown -r +10`, written when it is asked for and left until it happens, in microseconds since
 * 1970. Before its time the agent was ended for another reason.
 *
 *     USEC=1700000000000000
 *     WARN_WALL=1
 *     MODE=reboot
 */
function scheduledEnd(text: string | null, nowMs: number): GoingDown | null {
  const micros = /^USEC=(\d+)$/m.exec(text ?? '')?.[1];
  if (micros === undefined || Number(micros) / 1000 > nowMs) return null;
  return endOf(/^MODE=([\w-]+)$/m.exec(text ?? '')?.[1] ?? '');
}

/** Both sizes of a record of utmp(5) that Linux has: with times of 32 bits (x86-64), and of 64 (ARM64). */
const RECORD_BYTES = { x64: 384, arm64: 400 } as const;
const RUN_LEVEL_RECORD = 1;

/**
 * The run level from utmp(5), where SysV's init and its kin note it: a record of type 1 whose `pid` holds the level's
 * character in its low byte and the one before in the next. The newest record of that type counts.
 */
export function parseRunLevel(utmp: Buffer, architecture: string): string | null {
  const size = architecture === 'arm64' ? RECORD_BYTES.arm64 : RECORD_BYTES.x64;
  let level: string | null = null;
  for (let at = 0; at + size <= utmp.length; at += size) {
    if (utmp.readInt16LE(at) !== RUN_LEVEL_RECORD) continue;
    const character = String.fromCharCode(utmp.readInt32LE(at + 4) & 0xff);
    level = /^[0-6S]$/.test(character) ? character : null;
  }
  return level;
}
