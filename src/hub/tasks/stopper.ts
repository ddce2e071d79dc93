/** Tells nodes to end attempts, and tells them again until they do: a word that was lost with its connection must not keep a killed task alive. */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { StopReason } from '../../model/endRemark.ts';
import type { Fence } from '../../model/task.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';

const STOP_PATIENCE_MS = 10_000;
const AGAIN_AFTER_MS = 10_000;

export interface Stopper {
  /** Tells the node of an attempt that somebody wants it ended, once that is durable; `graceSeconds` where it is another than was first said. */
  stop(live: LiveView, graceSeconds?: number | null): void;
  /** The same for an attempt that the book knows no more. */
  stopUnwanted(nodeId: string, attempt: string, fence: Fence, reason: StopReason): void;
  /** Tells those again whose word was long ago. */
  remind(): void;
}

/** Has told nobody anything. */
export function stopper(
  book: TaskBook,
  links: Pick<AgentLinks, 'ask' | 'isConnected'>,
  clock: Clock,
  log: Log,
): Stopper {
  const toldAtMs = new Map<string, number>();

  const tell = (
    nodeId: string,
    attempt: string,
    fence: Fence,
    reason: StopReason,
    graceSeconds: number | null,
  ): void => {
    toldAtMs.set(attempt, clock.nowMs());
    if (!links.isConnected(nodeId)) return;
    links
      .ask(nodeId, { kind: 'stop-attempt', attempt, fence, reason, graceSeconds }, STOP_PATIENCE_MS)
      .catch((failure: unknown) =>
        log.warn({ attempt, node: nodeId, failure: String(failure) }, 'a stop was not answered'),
      );
  };

  const stop = (live: LiveView, graceSeconds: number | null = null): void => {
    const { stop: wanted, attempt, fence } = live;
    if (!wanted) return;
    toldAtMs.set(live.id, clock.nowMs());
    // A kill that was told before it was committed could be forgotten by a hub that ends now, and the end taken for a failure.
    void book
      .durable()
      .then(() => tell(attempt.nodeId, live.id, fence, wanted.reason, graceSeconds ?? wanted.graceSeconds));
  };

  return {
    stop,
    stopUnwanted(nodeId, attempt, fence, reason) {
      const before = toldAtMs.get(attempt);
      if (before !== undefined && clock.nowMs() - before < AGAIN_AFTER_MS) return;
      tell(nodeId, attempt, fence, reason, null);
    },
    remind() {
      const nowMs = clock.nowMs();
      for (const live of book.live().values()) {
        if (!live.stop || live.isReturning) continue;
        const graceMs = live.stop.graceSeconds * 1000;
        if (nowMs - (toldAtMs.get(live.id) ?? 0) > AGAIN_AFTER_MS + graceMs) stop(live);
      }
      for (const [attempt, atMs] of toldAtMs) {
        if (!book.live().has(attempt) && nowMs - atMs > AGAIN_AFTER_MS) toldAtMs.delete(attempt);
      }
    },
  };
}
