/** The queue at a glance (protocol/taskApi.ts, QueueStatus), as each caller may see it: his own tables and all cards. */

import type { NodeStatus } from '../../model/node.ts';
import type { RunCounts } from '../../model/queue.ts';
import type { GpuLedger, QueueStatus } from '../../protocol/taskApi.ts';
import type { LiveAttempt, NodeFacts } from '../../scheduling/facts.ts';
import { headroomBytes } from '../../scheduling/ledger.ts';
import type { TableView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Views } from './views.ts';

/** Tables that are over, told beside those that are not: the newest. */
const MOST_FINISHED_TABLES = 50;
const MOST_TABLES = 500;

export interface StatusSources {
  book: TaskBook;
  views: Views;
  nodes: () => readonly NodeStatus[];
  facts: (node: NodeStatus) => NodeFacts;
  live: () => readonly LiveAttempt[];
}

/** The status as somebody sees it; `owner` null: everything. */
export function queueStatus(sources: StatusSources, owner: string | null): QueueStatus {
  const { book, views } = sources;
  const seen = book.tables().filter((table) => owner === null || table.owner === owner);
  const open = seen.filter((table) => !isFinished(table));
  const finished = seen.filter(isFinished).slice(0, MOST_FINISHED_TABLES);
  const told = [...open, ...finished].slice(0, MOST_TABLES).sort((a, b) => b.number - a.number);
  return {
    revision: book.revision(),
    counts: owner === null ? book.counts() : sum(seen),
    settings: book.settings(),
    tables: told.map((table) => views.table(table)),
    gpus: gpuLedgers(sources),
  };
}

/** True where nothing of it waits or lives, and all its rows have come. */
export function isFinished({ counts, isComplete }: TableView): boolean {
  return (
    isComplete &&
    counts.held + counts.queued + counts.starting + counts.running + counts.stopping + counts.unreachable ===
      0
  );
}

function sum(tables: readonly TableView[]): RunCounts {
  const total: RunCounts = {};
  for (const { counts } of tables) {
    for (const [state, count] of Object.entries(counts) as [keyof RunCounts, number][])
      if (count > 0) total[state] = (total[state] ?? 0) + count;
  }
  return total;
}

/** The ledger of every card that is known. */
export function gpuLedgers({ book, nodes, facts, live }: Omit<StatusSources, 'views'>): GpuLedger[] {
  const byCard = new Map<string, { attempt: LiveAttempt; bytes: number | null }[]>();
  for (const attempt of live()) {
    for (const { uuid, promisedBytes, measuredBytes } of attempt.gpus) {
      const bytes = promisedBytes === null ? null : Math.max(promisedBytes, measuredBytes ?? 0);
      byCard.set(uuid, [...(byCard.get(uuid) ?? []), { attempt, bytes }]);
    }
  }
  const settings = book.settings();
  return nodes().flatMap((node) =>
    facts(node).cards.map((card): GpuLedger => {
      const ours = byCard.get(card.uuid) ?? [];
      // Who was promised the whole card has what the others leave.
      const isWhole = ours.some(({ bytes }) => bytes === null);
      const promisedBytes = isWhole
        ? Math.max(0, (card.totalBytes ?? 0) - (card.externalBytes ?? 0))
        : ours.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
      const headroom = card.totalBytes === null ? null : headroomBytes(card.totalBytes, settings);
      return {
        nodeId: node.id,
        node: node.name,
        uuid: card.uuid,
        index: card.index,
        isOn: card.isOn,
        unusable: card.unusable,
        totalBytes: card.totalBytes,
        externalBytes: card.externalBytes,
        promisedBytes,
        headroomBytes: headroom,
        freeBytes:
          card.totalBytes === null || card.externalBytes === null || headroom === null
            ? null
            : Math.max(0, card.totalBytes - card.externalBytes - promisedBytes - headroom),
        attempts: ours.flatMap(({ attempt, bytes }) =>
          attempt.task === null
            ? []
            : [{ attempt: attempt.id, task: attempt.task, owner: attempt.owner, promisedBytes: bytes }],
        ),
      };
    }),
  );
}
