/** Every answer of nodes of the older systems that was recorded, read as ours (test/recordings/dialects). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recorded } from '../../../test/support/recorded.ts';
import { NodeSample } from '../../model/node.ts';
import type { Answer, Outcome, PolledDialect, PolledNode } from './nodeReader.ts';
import { READERS } from './readers.ts';

const recordedAnswer = (dialect: PolledDialect, name: string): Answer => {
  const { status, text } = recorded(dialect, name);
  return { status, body: text };
};

const NOW = Date.UTC(2026, 10, 22, 11, 24, 0);
const node = (dialect: PolledDialect): PolledNode => ({
  dialect,
  host: '10.0.0.5',
  port: 1,
  name: 'configured',
  alias: null,
  password: '8888',
  intervalMs: 5000,
  timeoutMs: 3000,
});

function read(
  dialect: PolledDialect,
  answer: Answer,
  before: NodeSample | null = null,
  nowMs = NOW,
): Outcome {
  return READERS[dialect].read(answer, { node: node(dialect), nowMs, before });
}

/** The sample of a recorded answer, checked by the schema of samples. */
function sampleOf(dialect: PolledDialect, name: string, before: NodeSample | null = null): NodeSample {
  const outcome = read(dialect, recordedAnswer(dialect, name), before);
  if (outcome.kind !== 'read') throw new Error(outcome.trouble.message);
  return NodeSample.parse(outcome.reading.sample);
}

function troubleOf(dialect: PolledDialect, name: string) {
  const outcome = read(dialect, recordedAnswer(dialect, name));
  return outcome.kind === 'trouble' ? outcome.trouble : null;
}

const MIB = 2 ** 20;

describe('a slave of FlowLine Monitor', () => {
  test('its machine, cards and processes are read in our units', () => {
    const sample = sampleOf('flowline-monitor', 'slave-info');
    expect(sample).toMatchObject({
      hostname: 'vm',
      takenAtMs: 1_795_344_853_818,
      agentVersion: null,
      driver: { state: 'ok', version: null },
      host: {
        cpuModel: 'AMD EPYC',
        cpuCores: 2,
        cpuTemperatureCelsius: null,
        memoryTotalBytes: Math.round(23.54 * 2 ** 30),
        os: 'Linux',
        kernel: '6.12.48-lab-a64',
        loadAverage: null,
        uptimeSeconds: null,
      },
    });
    expect(sample.gpus).toHaveLength(8);
    expect(sample.gpus[0]).toMatchObject({
      index: 0,
      uuid: null,
      name: 'NVIDIA H100 80GB HBM3',
      memoryTotalBytes: 81_559 * MIB,
      memoryUsedBytes: 66_307 * MIB,
      memoryFreeBytes: 15_252 * MIB,
      memoryUnaccountedBytes: null,
      utilizationPercent: 17,
      temperatureCelsius: 38,
      powerWatts: 172,
      powerLimitWatts: 700,
      fanPercent: null,
    });
    expect(sample.gpus[0]?.processes[0]).toMatchObject({
      pid: 27_726,
      name: 'sleep',
      command: 'sleep 86400',
      memoryUsedBytes: 10_874 * MIB,
      startedAtMs: Date.UTC(2026, 10, 22, 10, 51, 34),
      user: null,
      container: null,
      owner: null,
      ownerRule: 'unknown',
    });
  });

  test('a card that tells no power (0 of 0 W) has none', () => {
    const [first, second] = sampleOf('flowline-monitor', 'slave-info-rtx').gpus;
    expect([first?.powerWatts, first?.powerLimitWatts]).toEqual([129.5, 450]);
    expect([second?.powerWatts, second?.powerLimitWatts]).toEqual([null, null]);
  });

  test('cards that it leaves out, as it does from a lost one on, stay on the screen as missing', () => {
    const before = sampleOf('flowline-monitor', 'slave-info');
    const { gpus } = sampleOf('flowline-monitor', 'slave-info-lost', before);
    expect(gpus.map(({ index, state }) => [index, state])).toEqual([
      [0, 'ok'],
      [1, 'ok'],
      [2, 'ok'],
      ...[3, 4, 5, 6, 7].map((index) => [index, 'missing']),
    ]);
    expect(gpus[3]).toMatchObject({ name: 'NVIDIA H100 80GB HBM3', memoryUsedBytes: null, processes: [] });
  });

  test('without a driver the machine is read all the same', () => {
    expect(sampleOf('flowline-monitor', 'slave-info-nodriver')).toMatchObject({
      gpus: [],
      driver: { state: 'absent', answeredAtMs: null },
      host: { cpuPercent: 56.5, swapTotalBytes: 0 },
    });
  });
});

