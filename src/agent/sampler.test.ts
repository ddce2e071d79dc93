import { expect, test } from 'vitest';
import { answeredDriver } from '../../test/support/samples.ts';
import { blankReading } from '../model/blankReading.ts';
import { NodeSample } from '../model/node.ts';
import type { ProcessFacts } from './collectors/sources.ts';
import { said } from './said.ts';
import { type Machine, sampler } from './sampler.ts';

const ok = { state: 'ok', message: null, remarks: null } as const;
const stop = async () => {};
const fails = (): never => {
  throw new Error('spawn EPERM');
};

function machine(change: Partial<Machine>): Machine {
  return {
    hostname: 'gpu-01',
    bootId: null,
    driver: {
      read: async () => ({
        driver: answeredDriver(1),
        gpus: [blankReading(0)],
        refusedFigures: {},
      }),
      stop,
    },
    host: { read: fails, stop },
    processes: {
      inspect: async () => new Map<number, ProcessFacts>(),
      all: async () => [],
      hides: () => false,
      kill: async () => [],
      stop,
    },
    containers: { read: async () => ({ state: ok, containers: [] }), stop },
    sessions: { read: async () => ({ screen: ok, tmux: ok, sessions: [] }), stop },
    ...change,
  };
}

const take = (change: Partial<Machine>): Promise<NodeSample> =>
  sampler({
    machine: machine(change),
    agentVersion: '1',
    intervalMs: 1000,
    clock: { nowMs: () => 1000, every: () => stop, after: () => stop },
  }).sample();

test('sessions that fail do not take the GPUs with them, and say why', async () => {
  const sample = await take({ sessions: { read: async () => fails(), stop } });
  expect(NodeSample.parse(sample).gpus).toHaveLength(1);
  expect(sample.sources).toEqual({
    docker: ok,
    screen: { state: 'failed', ...said({ kind: 'not-read', words: 'Error: spawn EPERM' }) },
    tmux: { state: 'failed', ...said({ kind: 'not-read', words: 'Error: spawn EPERM' }) },
  });
});

test('containers, processes and the machine’s own figures that fail are failed, unknown and null', async () => {
  const sample = await take({
    containers: { read: fails, stop },
    processes: { ...machine({}).processes, inspect: fails },
  });
  expect(NodeSample.parse(sample).gpus).toHaveLength(1);
  expect(sample.sources.docker).toMatchObject({ state: 'failed', message: expect.stringContaining('EPERM') });
  expect(sample.host).toMatchObject({ cpuPercent: null, memoryUsedBytes: null, disks: [] });
});

test('a driver that throws, against its contract, is a driver that failed', async () => {
  const sample = await take({ driver: { read: fails, stop } });
  expect(NodeSample.parse(sample).driver).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('EPERM'),
  });
});
