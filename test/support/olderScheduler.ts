/** Nodes and attempts to tell the older FlowLine's clients of. */
import type { NodeStatus } from '../../src/model/node.ts';
import type { Attempt } from '../../src/model/task.ts';

export const nodeOf = (name: string, more: Partial<NodeStatus>): NodeStatus => ({
  id: `id-${name}`,
  name,
  alias: null,
  address: null,
  state: 'online',
  absence: null,
  mayRun: true,
  maintenance: null,
  rebooted: null,
  source: null,
  lastSeenAtMs: 0,
  sample: null,
  ...more,
});

export const attemptOf = (more: Partial<Attempt>): Attempt => ({
  number: 1,
  run: 1,
  state: 'running',
  nodeId: 'id-a',
  node: 'a',
  gpus: [{ uuid: 'GPU-0', index: 0, promisedBytes: null, peakBytes: null }],
  pid: 24421,
  leasedAtMs: 1_795_345_246_000,
  startedAtMs: 1_795_345_246_975,
  endedAtMs: null,
  exitCode: null,
  signal: null,
  class: null,
  outOfMemory: null,
  message: null,
  remarks: null,
  cpuSeconds: null,
  hostMemoryPeakBytes: null,
  ...more,
});
