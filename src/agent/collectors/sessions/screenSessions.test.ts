import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readScreenSessions } from './screenSessions.ts';
import { describeSight } from './toolState.ts';

let folder: string;
const releases: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-screen-'));
  mkdirSync(join(folder, 'S-alice'));
});
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
  rmSync(folder, { recursive: true });
});

const options = () => ({
  sharedFolders: [folder],
  ownFolders: [],
  nameOf: async () => 'alice',
  toInstantMs: () => 1_700_000_000_000,
});

async function makeSocket(name: string, mode: number): Promise<void> {
  const listener = createServer();
  releases.push(() => new Promise((resolve) => listener.close(resolve)));
  const path = join(folder, 'S-alice', name);
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  chmodSync(path, mode);
}

test('the execute bit says whether somebody is attached, and the command takes it over only then', async () => {
  await makeSocket(`${process.pid}.train me`, 0o600);
  await makeSocket(`${process.pid}.pts-0.gpu-01`, 0o700);
  const { state, sessions } = await readScreenSessions(options());
  expect(state).toEqual({ state: 'ok', message: null, remarks: null });
  const found = new Map(sessions.map((one) => [one.session.name, one]));
  expect(found.get('train me')).toEqual({
    session: {
      kind: 'screen',
      id: `${process.pid}.train me`,
      name: 'train me',
      user: 'alice',
      attached: false,
      createdAtMs: 1_700_000_000_000,
      attachCommand: `screen -r '${process.pid}.train me'`,
    },
    rootPids: [process.pid],
  });
  expect(found.get('pts-0.gpu-01')?.session).toMatchObject({
    attached: true,
    attachCommand: `screen -d -r ${process.pid}.pts-0.gpu-01`,
  });
});

test('the socket of a screen that was killed, and one that means another’s process, are no sessions', async () => {
  await makeSocket('4194303.dead', 0o600);
  await makeSocket('nonsense', 0o600);
  expect((await readScreenSessions(options())).sessions).toEqual([]);
});

test('a session name with control characters has no command to copy', async () => {
  await makeSocket(`${process.pid}.a\u001b[2J`, 0o600);
  expect((await readScreenSessions(options())).sessions[0]?.session.attachCommand).toBeNull();
});

test('what cannot be seen is said', async () => {
  rmSync(join(folder, 'S-alice'), { recursive: true });
  expect((await readScreenSessions(options())).state.state).toBe('absent');
  expect(describeSight('screen', { seen: 0, hidden: 2 })).toMatchObject({
    state: 'denied',
    message: expect.stringContaining('2 other users'),
  });
  expect(describeSight('screen', { seen: 1, hidden: 1 })).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('one other user'),
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'six hundred folders of one user do not hide another’s session',
  async () => {
    for (let i = 0; i < 600; i++) {
      const junk = join(folder, `S-a${i}`);
      mkdirSync(junk);
      chownSync(junk, 65_534, 65_534);
    }
    await makeSocket(`${process.pid}.train`, 0o600);
    expect((await readScreenSessions(options())).sessions).toHaveLength(1);
  },
);
