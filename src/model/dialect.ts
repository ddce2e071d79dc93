/** The five older systems whose HTTP interfaces are spoken here, by the names that options, tokens and records use. */
import * as z from 'zod';

export const DialectName = z.enum([
  'flowline-monitor',
  'gpu-monitor',
  'flowline',
  'cluster-status',
  'distributed-monitor',
]);
export type DialectName = z.infer<typeof DialectName>;

/** What of each can be served, with the port that its older program has; null: it has no such role, or only pushes. */
export const DIALECT_PORTS: Record<DialectName, { main: number; node: number | null }> = {
  'flowline-monitor': { main: 5000, node: 5001 },
  'gpu-monitor': { main: 7864, node: null },
  flowline: { main: 5000, node: null },
  'cluster-status': { main: 7070, node: 7080 },
  'distributed-monitor': { main: 8080, node: 8081 },
};

/** Where one of them is served. */
export interface DialectListener {
  name: DialectName;
  host: string;
  port: number;
}

/** A network, like `10.0.0.0/24`, and the dialect that it is named for. */
export interface NamedNetwork {
  name: DialectName;
  network: string;
}

/** Those whose nodes push instead of being asked. */
export const PUSHED_DIALECTS: readonly DialectName[] = ['gpu-monitor'];

/** What a role was told of older systems. */
export interface DialectOptions {
  /** Served as main, from the hub's fleet. */
  mains: readonly DialectListener[];
  /** Served as node, from this machine. */
  nodes: readonly DialectListener[];
  /** Networks from which a dialect's routes that change something are open, like `10.0.0.0/24`. */
  writes: readonly NamedNetwork[];
  /** Networks whose machines may report to a dialect whose nodes report by themselves; none of one: every machine may. */
  reporters: readonly NamedNetwork[];
  /** Where the older systems' web pages lead to ours; null: nowhere beside their listeners. */
  pages: { host: string; port: number } | null;
  /** The password of `cluster-status` nodes: of ours, and of older ones that are read. */
  password: string | null;
}

/** None is served. */
export const NO_DIALECTS: DialectOptions = {
  mains: [],
  nodes: [],
  writes: [],
  reporters: [],
  pages: null,
  password: null,
};
