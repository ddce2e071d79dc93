import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import {
  AT_MS,
  type CollectedMachine,
  type CollectedProcess,
  collected,
  collectedText,
  machinesOf,
  vm,
} from '../../../test/support/recordedCollector.ts';
import { differences, exchange } from '../../../test/support/recordedExchange.ts';
import { fullCard, lostCard, machineWith, statusOf } from '../../../test/support/recordedFleet.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import type { NodeStatus } from '../../model/node.ts';
import { gpuMonitorMain, namedMachines, statsText } from './serveMain.ts';

let bed: DialectBed | null = null;
afterEach(async () => {
  await bed?.stop();
  bed = null;
});
const serve = async (nodes: NodeStatus[], options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(gpuMonitorMain, { nodes: () => nodes, nowMs: () => AT_MS + 2000, ...options });
  return bed;
};

describe('GET /api/gpu-stats', () => {
  test('tells the recorded machine, figure by figure, but for what a sample does not hold', () => {
    const told = machinesOf(statsText([vm], AT_MS + 2000)).vm as CollectedMachine;
    const gpuProcesses = collected.system_info.processes.filter((one) => one.is_gpu_process);
    const close = (process: CollectedProcess) => ({
      ...process,
      status: 'Unknown',
      memory_percent: expect.closeTo(process.memory_percent, 5),
    });
    expect(told).toEqual({
      ...collected,
      timestamp: '2026-11-22T10:59:04.006000',
      gpu_data: collected.gpu_data.map((gpu) => ({ ...gpu, processes: gpu.processes.map(close) })),
      system_info: {
        ...collected.system_info,
        // Its collector counts as used what caches hold not, and as disk what root may use.
        memory_percent: 0.8,
        disk_percent: 11.1,
        processes: expect.toSatisfy((all: CollectedProcess[]) => all.length === gpuProcesses.length),
      },
    });
  });

  test('shares of a processor have one decimal, as its collector reads them', () => {
    const gpus = [cardOf(0, { processes: [processOf(5, MEBIBYTE, { cpuPercent: 12.34 })] })];
    const told = machinesOf(statsText([statusOf(machineOf('vm', AT_MS, { gpus }))], AT_MS)).vm;
    expect(told?.gpu_data[0]?.processes[0]).toMatchObject({ pid: 5, cpu_percent: 12.3 });
  });

  test('has the recorded shape: names in their order, integers, fractions', () => {
    const busy = {
      ...vm,
      sample: vm.sample && {
        ...vm.sample,
        sessions: [
          {
            kind: 'screen' as const,
            id: '12345.train',
            name: 'train',
            user: 'a',
            attached: false,
            createdAtMs: null,
            attachCommand: null,
          },
          {
            kind: 'tmux' as const,
            id: '$1',
            name: 'x',
            user: 'a',
            attached: true,
            createdAtMs: null,
            attachCommand: null,
          },
        ],
        containers: [],
      },
    };
    const text = statsText([busy], AT_MS);
    expect(differences(collectedText, text, { keyed: ['machines'] })).toEqual([]);
    expect(machinesOf(text).vm?.system_info.screen_sessions).toEqual([
      { name: 'train', pid: '12345', status: 'Detached' },
    ]);
  });

  test('a name of a session or container holds nothing that a shell or terminal would follow', () => {
    const session = {
      kind: 'screen' as const,
      id: '1.x',
      user: 'a',
      attached: null,
      createdAtMs: null,
      attachCommand: null,
    };
    const sessions = ['a\u001b[2J; reboot', '$(x)`y`', '训练 1.0'].map((name) => ({ ...session, name }));
    const told = machinesOf(statsText([statusOf({ ...machineWith([], AT_MS), sessions })], AT_MS))['gpu-a'];
    expect(told?.system_info.screen_sessions).toMatchObject([
      { name: 'a??2J? reboot' },
      { name: '??x??y?' },
      { name: '训练 1.0' },
    ]);
  });

  test('containers have their GPUs as a JSON array in a text, or an empty array', () => {
    const container = {
      id: 'c1',
      name: 'web',
      image: 'nginx',
      state: 'running',
      status: 'Up 2 hours',
      engine: 'docker' as const,
      memoryUsedBytes: 5,
      cpuPercent: null,
      gpus: [0, 1],
      owner: null,
      enterCommand: null,
    };
    const sample = { ...machineWith([], AT_MS), containers: [container, { ...container, gpus: null }] };
    expect(machinesOf(statsText([statusOf(sample)], AT_MS))['gpu-a']?.system_info.docker_containers).toEqual([
      { gpuDevices: '[0,1]', id: 'c1', image: 'nginx', memoryUsage: 5, name: 'web', status: 'Up 2 hours' },
      { gpuDevices: [], id: 'c1', image: 'nginx', memoryUsage: 5, name: 'web', status: 'Up 2 hours' },
    ]);
  });

  test.each(['gpu-stats-empty', 'gpu-stats-one'])(
    '%s is answered with the recorded status and headers',
    async (name) => {
      const { method, path, status, headers, body } = exchange('gpu-monitor', name);
      const ours = await (await serve(name === 'gpu-stats-one' ? [vm] : [])).ask(method, path);
      expect(ours.status).toBe(status);
      for (const header of ['content-type', 'access-control-allow-origin'])
        expect([header, ours.headers[header]]).toEqual([header, headers[header]]);
      if (name === 'gpu-stats-empty') expect(ours.body).toBe(body);
    },
  );

  test('a machine that was never seen is not there; one whose report is older than 10 s is not online', () => {
    const never = statusOf(null, { name: 'never' });
    expect(Object.keys(machinesOf(statsText([vm, never], AT_MS)))).toEqual(['vm']);
    const late = { ...vm, state: 'stale' as const };
    expect(machinesOf(statsText([late], AT_MS + 10_000)).vm?.is_online).toBe(true);
    expect(machinesOf(statsText([late], AT_MS + 10_001)).vm?.is_online).toBe(false);
    expect(machinesOf(statsText([{ ...vm, state: 'offline' }], AT_MS)).vm?.is_online).toBe(false);
  });

  test('a machine that samples more rarely is online in between', () => {
    expect(machinesOf(statsText([vm], AT_MS + 25_000)).vm?.is_online).toBe(true);
  });

  test('a lost GPU hides no other; two machines of one name are both told', () => {
    const sick = statusOf(machineWith([lostCard(0), fullCard(1)], AT_MS), { id: 'n1' });
    const told = machinesOf(statsText([sick, { ...sick, id: 'n2' }], AT_MS));
    expect(Object.keys(told)).toEqual(['gpu-a', 'gpu-a (n2)']);
    expect(told['gpu-a']?.gpu_data.map(({ id }) => id)).toEqual([1]);
  });
});

test('a machine that only says that it is called so never stands for one with an agent', () => {
  const source = { dialect: 'gpu-monitor' as const, host: null, port: null, name: null, problem: null };
  const said = { ...vm, id: 'gpu-monitor:vm', source };
  expect([...namedMachines([said, vm])].map(([name, { id }]) => [name, id])).toEqual([
    ['vm (gpu-monitor:vm)', 'gpu-monitor:vm'],
    ['vm', 'vm'],
  ]);
});

test('its page leads to ours', async () => {
  const { status, headers } = await (await serve([])).ask('GET', '/');
  expect([status, headers.location]).toEqual([302, 'http://127.0.0.1:3569/']);
});
