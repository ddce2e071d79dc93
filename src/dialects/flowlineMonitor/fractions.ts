/** Which numbers of FlowLine Monitor are fractions: memory, times and watts; watts that a card has not are a whole 0. */
import { fractionsUnder } from '../python.ts';

export const FRACTIONS = fractionsUnder(
  [
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
  ],
  ['current', 'max'],
);
