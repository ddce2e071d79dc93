/** The queue at a glance (protocol/queueApi.ts, QueueStatus), as each caller may see it: his own tables and all cards. */

import type { NodeStatus } from '../../model/node.ts';
import type { RunCounts } from '../../model/queue.ts';
import type { GpuLedger, QueueStatus } from '../../protocol/queueApi.ts';
import { Board, freeBytes } from '../../scheduling/board.ts';
import type { LiveAttempt, NodeFacts } from '../../scheduling/facts.ts';
import { troubleText } from '../../scheduling/remarkText.ts';
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
  /** Learned bytes per GPU, by profile. */
  promised: () => ReadonlyMap<string, number>;
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

/** The ledger of every card that is known, as the scheduler counts it. */
export function gpuLedgers({
  book,
  nodes,
  facts,
  live,
  promised,
}: Omit<StatusSources, 'views'>): GpuLedger[] {
  const settings = book.settings();
  const board = new Board({ nodes: nodes().map(facts), live: live(), settings, promises: promised() });
  return board.nodes.flatMap(({ facts: node, cards }) =>
    cards.map((state): GpuLedger => {
      const { card, isTaken, oursBytes } = state;
      const { uuid, totalBytes, externalBytes } = card;
      const free = freeBytes(state);
      const there = board.liveOn.get(uuid) ?? [];
      return {
        nodeId: node.id,
        node: node.name,
        uuid,
        index: card.index,
        isOn: card.isOn,
        unusable: card.unusable && troubleText(card.unusable),
        trouble: card.unusable,
        totalBytes,
        externalBytes,
        // Who was promised the whole card has what others leave of it.
        promisedBytes: isTaken ? Math.max(0, (totalBytes ?? 0) - (externalBytes ?? 0)) : oursBytes,
        headroomBytes: totalBytes === null ? null : state.headroomBytes,
        freeBytes: free === null ? null : Math.max(0, free),
        attempts: there.flatMap((attempt) =>
          attempt.task === null
            ? []
            : [
                {
                  attempt: attempt.id,
                  task: attempt.task,
                  owner: attempt.owner,
                  promisedBytes: board.heldBytes(attempt, uuid),
                },
              ],
        ),
        commands: there
          .filter(({ task }) => task === null)
          .map((command) => ({
            owner: command.owner,
            pid: command.pid,
            promisedBytes: board.heldBytes(command, uuid),
          })),
      };
    }),
  );
}
