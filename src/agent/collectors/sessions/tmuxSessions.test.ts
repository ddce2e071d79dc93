import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseTmuxAnswer, readTmuxSessions, type TmuxOptions } from './tmuxSessions.ts';

const ownUid = process.getuid?.() ?? -1;
const server = { socketPath: '/tmp/tmux-1/default', uid: ownUid, user: 'alice' };
let folder: string;
const releases: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-tmux-'));
});
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
  rmSync(folder, { recursive: true });
});

test('sessions come with their panes’ processes and a command that attaches', () => {
  const text = `$0 0 1795357891 my session\n$3 2 1795357999 work\n$0 ${process.pid}\n$3 ${process.pid}\n`;
  expect(parseTmuxAnswer(text, server)).toEqual([
    {
      session: {
        kind: 'tmux',
        id: '/tmp/tmux-1/default:$0',
        name: 'my session',
        user: 'alice',
        attached: false,
        createdAtMs: 1_795_357_891_000,
        attachCommand: "tmux -S /tmp/tmux-1/default attach -t 'my session'",
      },
      rootPids: [process.pid],
    },
    expect.objectContaining({ session: expect.objectContaining({ name: 'work', attached: true }) }),
  ]);
});

test('a server cannot claim processes that are not its user’s', () => {
  const text = '$0 0 1795357891 mine\n$0 1\n';
  expect(parseTmuxAnswer(text, { ...server, uid: 54_321 })[0]?.rootPids).toEqual([]);
});

test('no answer breaks the parser', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseTmuxAnswer(text, server))),
  );
});

function options(change: Partial<TmuxOptions> = {}): TmuxOptions {
  return { sharedFolders: [folder], ownUid, nameOf: async (uid) => `user${uid}`, program: 'tmux', ...change };
}

async function makeSocket(): Promise<void> {
  mkdirSync(join(folder, `tmux-${ownUid}`));
  const listener = createServer();
  releases.push(() => new Promise((resolve) => listener.close(resolve)));
  await new Promise<void>((resolve) => listener.listen(join(folder, `tmux-${ownUid}`, 'default'), resolve));
}

test('nobody’s sockets, and sockets without the program, are states in words', async () => {
  expect((await readTmuxSessions(options())).state).toMatchObject({ state: 'absent' });
  await makeSocket();
  expect((await readTmuxSessions(options({ program: '/not/there/tmux' }))).state).toMatchObject({
    state: 'absent',
    message: expect.stringContaining('no program'),
  });
});

test('a server that never answers is not waited for', async () => {
  await makeSocket();
  const program = join(folder, 'tmux');
  writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const started = performance.now();
  expect(await readTmuxSessions(options({ program }))).toMatchObject({
    state: { state: 'ok' },
    sessions: [],
  });
  expect(performance.now() - started).toBeLessThan(5000);
});

test.skipIf(ownUid !== 0)(
  'an agent that is root asks each server as its owner: a server may make its client run commands',
  async () => {
    const nobody = 65_534;
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, `tmux-${nobody}`));
    const path = join(folder, `tmux-${nobody}`, 'default');
    const listener = createServer();
    releases.push(() => new Promise((resolve) => listener.close(resolve)));
    await new Promise<void>((resolve) => listener.listen(path, resolve));
    for (const owned of [join(folder, `tmux-${nobody}`), path]) chownSync(owned, nobody, nobody);
    const program = join(folder, 'tmux');
    writeFileSync(program, '#!/bin/sh\necho "\\$0 0 1795357891 asked by $(id -u):$(id -g):$(id -G)"\n', {
      mode: 0o755,
    });
    const { sessions } = await readTmuxSessions(options({ program }));
    expect(sessions[0]?.session).toMatchObject({ user: 'user65534', name: 'asked by 65534:65534:65534' });
  },
);

test('a folder that is a link, or carries another’s number, is not believed', async () => {
  symlinkSync(tmpdir(), join(folder, `tmux-${ownUid}`));
  mkdirSync(join(folder, `tmux-${ownUid + 1}`));
  expect((await readTmuxSessions(options())).state.state).toBe('absent');
});
