import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTmuxReader, type TmuxOptions } from './tmuxSessions.ts';

const ownUid = process.getuid?.() ?? -1;
const isRoot = ownUid === 0;
const hasCapsh = spawnSync('capsh', ['--print']).status === 0;
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const nobody = 65_534;
let folder: string;
const releases: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-tmux-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
  rmSync(folder, { recursive: true });
});

const reader = (change: Partial<TmuxOptions> = {}) =>
  createTmuxReader({
    sharedFolders: () => [folder],
    ownUid,
    nameOf: async (uid) => `user${uid}`,
    program: 'tmux',
    stopping: new AbortController().signal,
    ...change,
  });

async function makeSockets(uid: number, names: readonly string[]): Promise<void> {
  const own = join(folder, `tmux-${uid}`);
  mkdirSync(own);
  if (uid !== ownUid) chownSync(own, uid, uid);
  for (const name of names) {
    const listener = createServer();
    releases.push(() => new Promise((resolve) => listener.close(resolve)));
    await new Promise<void>((resolve) => listener.listen(join(own, name), resolve));
    if (uid !== ownUid) chownSync(join(own, name), uid, uid);
  }
}

/** A program in the place of tmux; it may write to `asked`, whoever it is. */
function makeProgram(script: string): string {
  const program = join(folder, 'tmux');
  writeFileSync(join(folder, 'asked'), '');
  chmodSync(join(folder, 'asked'), 0o666);
  writeFileSync(program, `#!/bin/sh\necho "$3" >> ${join(folder, 'asked')}\n${script}\n`, { mode: 0o755 });
  return program;
}
const asked = () => readFileSync(join(folder, 'asked'), 'utf8').split('\n').filter(Boolean);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);

