/** Which numbers of FlowLine Monitor are fractions: memory, times and watts; watts that a card has not are a whole 0. */
import type { IsFraction } from '../python.ts';

const NAMES: ReadonlySet<string> = new Set([
  'available',
  'cpu_usage',
  'free',
  'last_seen',
  'memory_mb',
  'package',
  'percent',
  'timestamp',
  'total',
  'used',
]);
const WATTS: ReadonlySet<string> = new Set(['current', 'max']);

export const isFraction: IsFraction = (name, value) => NAMES.has(name) || (WATTS.has(name) && value !== 0);
