import { expect, test } from 'vitest';
import { doctorBed, sampleWith } from '../../../test/support/doctorBed.ts';
import type { NodeSample } from '../../model/node.ts';
import type { Session } from '../../model/session.ts';
import { said } from '../said.ts';

const { find } = doctorBed();
const ok = { state: 'ok', message: null, remarks: null } as const;
const session = (kind: Session['kind'], user: string): Session => ({
  kind,
  id: `${kind}-${user}`,
  name: 'train',
  user,
  attached: null,
  createdAtMs: null,
  attachCommand: null,
});
const seeing = (changes: Partial<NodeSample>) => ({ sample: Promise.resolve(sampleWith({}, changes)) });

test('what was seen is said, and what stayed hidden beside it', async () => {
  const facts = seeing({
    sessions: [session('tmux', 'alice'), session('tmux', 'alice'), session('tmux', 'bob')],
    sources: {
      docker: ok,
      screen: ok,
      tmux: { state: 'ok', message: 'the tmux sessions of one other user are hidden', remarks: null },
    },
  });
  expect(await find('tmux', facts)).toMatchObject({
    result: 'ok',
    found: '3 sessions of 2 users; the tmux sessions of one other user are hidden',
  });
});

test('a tool that nobody runs does not “answer”', async () => {
  const facts = seeing({ sources: { docker: ok, screen: ok, tmux: ok } });
  expect((await find('screen', facts)).found).toBe('nobody runs screen now');
  expect((await find('docker', facts)).found).toBe('0 containers, 0 running');
});

test('one that may not be asked is a note in its own words', async () => {
  const denied = { state: 'denied', message: 'the agent may not open the socket', remarks: null } as const;
  const facts = seeing({ sources: { docker: denied, screen: ok, tmux: ok } });
  expect(await find('docker', facts)).toMatchObject({
    result: 'note',
    found: 'the agent may not open the socket',
    advice: expect.stringContaining('usermod'),
  });
});

test('nobody is sent into the group docker for a socket of podman, and Chinese readers are told in Chinese', async () => {
  const denied = { state: 'denied', ...said({ kind: 'podman-denied', path: '/run/podman/p' }) } as const;
  const facts = seeing({ sources: { docker: denied, screen: ok, tmux: ok } });
  expect(await find('docker', facts)).toMatchObject({
    found: expect.stringContaining('only root may'),
    advice: null,
  });
  const inChinese = { ...facts, say: (_english: string, chinese: string) => chinese };
  expect((await find('docker', inChinese)).found).toContain('只有 root 可以');
});
