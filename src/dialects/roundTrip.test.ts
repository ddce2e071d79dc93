/**
 * Our node read by our reader loses what the older format cannot carry, and nothing else: the table in docs/dialects.md is
 * the list, and this reads it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMachine } from '../../test/support/arbitraryMachine.ts';
import { answeredDriver } from '../../test/support/samples.ts';
import { blankReading } from '../model/blankReading.ts';
import type { Gpu } from '../model/gpu.ts';
import { type Host, UNKNOWN_HOST } from '../model/host.ts';
import { NodeSample } from '../model/node.ts';
import { type GpuProcess, UNKNOWN_DETAILS } from '../model/process.ts';
import { clusterStatusNode } from './clusterStatus/nodeDialect.ts';
import type { Dialect } from './dialect.ts';
import { distributedMonitorNode } from './distributedMonitor/nodeDialect.ts';
import { flowlineMonitorNode } from './flowlineMonitor/nodeDialect.ts';
import type { NodeParts } from './node.ts';
import type { PolledDialect } from './reading/nodeReader.ts';
import { READERS } from './reading/readers.ts';

const NODES: Record<PolledDialect, (parts: NodeParts) => Dialect> = {
  'flowline-monitor': flowlineMonitorNode,
  'cluster-status': clusterStatusNode,
  'distributed-monitor': distributedMonitorNode,
};
const DIALECTS = Object.keys(NODES) as PolledDialect[];

/** What comes of each field, by dialect, in the words of the table. */
const TABLE = new Map(
  [
    ...readFileSync(join(import.meta.dirname, '../../docs/dialects.md'), 'utf8').matchAll(
      /^\| `([\w.]+)` \| (.+) \|$/gm,
    ),
  ].map(([, field = '', cells = '']): [string, Record<string, string>] => {
    const words = cells.split(' | ');
    return [field, Object.fromEntries(DIALECTS.map((dialect, place) => [dialect, words[place] ?? '']))];
  }),
);

const MIB = 2 ** 20;
const GIB = 2 ** 30;
type Figure = number | null;
const to =
  (unit: number, decimals: number) =>
  (value: Figure): Figure =>
    value === null ? 0 : Math.round((Math.round((value / unit) * 10 ** decimals) / 10 ** decimals) * unit);
const figureTo =
  (decimals: number) =>
  (value: Figure): Figure =>
    value === null ? null : Math.round(value * 10 ** decimals) / 10 ** decimals;
const firstWord = (command: string | null): string | null => command?.split(' ')[0] ?? null;
const baseName = (path: string | null): string | null => path?.split('/').at(-1) ?? null;

/** What the words do to a figure. */
const FIGURES: Record<string, (value: Figure) => Figure> = {
  kept: (value) => value,
  lost: () => null,
  whole: (value) => Math.round(value ?? 0),
  'to 0.1': figureTo(1),
  'to 0.001': figureTo(3),
  'to 0.1 MiB': to(MIB, 1),
  'to 0.01 GiB': to(GIB, 2),
  'whole MiB': (value) => Math.floor((value ?? 0) / MIB) * MIB,
  'whole seconds': (value) => (value === null ? null : Math.floor(value / 1000) * 1000),
};

const wordOf = (dialect: PolledDialect, field: string): string => TABLE.get(field)?.[dialect] ?? 'lost';
const figure = (dialect: PolledDialect, field: string, value: Figure): Figure => {
  const word = wordOf(dialect, field);
  const become = FIGURES[word];
  if (!become)
    throw new Error(`docs/dialects.md says ${JSON.stringify(word)} of ${field}: no word of this test`);
  return become(value);
};
const text = (
  dialect: PolledDialect,
  field: string,
  value: string | null,
  special: Record<string, string | null> = {},
) => {
  const word = wordOf(dialect, field);
  if (word in special) return special[word] ?? null;
  if (word !== 'kept' && word !== 'lost')
    throw new Error(`${JSON.stringify(word)} of ${field} is no word of this test`);
  return word === 'kept' ? value : null;
};
/** 0 stands for unknown. */
const unlessZero = (value: Figure): Figure => (value === 0 ? null : value);

