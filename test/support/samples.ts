/** Small valid samples, for tests that are about their way and not about what they hold. */
import { UNKNOWN_HOST } from '../../src/model/host.ts';
import type { NodeSample } from '../../src/model/node.ts';

const absent = { state: 'absent', message: null, remarks: null } as const;

/** A machine without GPUs of which nothing is known, at an instant. */
export function bareSample(hostname: string, takenAtMs: number, intervalMs = 1000): NodeSample {
  return {
    takenAtMs,
    intervalMs,
    hostname,
    agentVersion: 'test',
    bootId: null,
    driver: {
      state: 'absent',
      version: null,
      cudaVersion: null,
      message: null,
      remarks: null,
      answeredAtMs: null,
    },
    gpus: [],
    host: UNKNOWN_HOST,
    containers: [],
    sessions: [],
    sources: { docker: absent, screen: absent, tmux: absent },
    refusedFigures: {},
  };
}
