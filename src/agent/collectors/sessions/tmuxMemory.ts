/**
 * What servers of tmux said, and when each must be asked again. To ask one takes a program started for it, which costs
 * as much as a whole second of the agent; whether it may have something new to say is seen in two small files of /proc.
 */
import { readKernelFile } from '../kernelFile.ts';
import type { FoundSession } from '../sources.ts';

export interface TmuxMemory {
  /** What the server at this socket said, while that is good enough; null where it must be asked. */
  recall(socketPath: string): FoundSession[] | null;
  /** @param serverPid null where it did not tell one that is its user's: then it is asked each time. */
  note(socketPath: string, serverPid: number | null, sessions: FoundSession[]): void;
}

interface Known {
  sessions: FoundSession[];
  serverPid: number;
  askedAtMs: number;
  /** A pane came or went where these differ. */
  children: string;
  /**
   * How often it had given the processor away at the last look: only one that ran may have renamed or attached anything.
   * Null until the first look after the asking, so that what our asking made it do is not taken for news.
   */
  switches: string | null;
}

/** One that runs, as under a training that prints, is asked this often: who attached is told that late. */
const ASKED_IF_RAN_MS = 30_000;
/** One that only sleeps, in case it ran between the asking and the look after it. */
const ASKED_ANYWAY_MS = 120_000;

/**
 * Kept by socket and in memory only; a server whose last answer is four minutes old is forgotten with the next note.
 * @param root before /proc, for tests
 * @param readClockMs of a clock that never jumps
 */
export function createTmuxMemory(root = '/', readClockMs = () => performance.now()): TmuxMemory {
  const known = new Map<string, Known>();
  const childrenOf = (pid: number) => readKernelFile(`${root}/proc/${pid}/task/${pid}/children`) ?? '';
  const switchesOf = (pid: number) =>
    /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readKernelFile(`${root}/proc/${pid}/status`) ?? '')?.[1];

  return {
    recall(socketPath) {
      const server = known.get(socketPath);
      if (server === undefined) return null;
      const ageMs = readClockMs() - server.askedAtMs;
      const switches = switchesOf(server.serverPid);
      const isGone = switches === undefined;
      const ran = server.switches !== null && switches !== server.switches;
      const isOld = ageMs < 0 || ageMs >= ASKED_ANYWAY_MS || (ran && ageMs >= ASKED_IF_RAN_MS);
      if (isGone || isOld || childrenOf(server.serverPid) !== server.children) {
        known.delete(socketPath);
        return null;
      }
      server.switches ??= switches;
      return server.sessions;
    },
    note(socketPath, serverPid, sessions) {
      for (const [path, { askedAtMs }] of known) {
        // Nobody asked for it again: its socket is gone.
        if (readClockMs() - askedAtMs > 2 * ASKED_ANYWAY_MS) known.delete(path);
      }
      if (serverPid === null) {
        known.delete(socketPath);
        return;
      }
      known.set(socketPath, {
        sessions,
        serverPid,
        askedAtMs: readClockMs(),
        children: childrenOf(serverPid),
        switches: null,
      });
    },
  };
}
