/** Small valid samples, for tests that are about their way and not about what they hold. */
import type { Host } from '../../src/model/host.ts';
import type { NodeSample } from '../../src/model/node.ts';

const unknownHost: Host = {
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

const absent = { state: 'absent', message: null } as const;

/** A machine without GPUs of which nothing is known, at an instant. */
export function bareSample(hostname: string, takenAtMs: number, intervalMs = 1000): NodeSample {
  return {
    takenAtMs,
    intervalMs,
    hostname,
    agentVersion: 'test',
    bootId: null,
    driver: { state: 'absent', version: null, cudaVersion: null, message: null, answeredAtMs: null },
    gpus: [],
    host: unknownHost,
    containers: [],
    sessions: [],
    sources: { docker: absent, screen: absent, tmux: absent },
    refusedFigures: {},
  };
}
