/** Small valid samples, for tests that are about their way and not about what they hold. */
import { UNKNOWN_HOST } from '../../src/model/host.ts';
import type { Driver, NodeSample } from '../../src/model/node.ts';

const absent = { state: 'absent', message: null, remarks: null } as const;

const NOTHING_SAID = { version: null, cudaVersion: null, message: null, remarks: null } as const;

/** The driver of a machine that has none. */
export const ABSENT_DRIVER: Driver = { state: 'absent', ...NOTHING_SAID, answeredAtMs: null };

/** A driver in order that answered at an instant and named no version. */
export const answeredDriver = (answeredAtMs: number): Driver => ({
  state: 'ok',
  ...NOTHING_SAID,
  answeredAtMs,
});

/** A machine without GPUs of which nothing is known, at an instant. */
export function bareSample(hostname: string, takenAtMs: number, intervalMs = 1000): NodeSample {
  return {
    takenAtMs,
    intervalMs,
    hostname,
    agentVersion: 'test',
    bootId: null,
    driver: ABSENT_DRIVER,
    gpus: [],
    host: UNKNOWN_HOST,
    containers: [],
    sessions: [],
    sources: { docker: absent, screen: absent, tmux: absent },
    refusedFigures: {},
  };
}
