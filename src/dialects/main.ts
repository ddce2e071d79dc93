/** What a dialect's main role is lent of the hub: the fleet as it is now, the hub's own routes, and its trail. */
import type { DialectName } from '../model/dialect.ts';
import type { NodeStatus } from '../model/node.ts';
import type { CallAs } from '../protocol/callAs.ts';

export interface DeedOfDialect {
  who: string;
  what: string;
  on: string;
  result: string;
  from: string;
  door: 'dialect';
}

export interface MainParts {
  /** Every machine as it is now, in the configured order. */
  nodes(): NodeStatus[];
  /** The hub's routes, asked as an account: killing, the queue, GPUs, logs. */
  callAs: CallAs;
  /** For deeds that no route of the hub writes down. */
  audit: { write(deed: DeedOfDialect): void };
  /** Where our page is, for whoever called by this `Host`. */
  pageUrl(host: string): string;
  /** Makes known to the whole hub what a collector pushed; left out: its own dialect alone tells of it. */
  takeReport?(report: unknown, from: string): void;
  startedAtMs: number;
  nowMs(): number;
}

/** Asks as the dialect itself, which only reads. */
export const asReader = (name: DialectName, from: string) => ({
  account: { name, role: 'viewer' } as const,
  isLocal: false,
  from,
});
