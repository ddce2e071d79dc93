import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../test/support/commandLine.ts';
import { freePort } from '../../test/support/program.ts';
import { type DialectOptions, NO_DIALECTS } from '../model/dialect.ts';

/** What a role was started with, or what was said instead. */
async function start(
  ...argv: string[]
): Promise<{ code: number; errors: string; dialects: DialectOptions | null }> {
  let dialects: DialectOptions | null = null;
  const note = async (options: { dialects: DialectOptions }): Promise<void> => {
    dialects = options.dialects;
  };
  const { code, errors } = await runCommandLine(argv, {
    environment: { FLOWLINE_DATA: '/nowhere', FLOWLINE_DIALECT_PASSWORD: 'by the environment' },
    roles: { up: note, hub: note, agent: note, demo: note },
  });
  return { code, errors, dialects };
}

test('without an option nothing of older systems is served', async () => {
  expect((await start('up')).dialects).toEqual({ ...NO_DIALECTS, password: 'by the environment' });
});

test('each dialect has its own port on loopback unless told otherwise', async () => {
  const { dialects } = await start(
    ...[
      'up',
      '--dialect',
      'gpu-monitor',
      '--dialect',
      'cluster-status=0.0.0.0:7071',
      '--dialect',
      'flowline=5050',
    ],
    ...['--node-dialect', 'distributed-monitor', '--dialect-pages'],
    ...['--dialect-writes', 'gpu-monitor=10.0.0.0/24', '--dialect-writes', 'flowline=fd00::1'],
  );
  expect(dialects).toMatchObject({
    mains: [
      { name: 'gpu-monitor', host: '127.0.0.1', port: 7864 },
      { name: 'cluster-status', host: '0.0.0.0', port: 7071 },
      { name: 'flowline', host: '127.0.0.1', port: 5050 },
    ],
    nodes: [{ name: 'distributed-monitor', host: '127.0.0.1', port: 8081 }],
    writes: [
      { name: 'gpu-monitor', network: '10.0.0.0/24' },
      { name: 'flowline', network: 'fd00::1' },
    ],
    pages: { host: '127.0.0.1', port: 8000 },
  });
});

test('two at one port are refused with both names and a free one', async () => {
  const { code, errors } = await start('up', '--dialect', 'flowline-monitor', '--dialect', 'flowline');
  expect(code).toBe(2);
  expect(errors).toMatch(/flowline-monitor and flowline cannot both have port 5000/);
  const port = Number(/give one another port: --dialect flowline=127\.0\.0\.1:(\d+)/.exec(errors)?.[1]);
  expect(port).toBeGreaterThan(5000);
  expect((await start('up', '--dialect', 'flowline-monitor', '--dialect', `flowline=${port}`)).code).toBe(0);
});

test('a port that somebody listens on is not called free', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) =>
    server.listen(port + 1, '127.0.0.1', resolve).once('error', () => resolve()),
  );
  const { errors } = await start('up', '--dialect', `flowline=${port}`, '--dialect', `gpu-monitor=${port}`);
  expect(errors).toContain('flowline and gpu-monitor cannot both have');
  expect(errors).not.toContain(`:${port + 1}`);
  server.close();
});

test.each([
  [['--dialect', 'flowline=3569'], 'the hub and flowline'],
  [
    ['--dialect', 'gpu-monitor=0.0.0.0:7000', '--dialect', 'flowline=127.0.0.1:7000'],
    'gpu-monitor and flowline',
  ],
  [['--dialect', 'gpu-monitor=7080', '--node-dialect', 'cluster-status'], 'gpu-monitor and cluster-status'],
  [['--dialect', 'gpu-monitor=8000', '--dialect-pages'], 'gpu-monitor and the older pages'],
])('%j cannot both have their port', async (argv, who) => {
  const { code, errors } = await start('up', ...argv);
  expect([code, errors]).toEqual([2, expect.stringContaining(`${who} cannot both have port`)]);
});

test('one port on two addresses is no conflict', async () => {
  const { code } = await start(
    'up',
    '--dialect',
    'gpu-monitor=127.0.0.1:7000',
    '--dialect',
    'flowline=127.0.0.2:7000',
  );
  expect(code).toBe(0);
});

test.each([
  [['--dialect', 'nagios'], 'there is no "nagios"; there are flowline-monitor, gpu-monitor, flowline'],
  [['--dialect', 'flowline=host:port'], 'say HOST:PORT or PORT'],
  [['--node-dialect', 'gpu-monitor'], 'gpu-monitor has no node that could be asked'],
  [['--node-dialect', 'flowline'], 'flowline has no node that could be asked'],
  [['--dialect-reporters', 'gpu-monitor=10.0.0.0/33'], 'say NAME=NETWORK'],
  [['--dialect-reporters', 'flowline=10.0.0.0/24'], 'nobody reports to flowline'],
  [['--dialect-reporters', 'gpu-monitor=10.0.0.0/24'], 'gpu-monitor is not served here'],
  [['--dialect-writes', 'gpu-monitor'], 'say NAME=NETWORK'],
  [['--dialect-writes', 'gpu-monitor=10.0.0.0/33'], 'say NAME=NETWORK'],
  [['--dialect-writes', 'gpu-monitor=everybody'], 'say NAME=NETWORK'],
  [
    ['--dialect-writes', 'gpu-monitor=10.0.0.0/24', '--dialect', 'flowline'],
    'gpu-monitor is not served here',
  ],
])('%j is refused with what would be right', async (argv, sentence) => {
  const { code, errors } = await start('up', ...argv);
  expect([code, errors]).toEqual([2, expect.stringContaining(sentence)]);
});

test("a password comes from a file, one line of it, before the environment's", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowline-'));
  const file = join(folder, 'password');
  await writeFile(file, 'a b\n');
  expect((await start('hub', '--password-file', file)).dialects?.password).toBe('a b');
  await writeFile(file, '\n');
  expect((await start('hub', '--password-file', file)).errors).toContain('holds no password');
  expect((await start('agent', '--password-file', join(folder, 'none'))).errors).toContain(
    'cannot read the password file',
  );
  await rm(folder, { recursive: true });
});

test.each(['up', 'agent'])(
  '%s serves no node of cluster-status without a password: nothing is started',
  async (role) => {
    let isStarted = false;
    const note = async (): Promise<void> => {
      isStarted = true;
    };
    const { code, errors } = await runCommandLine([role, '--node-dialect', 'cluster-status'], {
      environment: { FLOWLINE_DATA: '/nowhere' },
      roles: { up: note, hub: note, agent: note, demo: note },
    });
    expect([code, isStarted]).toEqual([2, false]);
    expect(errors).toMatch(
      /a node of cluster-status answers whoever knows its password[\s\S]*--password-file/,
    );
    expect((await start(role, '--node-dialect', 'cluster-status')).dialects?.nodes).toHaveLength(1);
  },
);
