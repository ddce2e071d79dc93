import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Container } from '../../../model/container.ts';
import type { ContainerSource } from '../sources.ts';
import { startContainerSource, usualSockets } from './containerSource.ts';
import { chooseApiVersion } from './engineWatch.ts';

const id = (letter: string) => letter.repeat(64);

/** An engine that answers what a test says, over a real Unix socket. */
interface FakeEngine {
  containers: object[];
  inspects: Map<string, object>;
  /** Answers instead of the engine, where it returns true. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
  requests: string[];
  tell(action: string, containerId: string): void;
  closeEvents(): void;
}

let folder: string;
let path: string;
let server: Server | null;
let source: ContainerSource | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-engine-'));
  path = join(folder, 'engine.sock');
  server = null;
  source = null;
});
afterEach(async () => {
  await source?.stop();
  await closeServer();
  rmSync(folder, { recursive: true });
});

async function closeServer(): Promise<void> {
  const closing = server;
  server = null;
  closing?.closeAllConnections();
  if (closing) await new Promise((resolve) => closing.close(resolve));
}

async function startEngine(components = [{ Name: 'Engine' }]): Promise<FakeEngine> {
  const listeners = new Set<ServerResponse>();
  const engine: FakeEngine = {
    containers: [listed('a', { Names: ['/trainer'], Labels: { 'flowline.owner': 'alice' } })],
    inspects: new Map([[id('a'), inspected({})]]),
    misbehave: null,
    requests: [],
    tell(action, containerId) {
      for (const listener of listeners) {
        listener.write(
          `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: containerId } })}\n`,
        );
      }
    },
    closeEvents() {
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
  };
  const started = createServer((request, response) => {
    const url = request.url ?? '';
    engine.requests.push(url);
    if (engine.misbehave?.(request, response)) return;
    const answer = (value: unknown) => response.end(JSON.stringify(value));
    if (url === '/version')
      return answer({ ApiVersion: '1.41', MinAPIVersion: '1.12', Components: components });
    if (url === '/v1.41/containers/json?all=1') return answer(engine.containers);
    if (url.startsWith('/v1.41/events')) {
      response.flushHeaders();
      listeners.add(response);
      return;
    }
    const inspect = engine.inspects.get(/^\/v1\.41\/containers\/([0-9a-f]+)\/json$/.exec(url)?.[1] ?? '');
    if (inspect) return answer(inspect);
    response.writeHead(404).end('{}');
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(path, resolve));
  return engine;
}

function listed(letter: string, change: object) {
  return {
    Id: id(letter),
    Names: [`/${letter}`],
    Image: 'image:1',
    State: 'running',
    Status: 'Up 3 hours',
    Labels: {},
    Mounts: [],
    ...change,
  };
}

function inspected(hostConfig: object, env: string[] = []) {
  return {
    State: { Pid: process.pid },
    HostConfig: { Runtime: 'runc', ...hostConfig },
    Config: { Env: env },
  };
}

function start(): ContainerSource {
  source = startContainerSource({
    knownGpus: () => [
      { uuid: 'GPU-1', index: 0 },
      { uuid: 'GPU-2', index: 1 },
    ],
    sockets: [{ path, program: ['docker'] }],
  });
  return source;
}

test('a container is told with name, image, state, GPUs, owner and the command that enters it', async () => {
  const engine = await startEngine();
  engine.inspects.set(
    id('a'),
    inspected({ DeviceRequests: [{ DeviceIDs: ['GPU-2'], Capabilities: [['gpu']] }] }),
  );
  const { state, containers } = await start().read();
  expect(state).toEqual({ state: 'ok', message: null, remarks: null });
  expect(containers[0]).toMatchObject({
    container: {
      id: id('a'),
      name: 'trainer',
      image: 'image:1',
      state: 'running',
      status: 'Up 3 hours',
      engine: 'docker',
      gpus: [1],
      owner: 'alice',
      enterCommand: 'docker exec -it trainer sh',
    },
    ownerLabel: 'alice',
    homeMounts: [],
  });
  for (const { container } of containers) Container.strict().parse(container);
});

test('mounts from /home tell the owner, a stopped container has no command, one with a hostile name is entered by its id', async () => {
  const engine = await startEngine();
  engine.containers = [
    listed('b', { State: 'exited', Mounts: [{ Source: '/home/bob/data' }, { Source: '/data' }] }),
    listed('c', { Names: ['/x\u001b]0;evil'] }),
    listed('d', { Names: ['/--privileged'] }),
  ];
  const { containers } = await start().read();
  const found = new Map(containers.map((one) => [one.container.id, one]));
  expect(found.get(id('b'))).toMatchObject({
    homeMounts: ['/home/bob/data'],
    container: { owner: 'bob', enterCommand: null },
  });
  expect(found.get(id('c'))?.container.enterCommand).toBe('docker exec -it cccccccccccc sh');
  expect(found.get(id('d'))?.container.enterCommand).toBe('docker exec -it dddddddddddd sh');
});

test('one that is paused keeps its memory, and cannot be entered', async () => {
  const engine = await startEngine();
  engine.containers = [listed('a', { State: 'paused', Status: 'Up 3 hours (Paused)' })];
  const root = join(folder, 'root');
  const write = (name: string, text: string) => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  write(`proc/${process.pid}/cgroup`, `0::/docker/${id('a')}\n`);
  write('sys/fs/cgroup/cgroup.controllers', 'memory\n');
  write(`sys/fs/cgroup/docker/${id('a')}/memory.current`, '5000\n');
  source = startContainerSource({ knownGpus: () => [], sockets: [{ path, program: ['docker'] }], root });
  expect((await source.read()).containers[0]?.container).toMatchObject({
    state: 'paused',
    memoryUsedBytes: 5000,
    enterCommand: null,
  });
});

test('an event brings what changed, and only that is inspected again', async () => {
  const engine = await startEngine();
  const reading = start();
  await reading.read();
  engine.containers.push(listed('d', {}));
  engine.inspects.set(id('d'), inspected({}));
  engine.requests.length = 0;
  engine.tell('start', id('d'));
  await vi.waitFor(async () => expect((await reading.read()).containers).toHaveLength(2), { timeout: 5000 });
  expect(engine.requests.filter((url) => url.endsWith(`${id('a')}/json`))).toEqual([]);
  expect(engine.requests.filter((url) => url.endsWith(`${id('d')}/json`))).toHaveLength(1);
});

test('a container that restarted looks the same and is inspected anyway: its process is another', async () => {
  const engine = await startEngine();
  const reading = start();
  await reading.read();
  engine.inspects.set(id('a'), inspected({ DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] }));
  engine.tell('restart', id('a'));
  await vi.waitFor(async () => expect((await reading.read()).containers[0]?.container.gpus).toEqual([0, 1]), {
    timeout: 5000,
  });
});

test('health checks, which execute something every few seconds, cause no list', async () => {
  const engine = await startEngine();
  const reading = start();
  await reading.read();
  engine.requests.length = 0;
  for (let i = 0; i < 50; i++) engine.tell('exec_start: check', id('a'));
  engine.containers.push(listed('d', {}));
  engine.tell('create', id('d'));
  await vi.waitFor(async () => expect((await reading.read()).containers).toHaveLength(2), { timeout: 5000 });
  expect(engine.requests.filter((url) => url.includes('containers/json')).length).toBeLessThanOrEqual(2);
});

test('events without end cause a list each two seconds at most, and what they tell of is seen', async () => {
  const engine = await startEngine();
  const reading = start();
  await reading.read();
  engine.requests.length = 0;
  const startedMs = performance.now();
  const stream = setInterval(() => {
    for (const action of ['create', 'start', 'die', 'destroy']) engine.tell(action, id('a'));
  }, 10);
  engine.containers.push(listed('d', {}));
  await vi
    .waitFor(async () => expect((await reading.read()).containers).toHaveLength(2), { timeout: 5000 })
    .finally(() => clearInterval(stream));
  const lists = engine.requests.filter((url) => url.includes('containers/json')).length;
  expect(lists).toBeLessThanOrEqual((performance.now() - startedMs) / 2000 + 1);
});

test('a container that is odd is left out and said, and does not hide the others', async () => {
  const engine = await startEngine();
  engine.containers.push({ Id: 'not an id', State: 7 });
  const { state, containers } = await start().read();
  expect(containers).toHaveLength(1);
  expect(state).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('one container is left out'),
    remarks: [{ kind: 'containers-left-out', containers: 1 }],
  });
});

test('an engine that restarts is found again, and is absent meanwhile', async () => {
  await startEngine();
  const reading = start();
  expect((await reading.read()).containers).toHaveLength(1);
  await closeServer();
  await vi.waitFor(async () => expect((await reading.read()).state.state).not.toBe('ok'), {
    timeout: 10_000,
  });
  await startEngine();
  await vi.waitFor(async () => expect((await reading.read()).state.state).toBe('ok'), { timeout: 10_000 });
});

test('a stream of events that ends is opened again; until then the last containers stay', async () => {
  const engine = await startEngine();
  const reading = start();
  await reading.read();
  engine.closeEvents();
  await vi.waitFor(async () => expect((await reading.read()).state.state).toBe('failed'), {
    timeout: 5000,
    interval: 10,
  });
  expect((await reading.read()).containers).toHaveLength(1);
  await vi.waitFor(async () => expect((await reading.read()).state.state).toBe('ok'), { timeout: 10_000 });
});

test('no engine is a state in words, not an error', async () => {
  expect(await start().read()).toEqual({
    state: {
      state: 'absent',
      message: `no container engine runs here: there is no ${path}`,
      remarks: [{ kind: 'no-engine', path, isThere: false }],
    },
    containers: [],
  });
});

test.each<[string, FakeEngine['misbehave'] & {}]>([
  ['answers nonsense', (_, response) => Boolean(response.end('<html>'))],
  ['answers an error', (_, response) => Boolean(response.writeHead(500).end('{"message":"no"}'))],
  [
    'answers without end',
    (request, response) => {
      if (!request.url?.includes('containers/json')) return false;
      const part = Buffer.alloc(1024 * 1024, ' ');
      const write = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', write);
      write();
      return true;
    },
  ],
  ['hangs up', (request) => Boolean(request.socket.destroy())],
])('an engine that %s is failed, and the words say so', async (_, misbehave) => {
  const engine = await startEngine();
  engine.misbehave = misbehave;
  const reading = start();
  await vi.waitFor(
    async () => {
      const { state } = await reading.read();
      expect(state.state).toBe('failed');
      expect(state.message).toContain(path);
    },
    { timeout: 5000 },
  );
});

test('an engine that does not answer delays the first reading 2 s, and is said not to have answered', async () => {
  const engine = await startEngine();
  engine.misbehave = () => true;
  const started = performance.now();
  const { state, containers } = await start().read();
  expect(performance.now() - started).toBeLessThan(4000);
  expect(state).toEqual({
    state: 'failed',
    message: 'the engine has not answered yet',
    remarks: [{ kind: 'engine-not-yet' }],
  });
  expect(containers).toEqual([]);
});

test('podman is known by its own words, and entered by its own command', async () => {
  await startEngine([{ Name: 'Podman Engine' }]);
  const named = ['docker', '--host', `unix://${path}`];
  source = startContainerSource({ knownGpus: () => [], sockets: [{ path, program: named }] });
  expect((await source.read()).containers[0]?.container).toMatchObject({
    engine: 'podman',
    enterCommand: `podman --url unix://${path} exec -it trainer sh`,
  });
});

test('the version is ours where the engine has it, and never older than it allows', () => {
  expect(chooseApiVersion('1.41', '1.12')).toBe('1.41');
  expect(chooseApiVersion('1.52', '1.24')).toBe('1.43');
  expect(chooseApiVersion('1.60', '1.50')).toBe('1.50');
});

test('sockets are looked for where the environment says, and a remote engine is nobody’s business', () => {
  const paths = (environment: Record<string, string>) =>
    usualSockets(environment, 0).map((socket) => socket.path);
  expect(paths({})).toEqual(['/var/run/docker.sock', '/run/podman/podman.sock']);
  expect(paths({ DOCKER_HOST: 'unix:///x/d.sock' })[0]).toBe('/x/d.sock');
  expect(paths({ DOCKER_HOST: 'unix:///run/podman/podman.sock' })).toEqual(['/run/podman/podman.sock']);
  expect(paths({ DOCKER_HOST: 'tcp://10.0.0.1:2375' })[0]).toBe('/var/run/docker.sock');
  expect(paths({ XDG_RUNTIME_DIR: '/run/user/7' })).toContain('/run/user/7/docker.sock');
  const asService = usualSockets({}, 1001).map((socket) => socket.path);
  expect(asService).toContain('/run/user/1001/docker.sock');
  expect(asService).toContain('/run/user/1001/podman/podman.sock');
});
