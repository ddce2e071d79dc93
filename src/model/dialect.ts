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
