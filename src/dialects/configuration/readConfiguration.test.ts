import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError } from './configuration.ts';
import { readAgentConfiguration, readConfiguration } from './readConfiguration.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-configuration-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(content: string | object, name = 'file'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const read = async (content: string | object, password: string | null = null) =>
  readConfiguration(await file(content), password);
/** What is wrong, without the path of the test. */
const problemOf = async (content: string | object): Promise<string> => {
  const failure = await read(content).catch((thrown: unknown) => thrown);
  if (!(failure instanceof ConfigurationError)) throw new Error('it was taken');
  expect(failure.hint).not.toBe('');
  return failure.message.replace(`${join(folder, 'file')}: `, '');
};

describe('master.json of FlowLine Monitor', () => {
  test('its slaves, their ports, its interval and its patience', async () => {
    const { nodes, listened } = await read({
      mode: 'master',
      master_host: '0.0.0.0',
      master_port: 5100,
      web_port: 8000,
      slaves: [
        { name: 'gpu-1', ip: '192.168.1.11' },
        { name: 'gpu-2', ip: 'gpu2.lab', port: 5050 },
      ],
      slave_port: 5009,
      refresh_interval: 7,
      request_timeout: 2.5,
    });
    expect(nodes).toEqual([
      {
        dialect: 'flowline-monitor',
        host: '192.168.1.11',
        port: 5009,
        name: '192.168.1.11',
        configuredName: 'gpu-1',
        alias: 'gpu-1',
        password: null,
        intervalMs: 7000,
        timeoutMs: 2500,
      },
      expect.objectContaining({ host: 'gpu2.lab', port: 5050, alias: 'gpu-2' }),
    ]);
    expect(listened).toEqual({ dialect: 'flowline-monitor', host: '0.0.0.0', port: 5100 });
  });

  test('what it leaves out is as there', async () => {
    const { nodes } = await read({ slaves: [{ ip: '10.0.0.1' }] });
    expect(nodes).toMatchObject([
      { port: 5001, intervalMs: 5000, timeoutMs: 3000, name: '10.0.0.1', alias: null },
    ]);
  });

  test('a slip is told with its place', async () => {
    expect(await problemOf({ mode: 'master', slaves: [{ ip: '10.0.0.1' }, { name: 'x' }] })).toMatch(
      /^slaves\[1\]\.ip: /,
    );
    expect(await problemOf({ slaves: [{ ip: '10.0.0.1', port: 70_000 }] })).toBe(
      'slaves[0].port: say a port from 1 to 65535',
    );
    expect(await problemOf({ mode: 'slave', master_ip: '10.0.0.1' })).toContain('slave.json');
  });
});

describe('hosts.txt of cluster-status', () => {
  test('a host a line; comments, empty lines, Windows ends and a mark of byte order are no hosts', async () => {
    const { nodes } = await read(
      '\uFEFFgpu1\r\n\r\n# the old ones\n  192.168.0.7  \nfe80::1\ngpu3.local:7081\n[fd00::2]:99\n',
    );
    expect(nodes.map(({ host, port }) => [host, port])).toEqual([
      ['gpu1', 7080],
      ['192.168.0.7', 7080],
      ['fe80::1', 7080],
      ['gpu3.local', 7081],
      ['fd00::2', 99],
    ]);
    expect(nodes[0]).toMatchObject({
      dialect: 'cluster-status',
      intervalMs: 4000,
      timeoutMs: 4000,
      password: '8888',
    });
  });

  test('the password is the one that was given', async () => {
    expect((await read('gpu1\n', 'secret')).nodes[0]?.password).toBe('secret');
  });

  test('a line that is no host is told with its number; a host that stands twice is one', async () => {
    expect(await problemOf('gpu1\ngpu two\n')).toBe('line 2: "gpu two" is no host name or address');
    const { nodes, repeated } = await read('gpu1\nGPU1\ngpu2\n');
    expect(nodes.map(({ host }) => host)).toEqual(['gpu1', 'gpu2']);
    expect(repeated).toEqual(['GPU1:7080']);
  });

  test('one that begins with an address in brackets is not taken for JSON', async () => {
    expect((await read('[fd00::1]:7080\n')).nodes[0]?.host).toBe('fd00::1');
  });
});

describe('config.json of the distributed monitor', () => {
  test('its nodes with their aliases, and its name server where that is on', async () => {
    const { nodes, nameServer, listened } = await read({
      nodes: [
        { name: 'gpu-server-1', host: 'gpu1.internal', port: 8081, alias: 'Machine 1' },
        { name: 'gpu-server-2', host: '10.0.0.2' },
      ],
      aggregator: { port: 8090 },
      dns: { server: '127.0.0.1:5353', enabled: true },
    });
    expect(nodes).toMatchObject([
      {
        dialect: 'distributed-monitor',
        name: 'gpu-server-1',
        alias: 'Machine 1',
        intervalMs: 5000,
        timeoutMs: 5000,
      },
      { name: '10.0.0.2', alias: 'gpu-server-2', port: 8081 },
    ]);
    expect(nameServer).toBe('127.0.0.1:5353');
    expect(listened).toMatchObject({ dialect: 'distributed-monitor', port: 8090 });
  });

  test('a name server that is off is none; one that is no address is told', async () => {
    expect(
      (await read({ nodes: [], dns: { server: '127.0.0.1:5353', enabled: false } })).nameServer,
    ).toBeNull();
    expect(await problemOf({ nodes: [], dns: { server: 'dns.lab:53', enabled: true } })).toContain(
      'dns.lab:53',
    );
    expect((await read({ nodes: [], dns: { server: 'localhost:5353', enabled: true } })).nameServer).toBe(
      '127.0.0.1:5353',
    );
  });
});

