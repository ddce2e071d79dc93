import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NodeSample } from '../../model/node.ts';
import { FoundProcess } from '../../model/process.ts';
import { readReport } from './readReport.ts';

const RECORDED = join(
  import.meta.dirname,
  '../../../test/recordings/dialects/gpu-monitor/post-report-gpu-stats.body.json',
);
const report = () => JSON.parse(readFileSync(RECORDED, 'utf8'));
const NOW = Date.UTC(2026, 10, 22, 10, 59, 5);
const MIB = 2 ** 20;

function read(told: unknown) {
  const result = readReport(told, NOW, () => null);
  if ('problem' in result) throw new Error(result.problem);
  NodeSample.parse(result.reading.sample);
  for (const process of result.reading.processes ?? []) FoundProcess.parse(process);
  return result;
}

test('the recorded report is a machine with its cards, and every process of it can be found', () => {
  const { hostname, address, reading } = read(report());
  expect([hostname, address]).toEqual(['vm', null]);
  expect(reading.sample).toMatchObject({
    hostname: 'vm',
    agentVersion: null,
    host: {
      cpuPercent: 42.1,
      memoryTotalBytes: 25_276_502_016,
      memoryUsedBytes: 206_987_264,
      disks: [{ mount: '/', totalBytes: 270_553_174_016, usedBytes: 30_115_745_792 }],
      swapTotalBytes: null,
    },
    sources: { docker: { state: 'ok' }, screen: { state: 'ok' } },
  });
  expect(reading.sample.gpus).toHaveLength(8);
  expect(reading.sample.gpus[0]).toMatchObject({
    memoryUsedBytes: 65_756 * MIB,
    memoryTotalBytes: 81_559 * MIB,
    memoryUnaccountedBytes: (65_756 - 6 * 10_874) * MIB,
    powerWatts: null,
  });
  expect(reading.sample.gpus[0]?.processes[0]).toMatchObject({
    pid: 27_726,
    user: 'root',
    owner: 'root',
    ownerRule: 'uid',
    startedAtMs: 1_795_344_694_380,
    memoryUsedBytes: 10_874 * MIB,
    hostMemoryBytes: Math.round((0.007356967347866747 / 100) * 25_276_502_016),
  });
  expect(reading.processes).toHaveLength(110);
  expect(reading.processes?.[0]).toMatchObject({ pid: 2, name: 'kthreadd', gpus: [], gpuMemoryBytes: null });
});

test('sessions and containers have their commands to copy; what they may be is told by their own words', () => {
  const told = report();
  told.system_info.ip_address = '192.168.1.2';
  told.system_info.screen_sessions = [
    { pid: '12345', name: 'train', status: 'Detached' },
    { pid: 99, name: 'two', status: 'Attached' },
    { pid: 'x', name: 'no pid', status: 'Attached' },
  ];
  told.system_info.docker_containers = [
    {
      id: 'abcdef0123456789',
      name: 'bert',
      status: 'Up 2 hours',
      image: 'torch',
      memoryUsage: 7,
      gpuDevices: '[0,1]',
    },
    { id: 'b', name: 'idle', status: 'Up 1 hour (Paused)', image: 'x', memoryUsage: 0, gpuDevices: [] },
    { id: 'c', name: 'old', status: 'Exited (0) 3 days ago', image: 'x', memoryUsage: 0, gpuDevices: 'all' },
  ];
  const { address, reading } = read(told);
  expect(address).toBe('192.168.1.2');
  expect(
    reading.sample.sessions.map(({ id, attached, attachCommand }) => [id, attached, attachCommand]),
  ).toEqual([
    ['12345.train', false, 'screen -r 12345.train'],
    ['99.two', true, 'screen -d -r 99.two'],
  ]);
  expect(
    reading.sample.containers.map(({ name, state, gpus, memoryUsedBytes, enterCommand }) => [
      name,
      state,
      gpus,
      memoryUsedBytes,
      enterCommand,
    ]),
  ).toEqual([
    ['bert', 'running', [0, 1], 7, 'docker exec -it bert sh'],
    ['idle', 'paused', [], null, 'docker exec -it idle sh'],
    ['old', 'exited', null, null, 'docker exec -it old sh'],
  ]);
});

test('a secret in a command line goes no further', () => {
  const told = report();
  told.gpu_data[0].processes[0].cmdline = 'python train.py --api-key abc123def';
  told.system_info.processes[0].cmdline = 'mysql -phunter2 lab';
  const text = JSON.stringify(read(told).reading);
  expect(text).not.toMatch(/abc123def|hunter2/);
});

test('whatever comes is a machine or a sentence', () => {
  expect(readReport(null, NOW, () => null)).toEqual({ problem: 'a report says its hostname' });
  expect(readReport({ hostname: ' ' }, NOW, () => null)).toEqual({ problem: 'a report says its hostname' });
  expect(read({ hostname: 'bare' }).reading.sample).toMatchObject({ gpus: [], driver: { state: 'absent' } });
  const part = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(-1, 1e300, '', 'N/A'));
  const machine = fc.record(
    {
      hostname: fc.string({ minLength: 1 }),
      timestamp: part,
      gpu_data: fc.array(
        fc.record({
          id: part,
          name: part,
          memory_used: part,
          memory_total: part,
          processes: fc.array(fc.record({ pid: part, cmdline: part, gpu_memory_usage: part })),
        }),
      ),
      system_info: fc.record({
        memory_total: part,
        memory_used: part,
        docker_containers: fc.array(
          fc.record({ id: fc.string(), name: fc.string(), gpuDevices: part, status: part }),
        ),
        screen_sessions: fc.array(fc.record({ pid: fc.nat(), name: fc.string(), status: part })),
        processes: part,
      }),
    },
    { requiredKeys: ['hostname'] },
  );
  fc.assert(
    fc.property(machine, (told) => {
      const result = readReport(told, NOW, () => null);
      if ('reading' in result) NodeSample.parse(result.reading.sample);
    }),
    { numRuns: 500 },
  );
});
