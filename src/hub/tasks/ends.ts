/** What follows from an end beside the run's own fate: the node may get a strike, the table may be paused, everybody learns. */
import type { Log } from '../../io/log.ts';
import type { EndRemark } from '../../model/endRemark.ts';
import { type EndClass, tableIdOf } from '../../model/task.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import { remarksText } from '../../scheduling/remarkText.ts';
import type { Breaker, Strikes } from '../../scheduling/retry.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook, Verdict } from './book/taskBook.ts';
import type { Lessons } from './lessons.ts';
import { remarksOf, type Verdicts } from './verdicts.ts';

export interface EndSources {
  book: Pick<TaskBook, 'changeTable' | 'settings'>;
  verdicts: Verdicts;
  lessons: Lessons;
  strikes: Strikes;
  breaker: Breaker;
  nowMs: () => number;
  log: Log;
}

export interface Ends {
  /** The verdict on an end that its node reported. */
  reported(live: LiveView, report: AttemptReport): Verdict;
  /** The verdict on a lease that its node cannot execute: its folder or its command is at fault, not the node. */
  refused(live: LiveView, class_: EndClass, remarks: readonly EndRemark[]): Verdict;
  /** A node failed an attempt that is charged to nobody else. */
  strike(nodeId: string, message: string): void;
}

/** The ends of a queue. */
export function ends({ book, verdicts, lessons, strikes, breaker, nowMs, log }: EndSources): Ends {
  const charge = (nodeId: string, class_: EndClass, message: string | null): void => {
    const was = strikes.drained(nodeId);
    strikes.ended(nodeId, class_, message, nowMs());
    const why = strikes.drained(nodeId);
    if (was === null && why !== null)
      log.warn({ node: nodeId, ...why }, 'a node gets no more tasks until somebody allows it again');
  };

  const note = (live: LiveView, class_: EndClass, report: AttemptReport | null): void => {
    lessons.ended(live, class_, report);
    const { number } = live.task.table;
    if (!breaker.ended(tableIdOf(number), class_, nowMs(), book.settings().breaker)) return;
    // Not within the step that ends the attempt: the book changes one thing at a time.
    queueMicrotask(() => void book.changeTable(number, { paused: 'failures' }, null));
  };

  return {
    reported(live, report) {
      const verdict = verdicts.reported(live, report);
      charge(live.attempt.nodeId, verdict.class, remarksText(remarksOf(report), null));
      note(live, verdict.class, report);
      return verdict;
    },
    refused(live, class_, remarks) {
      const verdict = verdicts.unreported(live, class_, remarks);
      note(live, verdict.class, null);
      return verdict;
    },
    strike: (nodeId, message) => charge(nodeId, 'infra', message),
  };
}
