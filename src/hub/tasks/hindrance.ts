/** Why nothing at all is given out: a store that keeps nothing, or a restored copy whose nodes have not all told what they run. */
import type { Log } from '../../io/log.ts';
import type { QueueTrouble } from '../../model/trouble.ts';
import { troubleText } from '../../scheduling/remarkText.ts';
import type { NodeRegistry } from '../agents/nodeRegistry.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Presence } from './presence.ts';

export interface Hindrance {
  message: string;
  /** The same as data; null: in the store's own words. */
  trouble: QueueTrouble | null;
}

const MOST_NAMED = 5;

/** Looks each time it is called; null where all is well. The look that finds every node heard ends the waiting for good. */
export function hindrances(
  book: Pick<TaskBook, 'trouble' | 'isRestored' | 'nodesReported'>,
  registry: Pick<NodeRegistry, 'list'>,
  present: Pick<Presence, 'isReady'>,
  log: Log,
): () => Hindrance | null {
  return () => {
    const trouble = book.trouble();
    if (trouble !== null) return { message: trouble, trouble: null };
    if (!book.isRestored()) return null;
    // Until every machine that may have attempts has told what it runs, a run could be given out twice.
    const awaited = registry.list().filter(({ id, mayRun }) => mayRun && !present.isReady(id));
    if (awaited.length > 0) return awaiting(awaited.map(({ name }) => name));
    book.nodesReported();
    log.info({}, 'every machine has told what it runs: tasks are given out again');
    return null;
  };
}

function awaiting(names: readonly string[]): Hindrance {
  const trouble: QueueTrouble = {
    kind: 'restored',
    nodes: names.slice(0, MOST_NAMED),
    others: Math.max(0, names.length - MOST_NAMED),
  };
  return { message: troubleText(trouble), trouble };
}
