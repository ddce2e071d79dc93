/** Names whose numbers FlowLine Monitor writes as fractions, even where they are whole (`81559.0`). */
export const FRACTIONS: ReadonlySet<string> = new Set([
  'available',
  'cpu_usage',
  'current',
  'free',
  'last_seen',
  'max',
  'memory_mb',
  'package',
  'percent',
  'timestamp',
  'total',
  'used',
]);
