/**
 * How long logs of attempts stay on their nodes: once an hour, and when the settings change, each agent is asked to remove
 * what is older or more than it may be. What went stands in the stories of its tasks. The agent sees to it that nothing of
 * an attempt goes that lives or is not acknowledged (agent/supervisor/logs/cleanLogs.ts).
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { parseAttemptId } from '../../model/task.ts';
import type { CleanedLog, LogLimits } from '../../protocol/supervision.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { TaskBook } from './book/taskBook.ts';

export interface LogKeepingOptions {
  book: Pick<TaskBook, 'settings' | 'attempts' | 'task' | 'tell'>;
  links: Pick<AgentLinks, 'ask'>;
  /** Those whose agents are there. */
  nodes: () => readonly string[];
  clock: Clock;
  log: Log;
}

const LOOK_EVERY_MS = 60_000;
const CLEAN_EVERY_MS = 60 * 60_000;
/** A node with a hundred thousand logs on a slow disk takes its time. */
const PATIENCE_MS = 5 * 60_000;

/** Looks once a minute until stopped. */
export function logKeeping({ book, links, nodes, clock, log }: LogKeepingOptions): () => void {
  /** When a node is asked next, and under which limits it was asked last. */
  const next = new Map<string, { atMs: number; limits: string }>();

  const clean = async (nodeId: string, limits: LogLimits): Promise<void> => {
    const answer = await links.ask(nodeId, { kind: 'clean-logs', limits }, PATIENCE_MS);
    if (answer.kind !== 'logs-cleaned')
      throw new Error(answer.kind === 'failed' ? answer.message : `the agent answered ${answer.kind}`);
    const { cleaned, isMore } = answer;
    if (cleaned.length > 0)
      log.info({ node: nodeId, logs: cleaned.length }, 'logs of attempts were cleaned up');
    await tellStories(book, nodeId, cleaned);
    const entry = next.get(nodeId);
    if (isMore && entry) entry.atMs = clock.nowMs();
  };

  return clock.every(LOOK_EVERY_MS, () => {
    const { logKeepDays, logTotalBytes } = book.settings();
    if (logKeepDays === null && logTotalBytes === null) return;
    const limits: LogLimits = {
      keepSeconds: logKeepDays === null ? null : logKeepDays * 86_400,
      totalBytes: logTotalBytes,
    };
    const text = JSON.stringify(limits);
    for (const nodeId of nodes()) {
      const before = next.get(nodeId);
      if (before && before.limits === text && clock.nowMs() < before.atMs) continue;
      next.set(nodeId, { atMs: clock.nowMs() + CLEAN_EVERY_MS, limits: text });
      clean(nodeId, limits).catch((failure: unknown) =>
        log.warn(
          { node: nodeId, failure: String(failure) },
          'logs could not be cleaned up; asked again in an hour',
        ),
      );
    }
  });
}

/** A node speaks only of attempts that it was given. */
async function tellStories(
  book: LogKeepingOptions['book'],
  nodeId: string,
  cleaned: readonly CleanedLog[],
): Promise<void> {
  const known = cleaned.flatMap((log) => {
    const parts = parseAttemptId(log.attempt);
    const number = Number(parts?.task.slice(1));
    return parts && book.task(number) ? [{ ...log, run: parts.run, attempt: parts.attempt, number }] : [];
  });
  const attempts = await book.attempts([...new Set(known.map(({ number }) => number))]);
  for (const { number, run, attempt, reason } of known) {
    const ran = attempts.get(number)?.find((each) => each.run === run && each.number === attempt);
    if (ran?.nodeId !== nodeId) continue;
    book.tell(number, {
      kind: 'note',
      run,
      attempt,
      by: null,
      remarks: [{ kind: 'log-cleaned', node: ran.node, reason }],
      figures: null,
    });
  }
}