describe('a node of cluster-status', () => {
  test('its cards, users and addresses are read', () => {
    const sample = sampleOf('cluster-status', 'node-status');
    expect(sample.hostname).toBe('gpu-a');
    expect(sample.host.networks).toEqual([
      {
        interface: 'eno1',
        addresses: ['192.168.0.3'],
        receiveBytesPerSecond: null,
        transmitBytesPerSecond: null,
      },
    ]);
    expect(sample.gpus[1]).toMatchObject({
      index: 1,
      memoryUsedBytes: 66_310 * MIB,
      memoryTotalBytes: 81_559 * MIB,
      // What the driver reserves is in it.
      memoryUnaccountedBytes: null,
      powerWatts: null,
    });
    expect(sample.gpus[1]?.processes.map(({ pid, user, owner, name }) => [pid, user, owner, name])).toEqual([
      [23_588, 'nobody', 'nobody', 'sleep'],
      [23_589, 'root', 'root', 'sleep'],
      [23_590, 'root', 'root', 'sleep'],
    ]);
  });

  test('a user without a name is his number, and a command is a text like any other', () => {
    const [gpu] = sampleOf('cluster-status', 'node-odd-processes').gpus;
    expect(gpu?.processes.map(({ user }) => user)).toEqual(['root', 'root', '54321']);
    expect(gpu?.processes[0]?.command).toBe('sleep 학습 <b> 86400');
  });

  test('the same `last_update` is the same look: the answer alone is no sign of life', () => {
    const first = read('cluster-status', recordedAnswer('cluster-status', 'node-gpu-lost'));
    const later = read('cluster-status', recordedAnswer('cluster-status', 'node-gpu-lost-later'));
    if (first.kind !== 'read' || later.kind !== 'read') throw new Error('not read');
    expect(first.stamp).toBe('2026-11-22T11:23:51.950332');
    expect(later.stamp).toBe(first.stamp);
  });

  test('a clock of another zone is read as of now, and waits for its next look', () => {
    const outcome = read(
      'cluster-status',
      recordedAnswer('cluster-status', 'node-status-tz-seoul'),
      null,
      Date.UTC(2026, 10, 22, 11, 24, 13),
    );
    if (outcome.kind !== 'read') throw new Error('not read');
    expect(outcome.reading.sample.takenAtMs).toBe(Date.UTC(2026, 10, 22, 11, 24, 12, 833));
    expect(outcome.isOfNow).toBe(new Date(NOW).getTimezoneOffset() === -540);
  });

  test.each([
    ['node-wrong-passwd', 'wrong-password'],
    ['node-number-passwd', 'wrong-password'],
    ['node-missing-passwd', 'refused'],
    ['node-bad-json', 'refused'],
    ['node-get', 'refused'],
  ])('%s is a sentence: %s', (name, kind) => {
    expect(troubleOf('cluster-status', name)?.kind).toBe(kind);
  });
});

