import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../../../test/support/manualClock.ts';
import { LINK_LIFETIME_MS, openSessions, SESSION_LIFETIME_MS } from './sessions.ts';

const person = { name: 'alice', role: 'administrator' } as const;

async function bed() {
  const folder = await mkdtemp(join(tmpdir(), 'flowline-sessions-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clock = manualClock();
  return { clock, open: () => openSessions(folder, clock) };
}

test('a link waits its ten minutes, and not one moment longer', async () => {
  const { clock, open } = await bed();
  const sessions = await open();
  const [inTime, late] = [sessions.createCode(person), sessions.createCode(person)];
  clock.pass(LINK_LIFETIME_MS - 1);
  expect((await sessions.redeem(inTime.code))?.account).toEqual(person);
  clock.pass(1);
  expect(await sessions.redeem(late.code)).toBeNull();
});

test('of a hundred and one links that nobody opened the oldest is no longer good', async () => {
  const { open } = await bed();
  const sessions = await open();
  const [oldest, next] = Array.from({ length: 101 }, () => sessions.createCode(person));
  expect(await sessions.redeem(oldest?.code ?? '')).toBeNull();
  expect((await sessions.redeem(next?.code ?? ''))?.account).toEqual(person);
});

test('of two browsers that open a link at once, one is logged in', async () => {
  const { open } = await bed();
  const sessions = await open();
  const { code } = sessions.createCode(person);
  const opened = await Promise.all([sessions.redeem(code), sessions.redeem(code)]);
  expect(opened.filter((session) => session !== null)).toHaveLength(1);
});

test('a hub that restarts knows its sessions, and no link that it printed before', async () => {
  const { open } = await bed();
  const before = await open();
  const left = before.createCode(person);
  const opened = await before.redeem(before.createCode(person).code);
  const after = await open();
  expect(after.check(opened?.cookie ?? '', opened?.secret ?? '')).toMatchObject({ mayWrite: true });
  expect(await after.redeem(left.code)).toBeNull();
});

test('a cookie without its secret, or with another’s, writes nothing; after a month neither reads', async () => {
  const { clock, open } = await bed();
  const sessions = await open();
  const mine = await sessions.redeem(sessions.createCode(person).code);
  const other = await sessions.redeem(sessions.createCode(person).code);
  const cookie = mine?.cookie ?? '';
  expect(sessions.check(cookie, null)).toMatchObject({ mayWrite: false });
  expect(sessions.check(cookie, other?.secret ?? '')).toMatchObject({ mayWrite: false });
  expect(sessions.check(`${cookie}x`, mine?.secret ?? '')).toBeNull();
  expect(sessions.check(cookie.split('.')[0] ?? '', mine?.secret ?? '')).toBeNull();
  clock.pass(SESSION_LIFETIME_MS);
  expect(sessions.check(cookie, mine?.secret ?? '')).toBeNull();
});
