import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import { differences, exchange, recordedFile } from '../../../test/support/recordedExchange.ts';
import { fullCard, lostCard, machineWith, statusOf } from '../../../test/support/recordedFleet.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { NodeStatus } from '../../model/node.ts';
import { gpuMonitorMain, namedMachines, statsText } from './serveMain.ts';

interface Process {
  pid: number;
  is_gpu_process: boolean;
  gpu_memory_usage: number;
  create_time: number;
  memory_percent: number;
}
interface Gpu {
  id: number;
  memory_total: number;
  memory_used: number;
  temperature: number;
  utilization: number;
  processes: Process[];
}
interface Machine {
  gpu_data: Gpu[];
  hostname: string;
  is_online: boolean;
  timestamp: string;
  system_info: { processes: Process[]; memory_total: number; [name: string]: unknown };
}
const machinesOf = (text: string): Record<string, Machine> => JSON.parse(text).machines;

const theirs = exchange('gpu-monitor', 'gpu-stats-one').body;
const recorded = machinesOf(theirs).vm as Machine;
const AT_MS = new Date(2026, 10, 22, 10, 59, 4, 6).getTime();
const memoryBytes = recorded.system_info.memory_total;

/** The recorded machine in our words. */
const machine = machineOf('vm', AT_MS, {
  gpus: recorded.gpu_data.map((gpu) =>
    cardOf(gpu.id, {
      memoryTotalBytes: gpu.memory_total * MEBIBYTE,
      memoryUsedBytes: gpu.memory_used * MEBIBYTE,
      temperatureCelsius: gpu.temperature,
      utilizationPercent: gpu.utilization,
      processes: gpu.processes.map((process) =>
        processOf(process.pid, process.gpu_memory_usage * MEBIBYTE, {
          startedAtMs: Math.round(process.create_time * 1000),
          cpuPercent: 0,
          hostMemoryBytes: Math.round((process.memory_percent * memoryBytes) / 100),
        }),
      ),
    }),
  ),
});
const host = {
  ...machine.host,
  cpuPercent: 42.1,
  memoryTotalBytes: memoryBytes,
  memoryUsedBytes: 206_987_264,
  disks: [
    {
      mount: '/',
      device: null,
      fileSystem: null,
      totalBytes: 270_553_174_016,
      usedBytes: 30_115_745_792,
      readBytesPerSecond: null,
      writeBytesPerSecond: null,
      state: 'ok' as const,
      message: null,
    },
  ],
  networks: [
    {
      interface: 'eno1',
      addresses: ['127.0.0.1'],
      receiveBytesPerSecond: null,
      transmitBytesPerSecond: null,
    },
  ],
};
const vm: NodeStatus = statusOf({ ...machine, host });

let bed: DialectBed | null = null;
let sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  sockets = [];
  await bed?.stop();
  bed = null;
});
const serve = async (nodes: NodeStatus[], options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(gpuMonitorMain, { nodes: () => nodes, nowMs: () => AT_MS + 2000, ...options });
  return bed;
};
const JSON_TYPE = { 'content-type': 'application/json' };
const alice = { name: 'alice', role: 'user' } as const;
const root = { name: 'root', role: 'administrator' } as const;