describe('a server of the distributed monitor', () => {
  test('bytes are bytes, milliwatts watts, and what no process holds is told', () => {
    const sample = sampleOf('distributed-monitor', 'gpu-info');
    expect(sample).toMatchObject({ hostname: 'gpu-a', takenAtMs: Date.parse('2026-11-22T11:29:32.107Z') });
    expect(sample.gpus[3]).toMatchObject({
      index: 3,
      pciBusId: '00000000:28:00.0',
      memoryUsedBytes: 68_953_309_184,
      memoryUnaccountedBytes: 68_953_309_184 - 3 * 22_805_479_424,
      powerWatts: 370,
      powerLimitWatts: 700,
    });
    expect(sample.gpus[3]?.processes[0]).toMatchObject({ name: 'sleep', command: null, user: null });
  });

  test('0 that stands for N/A is null, and a process that is gone has no name', () => {
    const gpu = sampleOf('distributed-monitor', 'gpu-info-rtx4090-na').gpus[1];
    expect(gpu).toMatchObject({
      memoryTotalBytes: null,
      memoryUsedBytes: null,
      utilizationPercent: null,
      temperatureCelsius: null,
      powerWatts: null,
      powerLimitWatts: null,
    });
    expect(gpu?.processes.map(({ pid, name, memoryUsedBytes }) => [pid, name, memoryUsedBytes])).toEqual([
      [23_588, 'sleep', 125_829_120],
      [4_194_000, null, 67_108_864],
      [23_587, 'sleep', null],
    ]);
    expect(sampleOf('distributed-monitor', 'gpu-info-old-driver').gpus[0]).toMatchObject({
      powerWatts: null,
      powerLimitWatts: 700,
      utilizationPercent: 17,
    });
  });

  test('a lost card makes its whole answer an error: the machine is there, its cards cannot be read', () => {
    const before = sampleOf('distributed-monitor', 'gpu-info');
    const sample = sampleOf('distributed-monitor', 'gpu-info-gpu-lost', before);
    expect(sample.driver).toMatchObject({
      state: 'failed',
      message: 'Failed to get GPU info: failed to run nvidia-smi: exit status 15 (a GPU fell off the bus)',
    });
    expect(sample.gpus.map(({ state, pciBusId }) => [state, pciBusId])).toEqual(
      before.gpus.map(({ pciBusId }) => ['failed', pciBusId]),
    );
    expect(sample.hostname).toBe('gpu-a');
  });

  test.each([
    ['gpu-info-no-driver', 'absent'],
    ['gpu-info-no-nvidia-smi', 'absent'],
    ['gpu-info-no-gpus', 'ok'],
  ])('%s is a driver that is %s', (name, state) => {
    expect(sampleOf('distributed-monitor', name)).toMatchObject({ driver: { state }, gpus: [] });
  });

  test('the same of a machine of ours that answers in that dialect', () => {
    const body = 'Failed to get GPU info: no NVIDIA driver library found; tried libnvidia-ml.so.1';
    expect(read('distributed-monitor', { status: 500, body })).toMatchObject({
      reading: { sample: { driver: { state: 'absent' } } },
    });
  });

  test('a zone is taken as it stands, an unknown path is a sentence', () => {
    expect(sampleOf('distributed-monitor', 'gpu-info-tz-seoul').takenAtMs).toBe(
      Date.parse('2026-11-22T11:29:50.484Z'),
    );
    expect(troubleOf('distributed-monitor', 'gpu-info-slash')).toEqual({
      kind: 'refused',
      message: 'it answers HTTP 404: 404 page not found',
    });
  });
});

describe('whatever answers there', () => {
  const dialects = Object.keys(READERS) as PolledDialect[];

  test.each(['', 'null', '[]', 'true', '{"error": "no"}', '<html><title>Router</title>', '{"gpus": {}}'])(
    '%s is a sentence, not a machine',
    (body) => {
      for (const dialect of dialects)
        expect(read(dialect, { status: 200, body })).toMatchObject({
          kind: 'trouble',
          trouble: { kind: 'not-understood' },
        });
    },
  );

  test('an answer in which anything was changed is a valid sample or a sentence', () => {
    const names: Record<PolledDialect, string[]> = {
      'flowline-monitor': ['slave-info-rtx', 'slave-info-nodriver'],
      'cluster-status': ['node-odd-processes'],
      'distributed-monitor': ['gpu-info-rtx4090-na'],
    };
    const odd = fc.oneof(
      fc.constantFrom(null, true, -1, 0, 1e300, 1.5, '', 'N/A', '?', [], {}, 'x'.repeat(9000)),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...dialects),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 5 }),
        (dialect, which, changes) => {
          const known = names[dialect];
          const value = JSON.parse(recordedAnswer(dialect, known[which % known.length] ?? '').body);
          for (const [place, change] of changes) changeAt(value, place, change);
          const outcome = read(dialect, { status: 200, body: JSON.stringify(value) });
          if (outcome.kind === 'read') NodeSample.parse(outcome.reading.sample);
          else expect(outcome.trouble.message).not.toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('text of any kind is a sentence or a sample', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dialects),
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
        (dialect, status, body) => {
          const outcome = read(dialect, { status, body });
          if (outcome.kind === 'read') NodeSample.parse(outcome.reading.sample);
        },
      ),
    );
  });
});

/** Changes the value that lies at one of the places of a JSON value. */
function changeAt(value: unknown, place: number, change: unknown): void {
  const places: [object, string][] = [];
  const visit = (parent: unknown): void => {
    if (typeof parent !== 'object' || parent === null) return;
    for (const key of Object.keys(parent)) {
      places.push([parent, key]);
      visit((parent as Record<string, unknown>)[key]);
    }
  };
  visit(value);
  const chosen = places[place % Math.max(1, places.length)];
  if (chosen) Reflect.set(chosen[0], chosen[1], change);
}