function expectedHost(dialect: PolledDialect, host: Host): Host {
  const networks = host.networks
    .map(({ interface: name, addresses }) => ({
      name,
      first: addresses.find((one) => /^\d+\.\d+\.\d+\.\d+$/.test(one)),
    }))
    .flatMap(({ name, first }) =>
      first === undefined ? [] : [{ ...NO_TRAFFIC, interface: name, addresses: [first] }],
    )
    .sort((a, b) => ((a.addresses[0] ?? '') < (b.addresses[0] ?? '') ? -1 : 1));
  return {
    ...UNKNOWN_HOST,
    cpuModel: text(dialect, 'host.cpuModel', host.cpuModel),
    cpuCores: unlessZero(figure(dialect, 'host.cpuCores', host.cpuCores)),
    cpuPercent: figure(dialect, 'host.cpuPercent', host.cpuPercent),
    cpuTemperatureCelsius: figure(dialect, 'host.cpuTemperatureCelsius', host.cpuTemperatureCelsius),
    memoryTotalBytes: unlessZero(figure(dialect, 'host.memoryTotalBytes', host.memoryTotalBytes)),
    memoryUsedBytes: figure(dialect, 'host.memoryUsedBytes', host.memoryUsedBytes),
    memoryAvailableBytes: figure(dialect, 'host.memoryAvailableBytes', host.memoryAvailableBytes),
    swapTotalBytes: figure(dialect, 'host.swapTotalBytes', host.swapTotalBytes),
    swapUsedBytes: figure(dialect, 'host.swapUsedBytes', host.swapUsedBytes),
    os: text(dialect, 'host.os', host.os, { 'the word `Linux`': 'Linux' }),
    kernel: text(dialect, 'host.kernel', host.kernel),
    networks: wordOf(dialect, 'host.networks') === 'first IPv4 address of each' ? networks : [],
  };
}
const NO_TRAFFIC = { receiveBytesPerSecond: null, transmitBytesPerSecond: null };

function expectedGpu(dialect: PolledDialect, gpu: Gpu, place: number): Gpu {
  const total = unlessZero(figure(dialect, 'gpus.memoryTotalBytes', gpu.memoryTotalBytes));
  const memory = (field: string, value: Figure): Figure => {
    const [, word = '', reserved] = /^(.*?)(, with what is reserved)?$/.exec(wordOf(dialect, field)) ?? [];
    const whole = value === null || !reserved ? value : value + (gpu.memoryReservedBytes ?? 0);
    // A card without a total tells nothing of its memory.
    return total === null ? null : (FIGURES[word]?.(whole) ?? (word === 'kept' ? 0 : null));
  };
  const wanted =
    wordOf(dialect, 'gpus.processes') === 'all'
      ? gpu.processes
      : gpu.processes.filter(({ type, user }) => type !== 'graphics' && user !== null);
  return {
    ...blankReading(place),
    index: wordOf(dialect, 'gpus.index') === 'kept' ? gpu.index : place,
    name: text(dialect, 'gpus.name', gpu.name),
    pciBusId: text(dialect, 'gpus.pciBusId', gpu.pciBusId),
    memoryTotalBytes: total,
    memoryUsedBytes: memory('gpus.memoryUsedBytes', gpu.memoryUsedBytes),
    memoryFreeBytes: memory('gpus.memoryFreeBytes', gpu.memoryFreeBytes),
    memoryUnaccountedBytes: null,
    utilizationPercent: utilization(dialect, gpu.utilizationPercent, total),
    temperatureCelsius: unlessZero(figure(dialect, 'gpus.temperatureCelsius', gpu.temperatureCelsius)),
    powerWatts: unlessZero(figure(dialect, 'gpus.powerWatts', gpu.powerWatts)),
    powerLimitWatts: unlessZero(figure(dialect, 'gpus.powerLimitWatts', gpu.powerLimitWatts)),
    processes: wanted.map((process) => expectedProcess(dialect, process)),
  };
}

function utilization(dialect: PolledDialect, value: Figure, total: Figure): Figure {
  const [word = '', exception] = wordOf(dialect, 'gpus.utilizationPercent').split(
    ', but 0 of a card without a total memory',
  );
  const told = FIGURES[word]?.(value) ?? 0;
  return exception !== undefined && total === null ? unlessZero(told) : told;
}

function expectedProcess(dialect: PolledDialect, process: GpuProcess): GpuProcess {
  const { command, user, container } = process;
  const first = firstWord(command);
  const owner = text(dialect, 'gpus.processes.owner', null, { 'its container': container, 'its user': user });
  return {
    ...UNKNOWN_DETAILS,
    pid: process.pid,
    type: 'compute',
    memoryUsedBytes: unlessZero(figure(dialect, 'gpus.processes.memoryUsedBytes', process.memoryUsedBytes)),
    smUtilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
    name: text(dialect, 'gpus.processes.name', process.name, { 'program of the command': baseName(first) }),
    command: text(dialect, 'gpus.processes.command', command, {
      'first five words': command?.split(' ').slice(0, 5).join(' ') ?? null,
      'first 500 characters': command?.slice(0, 500) ?? null,
    }),
    executable: text(dialect, 'gpus.processes.executable', process.executable, {
      'first word of the command, if it is a path': first?.startsWith('/') ? first : null,
    }),
    user: text(dialect, 'gpus.processes.user', user),
    owner,
    ownerRule: owner === null ? 'unknown' : dialect === 'cluster-status' ? 'uid' : 'container',
    container: text(dialect, 'gpus.processes.container', container),
    startedAtMs: figure(dialect, 'gpus.processes.startedAtMs', process.startedAtMs),
  };
}

