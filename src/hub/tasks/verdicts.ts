/** What the budgets make of an end (scheduling/retry.ts), with what the ledger saw of the attempt's cards. */
import type { EndRemark } from '../../model/endRemark.ts';
import type { EndClass } from '../../model/task.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import type { OutOfMemoryFacts } from '../../scheduling/afterOutOfMemory.ts';
import { judge } from '../../scheduling/retry.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook, Verdict } from './book/taskBook.ts';

export interface Verdicts {
  /** On an end that its node reported. */
  reported(live: LiveView, report: AttemptReport): Verdict;
  /** On one of which no report tells: a refusal, a node that knows nothing of it, somebody's word. */
  unreported(live: LiveView, class_: EndClass, remarks: readonly EndRemark[]): Verdict;
}

export interface VerdictSources {
  book: Pick<TaskBook, 'settings'>;
  nowMs: () => number;
  /** What is known of the card that an attempt ran out of memory on. */
  memory: (live: LiveView) => OutOfMemoryFacts | null;
  random?: () => number;
}

/** What a node says of an end, or of a lease that it refuses; an older one has only words for it. */
export const remarksOf = ({
  remarks,
  message,
}: Pick<AttemptReport, 'remarks' | 'message'>): readonly EndRemark[] =>
  remarks ?? (message === null ? [] : [{ kind: 'text', text: message }]);

/** The verdicts of a queue. */
export function verdicts({ book, nowMs, memory, random = Math.random }: VerdictSources): Verdicts {
  const decide = (live: LiveView, class_: EndClass, remarks: readonly EndRemark[]): Verdict => {
    const { task, attempt } = live;
    const { lesson, ...verdict } = judge(
      {
        class: class_,
        remarks,
        isKilled: live.stop?.reason === 'user',
        memory: class_ === 'gpu_oom' ? memory(live) : null,
      },
      {
        nowMs: nowMs(),
        budgets: book.settings().budgets,
        retries: task.overrides?.retries ?? task.table.options.retries,
        used: task.usedRetries ?? {},
        random: random(),
      },
    );
    if (!verdict.again) return verdict;
    // A victim goes round the card where it was one, and what the machine failed round the machine, where there is another.
    if (lesson === 'victim') return { ...verdict, avoid: attempt.gpus.map(({ uuid }) => uuid) };
    return verdict.class === 'infra' ? { ...verdict, avoid: [attempt.nodeId] } : verdict;
  };

  return {
    // A node that cannot say how it ended failed it.
    reported: (live, report) => decide(live, report.class ?? 'infra', remarksOf(report)),
    unreported: decide,
  };
}
