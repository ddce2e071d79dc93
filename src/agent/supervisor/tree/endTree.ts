/**
 * Ends a process tree: SIGTERM to each process once, also to those that come later; SIGKILL to all that are left when
 * the grace is over; again until nothing is left. One that is still there 3 s after SIGKILL waits inside the kernel: that
 * is said, and it is waited for without hurry.
 */
import type { Clock } from '../../../io/clock.ts';
import type { EndRemark } from '../../../model/endRemark.ts';
import type { ProcessTree, TreeMember } from './processTree.ts';
import type { SignalMember } from './signalMember.ts';

export interface TreeEnder {
  /** Begins, or shortens the grace of what has begun. Resolves when nothing is left and the wrapper has told. */
  end(graceMs: number): Promise<void>;
  isEnding(): boolean;
  /** Stops looking; the processes are as they are. */
  letGo(): void;
}

export interface EndTreeOptions {
  tree: ProcessTree;
  signalMember: SignalMember;
  /** Whether the wrapper wrote down the end, or is gone: before that a program may still be about to start. */
  hasTold: () => boolean;
  /** Ends the wrapper, which has had time enough to write down that its program is gone. */
  endWrapper: () => void;
  /** What is said of processes that SIGKILL does not end; null when they went after all. */
  unkillable: (remark: EndRemark | null) => void;
  clock: Clock;
}

/** Right after a signal most are gone within milliseconds. */
const QUICK_LOOK_MS = 10;
const LOOK_MS = 100;
const SLOW_LOOK_MS = 1000;
const QUICK_FOR_MS = 300;
/** All of /proc, for those that were born meanwhile. */
const FULL_LOOK_EACH_MS = 500;
const KILL_DEADLINE_MS = 3000;
const WRAPPER_PATIENCE_MS = 5000;

/** An ender for one tree. */
export function createTreeEnder(options: EndTreeOptions): TreeEnder {
  const { tree, signalMember, hasTold, clock } = options;
  let killAtMs = Number.POSITIVE_INFINITY;
  let ending: Promise<void> | null = null;
  let wake = () => {};
  let isLetGo = false;
  const asked = new Set<string>();

  const pause = (delayMs: number) =>
    new Promise<void>((resolve) => {
      const forget = clock.after(delayMs, resolve);
      wake = () => {
        forget();
        resolve();
      };
    });

  /** SIGTERM to those that have not had it. */
  function ask(members: readonly TreeMember[]): void {
    for (const member of members) {
      const key = `${member.pid}:${member.startTicks}`;
      if (asked.has(key)) continue;
      asked.add(key);
      signalMember(member, 'SIGTERM');
    }
  }

  async function run(): Promise<void> {
    let beganMs = performance.now();
    let killedAtMs: number | null = null;
    let emptySinceMs: number | null = null;
    let fullLookAtMs = Number.NEGATIVE_INFINITY;
    let saidUnkillable = false;
    while (!isLetGo) {
      const nowMs = performance.now();
      const isKilling = nowMs >= killAtMs;
      const isDue = nowMs - fullLookAtMs >= FULL_LOOK_EACH_MS || (isKilling && killedAtMs === null);
      if (isDue || !tree.livesOn()) {
        fullLookAtMs = nowMs;
        const members = tree.members();
        if (members.length === 0) {
          if (hasTold()) break;
          emptySinceMs ??= nowMs;
          if (nowMs - emptySinceMs > WRAPPER_PATIENCE_MS) options.endWrapper();
        } else {
          emptySinceMs = null;
          if (isKilling) {
            if (killedAtMs === null) beganMs = nowMs;
            killedAtMs ??= nowMs;
            tree.kill();
          } else {
            ask(members);
          }
          if (killedAtMs !== null && nowMs - killedAtMs > KILL_DEADLINE_MS && !saidUnkillable) {
            saidUnkillable = true;
            options.unkillable(unkillable(members));
          }
        }
      }
      const isQuick = nowMs - beganMs < QUICK_FOR_MS;
      const lookMs = saidUnkillable ? SLOW_LOOK_MS : isQuick ? QUICK_LOOK_MS : LOOK_MS;
      await pause(Math.max(1, Math.min(lookMs, killedAtMs === null ? killAtMs - nowMs : lookMs)));
    }
    if (saidUnkillable) options.unkillable(null);
  }

  return {
    end(graceMs) {
      killAtMs = Math.min(killAtMs, performance.now() + graceMs);
      wake();
      ending ??= run().finally(() => {
        ending = null;
        killAtMs = Number.POSITIVE_INFINITY;
      });
      return ending;
    },
    isEnding: () => ending !== null,
    letGo() {
      isLetGo = true;
      wake();
    },
  };
}

function unkillable(members: readonly TreeMember[]): EndRemark {
  const named = members.slice(0, 3).map(({ pid, name }) => `${pid} (${name})`);
  const more = members.length > 3 ? ` +${members.length - 3}` : '';
  return { kind: 'unkillable', processes: `${named.join(', ')}${more}`.slice(0, 500) };
}
