/** What a dialect's main role is lent of the hub: the fleet as it is now, the hub's own routes, and its trail. */
import type { DialectName } from '../model/dialect.ts';
import type { NodeStatus } from '../model/node.ts';
import type { CallAs } from '../protocol/callAs.ts';
import type { DialectRequest } from './dialect.ts';

export interface DeedOfDialect {
  who: string;
  what: string;
  on: string;
  result: string;
  from: string;
  door: 'dialect';
  /** So often within a minute; left out: once. */
  times?: number;
}

/** How somebody called us, as far as an answer leads him elsewhere. */
export type Called = Pick<DialectRequest, 'host' | 'passedOn'>;

export interface MainParts {
  /** Every machine as it is now, in the configured order. */
  nodes(): NodeStatus[];
  /** The hub's routes, asked as an account: killing, the queue, GPUs, logs. */
  callAs: CallAs;
  /** For deeds that no route of the hub writes down. */
  audit: { write(deed: DeedOfDialect): void };
  /** Where our page is, with a slash at its end, for whoever called like this. */
  pageUrl(called: Called): string;
  /** Makes known to the whole hub what a collector pushed; left out: its own dialect alone tells of it. */
  takeReport?(report: unknown, from: string): void;
  /** Whether the hub knows a machine of this name that reports by this dialect; left out: it knows none. */
  isReporting?(hostname: string): boolean;
  /** Calls back when the hub forgot one. */
  whenForgotten?(forgotten: (hostname: string) => void): void;
  startedAtMs: number;
  nowMs(): number;
}

/** Asks as the dialect itself, which only reads. */
export const asReader = (name: DialectName, from: string) => ({
  account: { name, role: 'viewer' } as const,
  isLocal: false,
  from,
});