test('a socket that a server left behind starts no program', async () => {
  await makeSockets(ownUid, ['default']);
  const listener = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(join(folder, `tmux-${ownUid}`, 'dead'))}, () => console.log('ready'))`,
  ]);
  await new Promise((resolve) => listener.stdout.once('data', resolve));
  listener.kill('SIGKILL');
  await new Promise((resolve) => listener.once('exit', resolve));
  const { state } = await reader({ program: makeProgram("printf '$0 0 1795357891 work\\n'") })();
  expect(state).toMatchObject({ state: 'ok', message: null });
  expect(asked()).toEqual([join(folder, `tmux-${ownUid}`, 'default')]);
});

test('a server that sleeps is asked once, however often its sessions are looked at', async () => {
  await makeSockets(ownUid, ['default']);
  const server = spawn('sleep', ['600']);
  releases.push(() => server.kill());
  const read = reader({ program: makeProgram(`echo "\\$0 0 1795357891 ${server.pid} train"`) });
  for (const _ of [1, 2, 3]) expect((await read()).sessions[0]?.session.name).toBe('train');
  expect(asked()).toHaveLength(1);
});

test('a server’s client is told nothing of the agent’s environment', async () => {
  await makeSockets(ownUid, ['default']);
  process.env.FLOWLINE_OF_THE_AGENT = 'a token';
  releases.push(() => delete process.env.FLOWLINE_OF_THE_AGENT);
  const program = makeProgram(
    'echo "\\$0 0 1795357891  told $(printenv FLOWLINE_OF_THE_AGENT || echo nothing)"',
  );
  expect((await reader({ program })()).sessions[0]?.session.name).toBe('told nothing');
});

test('nobody’s sockets, and sockets without the program, are states in words', async () => {
  expect((await reader()()).state).toMatchObject({ state: 'absent' });
  await makeSockets(ownUid, ['default']);
  expect((await reader({ program: '/not/there/tmux' })()).state).toMatchObject({
    state: 'absent',
    message: expect.stringContaining('no program'),
  });
});

test('a server that never answers is waited for 2 s, said, and left alone for a minute', async () => {
  await makeSockets(ownUid, ['default']);
  const read = reader({ program: makeProgram('exec sleep 60') });
  const startedMs = performance.now();
  for (const _ of [1, 2, 3]) {
    const { state, sessions } = await read();
    expect(state).toMatchObject({ state: 'ok', message: expect.stringContaining('one server of tmux') });
    expect(sessions).toEqual([]);
  }
  expect(performance.now() - startedMs).toBeLessThan(4000);
  expect(asked()).toHaveLength(1);
});

test('four hundred silent sockets cost a user 2 s of the look, and the next look asks his others', async () => {
  await makeSockets(ownUid, ['default', ...numbers(400)]);
  const read = reader({
    program: makeProgram('case "$3" in */s*) exec sleep 60;; esac\necho "\\$0 0 1795357891  train"'),
  });
  const startedMs = performance.now();
  const { state, sessions } = await read();
  expect(performance.now() - startedMs).toBeLessThan(4000);
  expect(sessions).toHaveLength(1);
  expect(state.message).toContain('399 servers of tmux left out');
  expect((await read()).sessions).toHaveLength(1);
  expect(asked().length).toBeLessThanOrEqual(4);
});

test('a user’s first eight servers are asked, and an answer without end is cut', async () => {
  await makeSockets(ownUid, numbers(12));
  const read = reader({
    program: makeProgram('echo "\\$0 0 1795357891  train"; exec head -c 10000000 /dev/zero'),
  });
  const { sessions } = await read();
  expect(sessions).toHaveLength(8);
  expect(asked()).toHaveLength(8);
});

test.skipIf(!isRoot)('servers that hang do not keep another user’s from being asked', async () => {
  for (const uid of [50_001, 50_002, 50_003]) await makeSockets(uid, numbers(20));
  await makeSockets(nobody, ['default']);
  const program = makeProgram('case "$3" in */s*) exec sleep 60;; esac\necho "\\$0 0 1795357891  train"');
  const startedMs = performance.now();
  expect((await reader({ program })()).sessions[0]?.session.user).toBe('user65534');
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

test.skipIf(!isRoot)('six hundred folders that carry others’ numbers do not hide a user’s own', async () => {
  for (let i = 0; i < 600; i++) {
    const junk = join(folder, `tmux-${60_000 + i}`);
    mkdirSync(junk);
    chownSync(junk, nobody, nobody);
  }
  await makeSockets(nobody, ['default']);
  const program = makeProgram('echo "\\$0 0 1795357891  train"');
  expect((await reader({ program })()).sessions).toHaveLength(1);
});

test.skipIf(!isRoot)(
  'an agent that is root asks each server as its owner: a server may make its client run commands',
  async () => {
    await makeSockets(nobody, ['default']);
    const program = makeProgram('echo "\\$0 0 1795357891  asked by $(id -u):$(id -g):$(id -G)"');
    const { sessions } = await reader({ program })();
    expect(sessions[0]?.session).toMatchObject({ user: 'user65534', name: 'asked by 65534:65534:65534' });
  },
);

test.skipIf(!isRoot || !hasCapsh)(
  'an agent that may not become a user is denied, in words, and lives on',
  async () => {
    await makeSockets(ownUid, ['default']);
    await makeSockets(nobody, ['default']);
    const script = `
    import { createTmuxReader } from '${new URL('./tmuxSessions.ts', import.meta.url).href}';
    import { startSessionSource } from '${new URL('./sessionSource.ts', import.meta.url).href}';
    const read = createTmuxReader({ sharedFolders: () => ['${folder}'], ownUid: 0, nameOf: async () => 'x',
      program: '${makeProgram('echo "\\$0 0 1795357891  mine"')}', stopping: new AbortController().signal });
    const { state, sessions } = await read();
    const source = startSessionSource({ screenFolders: [] });
    await source.read();
    await source.stop();
    console.log(JSON.stringify({ state, names: sessions.map(({ session }) => session.name) }));`;
    const capabilities = '--drop=cap_setuid,cap_setgid';
    const node = `exec ${process.execPath} --input-type=module`;
    const run = spawnSync('capsh', [capabilities, '--', '-c', node], { input: script, encoding: 'utf8' });
    expect(JSON.parse(run.stdout)).toEqual({
      state: {
        state: 'ok',
        message: expect.stringContaining('CAP_SETUID'),
        remarks: [{ kind: 'may-not-become', users: 1 }],
      },
      names: ['mine'],
    });
  },
);

test('a folder that is a link, or carries another’s number, is not believed', async () => {
  symlinkSync(tmpdir(), join(folder, `tmux-${ownUid}`));
  mkdirSync(join(folder, `tmux-${ownUid + 1}`));
  mkdirSync(join(folder, `tmux-0${ownUid}`));
  expect((await reader()()).state.state).toBe('absent');
});

test.skipIf(!hasTmux)(
  'the command attaches to the very session, whatever its name means to tmux',
  async () => {
    mkdirSync(join(folder, `tmux-${ownUid}`), { mode: 0o700 });
    const socket = join(folder, `tmux-${ownUid}`, 'default');
    const tmux = (...words: string[]) =>
      execFileSync('tmux', ['-f', '/dev/null', '-S', socket, ...words], { encoding: 'utf8' });
    const names = ['{last}', '%1', '@2', '$3', '!', 'a*', 'abc', "it's", 'two words', '$(id)', '-t'];
    releases.push(() => tmux('kill-server'));
    for (const name of names) tmux('new-session', '-d', `-s${name}`, 'sleep 60');
    const { sessions } = await reader()();
    expect(sessions.map(({ session }) => session.name).sort()).toEqual(names.sort());
    for (const { session } of sessions) {
      const changed = `%session-changed ${session.id.split(':').at(-1)} ${session.name}\n`;
      expect(await attach(session.attachCommand ?? '')).toContain(changed);
    }
  },
);

/** What tmux says until it names the session it is in; control mode (tmux(1)) needs no terminal. */
async function attach(command: string): Promise<string> {
  const shell = spawn('sh', ['-c', command.replace('tmux ', 'tmux -C ')]);
  let said = '';
  for await (const part of shell.stdout) {
    said += String(part);
    if (/%session-changed .*\n/.test(said)) shell.stdin.end();
  }
  return said;
}
