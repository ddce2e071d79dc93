/** The reader of each older system whose nodes are asked. */
import { statusReader } from '../clusterStatus/readNode.ts';
import { serverReader } from '../distributedMonitor/readNode.ts';
import { slaveReader } from '../flowlineMonitor/readNode.ts';
import type { NodeReader, PolledDialect } from './nodeReader.ts';

export const READERS: Record<PolledDialect, NodeReader> = {
  'flowline-monitor': slaveReader,
  'cluster-status': statusReader,
  'distributed-monitor': serverReader,
};