/** Processes by pid: by memory they may change places where it is rounded. And what follows from others is left out. */
const comparable = (gpu: Gpu): Gpu => ({
  ...gpu,
  memoryUnaccountedBytes: null,
  processes: gpu.processes.toSorted((a, b) => a.pid - b.pid),
});

/** Serves a machine and reads it back. */
async function roundTrip(dialect: PolledDialect, sample: NodeSample): Promise<NodeSample> {
  const reader = READERS[dialect];
  const node = { ...CONFIGURED, dialect };
  const { method, path, body } = reader.request(node);
  const route = NODES[dialect]({
    sample: () => sample,
    password: CONFIGURED.password,
    nowMs: () => sample.takenAtMs,
  }).routes.find((one) => one.path === path && (one.verbs === 'any' || one.verbs.includes(method)));
  const answer = await route?.handle({
    parameters: {},
    query: {},
    body: Buffer.from(body ?? ''),
    contentType: 'application/json',
    host: '',
    from: '127.0.0.1',
    writer: null,
  } as never);
  if (!answer) throw new Error(`our node has no ${method} ${path}`);
  const outcome = reader.read(
    { status: answer.status, body: answer.body.toString() },
    { node, nowMs: sample.takenAtMs + 200, before: null },
  );
  if (outcome.kind !== 'read') throw new Error(outcome.trouble.message);
  expect(outcome.isOfNow).toBe(true);
  return NodeSample.parse(outcome.reading.sample);
}
const CONFIGURED = {
  host: '10.0.0.5',
  port: 1,
  name: 'configured',
  alias: null,
  password: 'geheim',
  intervalMs: 5000,
  timeoutMs: 3000,
};

describe.each(DIALECTS)('our node, read back as a node of %s', (dialect) => {
  test('loses what docs/dialects.md says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMachine(), async (sample) => {
        const back = await roundTrip(dialect, sample);
        expect(back.host).toEqual(expectedHost(dialect, sample.host));
        expect(back.gpus.map(comparable)).toEqual(
          sample.gpus.map((gpu, place) => comparable(expectedGpu(dialect, gpu, place))),
        );
        expect({ ...back, host: null, gpus: null }).toEqual({
          host: null,
          gpus: null,
          takenAtMs: sample.takenAtMs,
          intervalMs: CONFIGURED.intervalMs,
          hostname: sample.hostname,
          agentVersion: null,
          bootId: null,
          driver: answeredDriver(sample.takenAtMs),
          containers: [],
          sessions: [],
          sources: { docker: ABSENT, screen: ABSENT, tmux: ABSENT },
          refusedFigures: {},
        });
      }),
      { numRuns: 60 },
    );
  });
});
const ABSENT = { state: 'absent', message: null, remarks: null };

test('what is left over on a card follows from what is kept', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryMachine(), async (sample) => {
      for (const dialect of DIALECTS) {
        const isKept = wordOf(dialect, 'gpus.memoryUnaccountedBytes') === 'kept';
        for (const gpu of (await roundTrip(dialect, sample)).gpus) {
          const known =
            gpu.memoryUsedBytes !== null && gpu.processes.every((one) => one.memoryUsedBytes !== null);
          expect(gpu.memoryUnaccountedBytes !== null).toBe(isKept && known);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('the table names no field that is none of ours', () => {
  const [sample] = fc.sample(arbitraryMachine(), 1);
  const has = (value: unknown, [name = '', ...rest]: string[]): boolean => {
    const one: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof one !== 'object' || one === null || !(name in one)) return false;
    return rest.length === 0 || has((one as Record<string, unknown>)[name], rest);
  };
  const whole = {
    ...sample,
    gpus: [{ ...sample?.gpus[0], processes: [{ pid: 1, type: 1, memoryUsedBytes: 1, ...UNKNOWN_DETAILS }] }],
  };
  expect(TABLE.size).toBeGreaterThan(30);
  expect([...TABLE.keys()].filter((field) => !has(whole, field.split('.')))).toEqual([]);
});