describe('GET /api/gpu-stats', () => {
  test('tells the recorded machine, figure by figure, but for what a sample does not hold', () => {
    const told = machinesOf(statsText([vm], AT_MS + 2000)).vm as Machine;
    const gpuProcesses = recorded.system_info.processes.filter((one) => one.is_gpu_process);
    const close = (process: Process) => ({
      ...process,
      status: 'Unknown',
      memory_percent: expect.closeTo(process.memory_percent, 5),
    });
    expect(told).toEqual({
      ...recorded,
      timestamp: '2026-11-22T10:59:04.006000',
      gpu_data: recorded.gpu_data.map((gpu) => ({ ...gpu, processes: gpu.processes.map(close) })),
      system_info: {
        ...recorded.system_info,
        // Its collector counts as used what caches hold not, and as disk what root may use.
        memory_percent: 0.8,
        disk_percent: 11.1,
        processes: expect.toSatisfy((all: Process[]) => all.length === gpuProcesses.length),
      },
    });
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
    expect(differences(theirs, text, { keyed: ['machines'] })).toEqual([]);
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

describe('POST /api/report-gpu-stats', () => {
  const report = recordedFile('gpu-monitor', 'post-report-gpu-stats.body.json');
  const push = (to: DialectBed, body: string, headers: Record<string, string> = JSON_TYPE) =>
    to.ask('POST', '/api/report-gpu-stats', { headers, body });

  test('is answered as recorded, and told with every field that was pushed', async () => {
    const taken: unknown[] = [];
    bed = await dialectBed((parts) =>
      gpuMonitorMain({ ...parts, takeReport: (one) => void taken.push(one) }),
    );
    const answer = exchange('gpu-monitor', 'report-ok');
    const ours = await push(bed, report);
    expect([ours.status, ours.body]).toEqual([answer.status, answer.body]);
    const { body } = await bed.ask('GET', '/api/gpu-stats');
    expect(machinesOf(body).vm).toEqual({ ...JSON.parse(report), is_online: true });
    expect(differences(theirs, body, { keyed: ['machines'] })).toEqual([]);
    expect(taken).toEqual([JSON.parse(report)]);
  });

  test('what a collector knows nothing of may be null, and words of a command line are masked as one', async () => {
    const body = {
      ...{ hostname: 'x', timestamp: null, gpu_data: null },
      system_info: {
        processes: [
          { pid: 1, cmdline: null },
          { pid: 2, cmdline: ['train', '--api-key', 'hunter2'] },
        ],
      },
    };
    expect((await push(await serve([]), JSON.stringify(body))).status).toBe(200);
    const { x } = machinesOf((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body);
    expect(x?.system_info.processes).toEqual([
      { pid: 1, cmdline: null },
      { pid: 2, cmdline: 'train --api-key ***' },
    ]);
  });

  test('command lines are masked before anybody is told', async () => {
    const secret = { pid: 1, cmdline: 'train --api-key hunter2' };
    await push(
      await serve([]),
      JSON.stringify({
        hostname: 'x',
        gpu_data: [{ processes: [secret] }],
        system_info: { processes: [secret] },
      }),
    );
    const { body } = await (bed as DialectBed).ask('GET', '/api/gpu-stats');
    expect(body).not.toContain('hunter2');
    expect(body.match(/train --api-key \*\*\*/g)).toHaveLength(2);
  });

  test('an agent speaks for its machine before an older collector does', async () => {
    await push(await serve([vm]), JSON.stringify({ hostname: 'vm', gpu_data: [] }));
    const told = machinesOf((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body);
    expect(told.vm?.gpu_data).toHaveLength(8);
  });

  test.each([
    ['no hostname', '{}'],
    ['a number for one', '{"hostname":7}'],
    ['no JSON', 'hostname=x'],
    ['a list', '[]'],
  ])('%s is refused in its words', async (_what, body) => {
    const ours = await push(await serve([]), body);
    expect(ours.status).toBe(400);
    expect(JSON.parse(ours.body)).toMatchObject({ status: 'error' });
  });

  test('a page of another origin cannot push, nor read that it did', async () => {
    const foreign = await push(await serve([]), '{"hostname":"x"}', {
      ...JSON_TYPE,
      origin: 'http://evil.example',
    });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    const plain = await push(bed as DialectBed, '{"hostname":"x"}', { 'content-type': 'text/plain' });
    expect(plain.status).toBe(415);
    expect((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body).toBe('{"machines":{}}\n');
  });

  test('a report that is too large is refused in its words', async () => {
    const ours = await push(await serve([]), JSON.stringify({ hostname: 'x'.repeat(1024 * 1024) }));
    expect([ours.status, JSON.parse(ours.body).status]).toEqual([413, 'error']);
  });
});

describe('POST /api/kill-processes', () => {
  const kill = (to: DialectBed, body: object, path = '/api/kill-processes', headers = JSON_TYPE) =>
    to.ask('POST', path, { headers, body: JSON.stringify(body) });
  const outcomes = (outcome: string) => async (_name: string, _by: object, request?: object) => ({
    results: (request as { body: { targets: { pid: number }[] } }).body.targets.map(({ pid }) => ({
      pid,
      outcome,
      message: `it is ${outcome}`,
    })),
  });

  test('is shut until it is opened, in its own error body', async () => {
    const ours = await kill(await serve([vm]), { hostname: 'vm', pids: [27726] });
    expect([ours.status, ours.body]).toEqual([
      403,
      '{"message":"flowline: writing is off","status":"error"}\n',
    ]);
    expect(ours.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each(['kill-nohost', 'kill-nopids', 'kill-offline', 'kill-ok'])(
    '%s is answered as recorded, once opened',
    async (name) => {
      const { method, path, sent, status, headers, body } = exchange('gpu-monitor', name);
      const { ask } = await serve([vm], { networks: ['127.0.0.0/8'], callAs: outcomes('done') });
      const ours = await ask(method, path, { headers: JSON_TYPE, body: sent ?? '' });
      expect([ours.status, ours.headers['content-type'], ours.body]).toEqual([
        status,
        headers['content-type'],
        body,
      ]);
      expect(ours.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test("a token in the path acts with its account's rights, on the process that was sampled", async () => {
    const asked: unknown[] = [];
    const { ask } = await serve([vm], {
      accounts: { fl_alice: alice },
      async callAs(name, by, request) {
        asked.push([name, by, request]);
        return outcomes('done')(name, by, request);
      },
    });
    const pid = recorded.gpu_data[0]?.processes[0]?.pid;
    const ours = await ask('POST', '/t/fl_alice/api/kill-processes', {
      headers: JSON_TYPE,
      body: JSON.stringify({ hostname: 'vm', pids: [pid, 4] }),
    });
    expect(ours.status).toBe(200);
    expect(asked).toEqual([
      [
        'killProcesses',
        { account: alice, isLocal: false, from: '127.0.0.1' },
        {
          body: {
            targets: [
              { nodeId: 'vm', pid, startedAtMs: 1_795_344_694_380 },
              { nodeId: 'vm', pid: 4, startedAtMs: null },
            ],
          },
        },
      ],
    ]);
  });

  test.each([
    ['not-allowed', 403],
    ['failed', 500],
    ['no-answer', 404],
  ])('what became of it is told: %s', async (outcome, status) => {
    const ours = await kill(await serve([vm], { networks: ['127.0.0.1'], callAs: outcomes(outcome) }), {
      hostname: 'vm',
      pids: [5],
    });
    expect([ours.status, JSON.parse(ours.body).status]).toEqual([status, 'error']);
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

describe('a collector on /ws', () => {
  const connect = async (
    to: DialectBed,
    headers: Record<string, string> = {},
    localAddress = '127.0.0.1',
  ): Promise<{ socket: WebSocket; heard: object[] }> => {
    const socket = new WebSocket(`${to.url.replace('http', 'ws')}/ws`, { headers, localAddress });
    sockets.push(socket);
    const heard: object[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, heard };
  };
  const kill = (to: DialectBed, path: string) =>
    to.ask('POST', path, { headers: JSON_TYPE, body: '{"hostname":"old1","pids":[1,2]}' });

  test('registers, is told which processes to end, and what it answers is on the trail', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const { socket, heard } = await connect(to);
    socket.send('{"type": "register", "hostname": "old1"}');
    await waitFor('its registration', () => heard.length === 1);
    expect(heard[0]).toEqual({ type: 'register_response', status: 'success' });
    const ours = await kill(to, '/t/fl_root/api/kill-processes');
    expect([ours.status, ours.body]).toEqual([200, exchange('gpu-monitor', 'kill-ok').body]);
    await waitFor('the order', () => heard.length === 2);
    expect(heard[1]).toEqual({ type: 'kill_processes', pids: [1, 2] });
    socket.send(
      '{"type": "kill_process_result", "status": "success", "message": "", "results": [{"pid": 1, "status": "success", "message": ""}]}',
    );
    await waitFor('the trail', () => to.deeds.length === 3);
    const deed = { what: 'kill-process', from: '127.0.0.1', door: 'dialect' };
    expect(to.deeds).toEqual([
      { ...deed, who: 'root', on: 'old1:1', result: 'asked' },
      { ...deed, who: 'root', on: 'old1:2', result: 'asked' },
      { ...deed, who: 'gpu-monitor:old1', on: 'old1:1', result: 'success' },
    ]);
    socket.terminate();
    await waitFor('its end', async () => (await kill(to, '/t/fl_root/api/kill-processes')).status === 404);
  });

  test('ends nothing for a user: it could not look whose a process is', async () => {
    const to = await serve([], { accounts: { fl_alice: alice } });
    const { socket, heard } = await connect(to);
    socket.send('{"type": "register", "hostname": "old1"}');
    await waitFor('its registration', () => heard.length === 1);
    expect((await kill(to, '/t/fl_alice/api/kill-processes')).status).toBe(403);
    expect(heard).toHaveLength(1);
  });

  test('what it says unasked, or twice, is not on the trail', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const { socket, heard } = await connect(to);
    const says = (pid: number, status: string): void =>
      socket.send(JSON.stringify({ type: 'kill_process_result', results: [{ pid, status }] }));
    socket.send('{"type": "register", "hostname": "old1"}');
    says(77, 'invented');
    await waitFor('its registration', () => heard.length === 1);
    await kill(to, '/t/fl_root/api/kill-processes');
    await waitFor('the order', () => heard.length === 2);
    for (const [pid, status] of [
      [78, 'invented'],
      [1, 'success'],
      [1, 'again'],
      [2, 'success'],
    ] as const)
      says(pid, status);
    await waitFor('the trail', () => to.deeds.length === 4);
    expect(to.deeds.map((deed) => 'result' in deed && deed.result)).toEqual([
      'asked',
      'asked',
      'success',
      'success',
    ]);
  });

  test('keeps its name against another address, and takes it over from its own', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const register = '{"type": "register", "hostname": "old1"}';
    const first = await connect(to);
    first.socket.send(register);
    await waitFor('its registration', () => first.heard.length === 1);
    const stranger = await connect(to, {}, '127.0.0.2');
    const isRefused = new Promise((resolve) => stranger.socket.once('close', resolve));
    stranger.socket.send(register);
    await isRefused;
    await kill(to, '/t/fl_root/api/kill-processes');
    await waitFor('the order', () => first.heard.length === 2);
    const again = await connect(to);
    const isReplaced = new Promise((resolve) => first.socket.once('close', resolve));
    again.socket.send(register);
    await isReplaced;
    expect((await kill(to, '/t/fl_root/api/kill-processes')).status).toBe(200);
  });

  test('a path that no URL can hold is no socket, and ends nothing else', async () => {
    const to = await serve([]);
    const { port } = new URL(to.url);
    for (const path of ['//', '//[', '/ws/', '/t/x//', 'http://[']) {
      const raw = createConnection(Number(port), '127.0.0.1');
      const isClosed = new Promise((resolve) => raw.once('close', resolve).once('error', resolve));
      raw.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      await isClosed;
    }
    expect((await to.ask('GET', '/api/gpu-stats')).status).toBe(200);
  });

  test('a page cannot be one, and there is no other socket', async () => {
    const to = await serve([]);
    await expect(connect(to, { origin: to.url })).rejects.toThrow();
    const elsewhere = new WebSocket(`${to.url.replace('http', 'ws')}/other`);
    sockets.push(elsewhere);
    await expect(
      new Promise((resolve, reject) => elsewhere.once('open', resolve).once('error', reject)),
    ).rejects.toThrow();
  });
});

test('its page leads to ours', async () => {
  const { status, headers } = await (await serve([])).ask('GET', '/');
  expect([status, headers.location]).toEqual([302, 'http://127.0.0.1:3569/']);
});
