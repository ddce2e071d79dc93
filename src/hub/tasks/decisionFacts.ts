/** Everything that a decision looks at beside the line, gathered from the rooms that know it. */
import type { Clock } from '../../io/clock.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { DecisionFacts, LiveAttempt, NodeFacts } from '../../scheduling/facts.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { GpuOrders } from './gpuOrders.ts';
import type { Lessons } from './lessons.ts';
import { handStartedGpus, liveFacts } from './liveFacts.ts';
import { type FactSources, nodeFacts } from './nodeFacts.ts';

export interface Gathering {
  nodes(): NodeStatus[];
  node(status: NodeStatus): NodeFacts;
  live(): LiveAttempt[];
  decision(): Omit<DecisionFacts, 'reservation'>;
}

export interface GatheringSources extends Omit<FactSources, 'gpusOff'> {
  book: TaskBook;
  fleet: FleetNow;
  clock: Clock;
  lessons: () => Lessons;
  orders: () => GpuOrders;
}

/** Gathers when asked, anew each time. */
export function gathering(sources: GatheringSources): Gathering {
  const { book, fleet, clock, ledgers, presence, strikes, lessons, orders } = sources;

  // Witnesses are not told of: nothing is placed on them, and who works there has nothing less here (trust.md, 7).
  const nodes = (): NodeStatus[] => fleet.all(clock.nowMs()).filter(({ source }) => source === null);
  const node = (status: NodeStatus): NodeFacts =>
    nodeFacts(status, { ledgers, presence, strikes, gpusOff: book.gpusOff() }, clock.nowMs());
  const live = (): LiveAttempt[] => liveFacts({ book, ledgers, promised: lessons().promised() });

  return {
    nodes,
    node,
    live,
    decision() {
      const all = nodes();
      const settings = book.settings();
      const owners = new Set(book.tables().map(({ owner }) => owner));
      return {
        nowMs: clock.nowMs(),
        nodes: all.map(node),
        live: live(),
        settings,
        usage: {
          gpuSeconds: new Map([...owners].map((owner) => [owner, book.usage(owner)])),
          handStartedGpus:
            settings.maxGpusPerUser === null ? new Map() : handStartedGpus(all, book.promises().values()),
        },
        promises: lessons().promised(),
        gpuOrders: orders().orders(),
      };
    },
  };
}