describe('our own file', () => {
  test('nodes of all systems in one, with what is said of each', async () => {
    await file('from a file\n', 'password');
    const { nodes, nameServer } = await read({
      oldNodes: [
        { dialect: 'flowline-monitor', host: '192.168.1.11', alias: 'left rack' },
        { dialect: 'cluster-status', host: 'gpu7.local', passwordFile: 'password' },
        { dialect: 'cluster-status', host: 'gpu8', port: 7777, password: 'own' },
        { dialect: 'distributed-monitor', host: 'gpu9', interval: '10s', timeout: '3s' },
      ],
      nameServer: '[::1]:5353',
    });
    expect(nodes).toMatchObject([
      {
        port: 5001,
        name: '192.168.1.11',
        alias: 'left rack',
        password: null,
        intervalMs: 5000,
        timeoutMs: 3000,
      },
      { port: 7080, password: 'from a file' },
      { port: 7777, password: 'own' },
      { port: 8081, intervalMs: 10_000, timeoutMs: 3000 },
    ]);
    expect(nameServer).toBe('[::1]:5353');
  });

  test.each([
    [{ oldNodes: [{ dialect: 'gpu-monitor', host: 'a' }] }, 'oldNodes[0].dialect: say flowline-monitor'],
    [{ oldNodes: [{ dialect: 'cluster-status', host: 'a b' }] }, 'oldNodes[0].host: say a host name'],
    [
      { oldNodes: [{ dialect: 'cluster-status', host: 'a', intervall: '5s' }] },
      'oldNodes[0].intervall: no such key; did you mean interval?',
    ],
    [
      { oldNodes: [{ dialect: 'cluster-status', hots: 'a' }] },
      'oldNodes[0].hots: no such key; did you mean host?',
    ],
    [
      { oldNodes: [{ dialect: 'cluster-status', host: 'a', colour: 'red' }] },
      'oldNodes[0].colour: no such key is known; there are dialect, host, port, alias,',
    ],
    [{ oldNodes: [], nameserver: '::1' }, 'nameserver: no such key; did you mean nameServer?'],
    [{ oldNodes: [{ dialect: 'cluster-status' }] }, 'oldNodes[0].host: is missing: say a text in "quotes"'],
    [
      { oldNodes: [{ dialect: 'cluster-status', host: 'a', alias: 7 }] },
      'oldNodes[0].alias: say a text in "quotes", not a number',
    ],
    [
      { oldNodes: [{ dialect: 'cluster-status', host: 'a', interval: '5' }] },
      'oldNodes[0].interval: say a time',
    ],
    [
      { oldNodes: [{ dialect: 'flowline-monitor', host: 'a', password: 'x' }] },
      'oldNodes[0]: nodes of flowline-monitor ask for no password',
    ],
    [
      { oldNodes: [{ dialect: 'cluster-status', host: 'a', passwordFile: 'nowhere' }] },
      'oldNodes[0].passwordFile: ',
    ],
    [{ oldNodes: {} }, 'oldNodes: say a list in [brackets], not an object in {braces}'],
    [{ oldNode: [] }, 'by oldNode you may have meant oldNodes'],
  ])('a slip is told with its place: %j', async (content, problem) => {
    expect(await problemOf(content)).toContain(problem);
  });
});

test('what is no file of any is told, with what there is', async () => {
  expect(await problemOf({ hello: 1 })).toBe('it has no key that says of which system it is');
  expect(await problemOf('{\n  "slaves": [\n    1,\n  ]\n}\n')).toMatch(/^line 4: it is not JSON/);
  expect(await problemOf('["gpu1"]')).toBe('it is JSON, but no object');
  await expect(readConfiguration(join(folder, 'nowhere'), null)).rejects.toThrow('there is no such file');
  await expect(readConfiguration(folder, null)).rejects.toThrow('it is a folder');
});

test('an agent reads a slave.json and nothing else', async () => {
  const path = await file({ mode: 'slave', master_ip: '10.0.0.1', slave_port: 5050, report_interval: 2 });
  expect(await readAgentConfiguration(path)).toEqual({
    masterHost: '10.0.0.1',
    listened: { host: '0.0.0.0', port: 5050 },
  });
  await expect(readAgentConfiguration(await file('gpu1\n'))).rejects.toThrow('no slave.json');
});
