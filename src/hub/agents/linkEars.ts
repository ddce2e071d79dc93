/** What the queue hears of the agents' links: the seam between sockets and tasks. */
import type { AttemptReport, Inventory } from '../../protocol/supervision.ts';
import type { TableEdits } from '../../protocol/tableSync.ts';

/** What the queue hears of the links. Nothing here may throw. */
export interface LinkEars {
  /** A connection began; nothing that was heard on an earlier one holds any more. */
  opened(nodeId: string): void;
  inventory(nodeId: string, inventory: Inventory): void;
  reports(nodeId: string, reports: readonly AttemptReport[]): void;
  /** Resolves once they are durable; then the agent is told that they were taken. */
  tableEdits(nodeId: string, edits: TableEdits): Promise<void>;
  /** A node's connection ended, and no other has taken its place. */
  closed(nodeId: string): void;
}

/** Before the queue has come up. */
export const DEAF: LinkEars = {
  opened() {},
  inventory() {},
  reports() {},
  tableEdits: () => Promise.reject(new Error('this hub keeps no tables')),
  closed() {},
};
