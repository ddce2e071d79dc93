/** A machine's own figures: processor, memory, disks, networks. */
import * as z from 'zod';
import { AgentRemarks } from './agentRemark.ts';
import { amount, count, message, name, path, percent } from './fields.ts';
import { MAX_DISKS_PER_NODE, MAX_NETWORKS_PER_NODE } from './limits.ts';

export const Disk = z.object({
  mount: path,
  device: path.nullable(),
  fileSystem: name.nullable(),
  totalBytes: count.nullable(),
  usedBytes: count.nullable(),
  readBytesPerSecond: amount.nullable(),
  writeBytesPerSecond: amount.nullable(),
  /** `unresponsive`: the mount did not answer within its deadline; its figures are null. */
  state: z.enum(['ok', 'unresponsive', 'failed']),
  message: message.nullable(),
  remarks: AgentRemarks,
});
export type Disk = z.infer<typeof Disk>;

export const Network = z.object({
  interface: name,
  addresses: z.array(name).max(64),
  receiveBytesPerSecond: amount.nullable(),
  transmitBytesPerSecond: amount.nullable(),
});
export type Network = z.infer<typeof Network>;

export const Host = z.object({
  cpuModel: name.nullable(),
  /** Logical processors that are online. */
  cpuCores: count.nullable(),
  /** Of all cores together. */
  cpuPercent: percent.nullable(),
  loadAverage: z.tuple([amount, amount, amount]).nullable(),
  cpuTemperatureCelsius: z.number().nullable(),
  memoryTotalBytes: count.nullable(),
  memoryUsedBytes: count.nullable(),
  memoryAvailableBytes: count.nullable(),
  swapTotalBytes: count.nullable(),
  swapUsedBytes: count.nullable(),
  disks: z.array(Disk).max(MAX_DISKS_PER_NODE),
  networks: z.array(Network).max(MAX_NETWORKS_PER_NODE),
  os: name.nullable(),
  kernel: name.nullable(),
  uptimeSeconds: amount.nullable(),
});
export type Host = z.infer<typeof Host>;

/** A machine of which nothing could be read. */
export const UNKNOWN_HOST: Host = {
  cpuModel: null,
  cpuCores: null,
  cpuPercent: null,
  loadAverage: null,
  cpuTemperatureCelsius: null,
  memoryTotalBytes: null,
  memoryUsedBytes: null,
  memoryAvailableBytes: null,
  swapTotalBytes: null,
  swapUsedBytes: null,
  disks: [],
  networks: [],
  os: null,
  kernel: null,
  uptimeSeconds: null,
};
