import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../../test/support/manualClock.ts';
import { openTokens, type Tokens } from './tokens.ts';

let folder: string;
let clock: ManualClock;
let tokens: Tokens;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-tokens-'));
  clock = manualClock();
  tokens = await openTokens(folder, clock);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const joinToken = async (uses: number | null, lifetimeMs: number | null = 3_600_000): Promise<string> =>
  (await tokens.create({ scope: 'join', label: null, lifetimeMs, uses })).token;

test('a token is good until the instant at which it expires, and for nothing after it', async () => {
  const token = await joinToken(5, 60_000);
  clock.pass(59_999);
  expect(tokens.check(token)).toMatchObject({ scope: 'join', usesLeft: 5 });
  clock.pass(1);
  expect(tokens.check(token)).toBeNull();
  expect(await tokens.use(token)).toBeNull();
});

test('one without an end lasts', async () => {
  const token = await joinToken(null, null);
  clock.pass(100 * 365 * 86_400_000);
  expect(await tokens.use(token)).not.toBeNull();
});

test('of ten that use one for three at once three get in', async () => {
  const token = await joinToken(3);
  const got = await Promise.all(Array.from({ length: 10 }, () => tokens.use(token)));
  expect(got.filter((one) => one !== null)).toHaveLength(3);
  expect(tokens.check(token)).toBeNull();
});

test('what is left of it, and that it was revoked, outlives a restart', async () => {
  const [used, revoked] = [await joinToken(2), await joinToken(2)];
  await tokens.use(used);
  const id = tokens.check(revoked)?.id ?? '';
  expect(await tokens.revoke(id)).toBe(true);
  expect(await tokens.revoke(id)).toBe(false);
  tokens = await openTokens(folder, clock);
  expect(tokens.check(used)).toMatchObject({ usesLeft: 1 });
  expect(tokens.check(revoked)).toBeNull();
});

test('a use that could not be kept was none', async () => {
  const token = await joinToken(1);
  await rm(folder, { recursive: true });
  await expect(tokens.use(token)).rejects.toThrow();
  expect(tokens.check(token)).toMatchObject({ usesLeft: 1 });
});

test('neither half a token, nor another’s secret under its id, nor its hash is one', async () => {
  const [one, other] = [await joinToken(1), await joinToken(1)];
  // fl_, twelve letters of an id, _, the secret.
  const id = one.slice(0, 16);
  for (const wrong of ['', 'fl_', one.slice(0, -1), `${one}x`, id + other.slice(16), one.toUpperCase()])
    expect(tokens.check(wrong), wrong).toBeNull();
  const file = await readFile(join(folder, 'tokens.json'), 'utf8');
  expect(file).not.toContain(one.slice(16));
  const [hash = ''] = /"hash": "([^"]+)"/.exec(file)?.slice(1) ?? [];
  expect(tokens.check(id + hash)).toBeNull();
});

test('the administrator’s token is made for its owner’s eyes, stays the same, and is closed again where somebody opened it', async () => {
  const mode = async () => (await stat(join(folder, 'token'))).mode & 0o777;
  const { localToken } = tokens;
  expect(await mode()).toBe(0o600);
  await chmod(join(folder, 'token'), 0o644);
  expect((await openTokens(folder, clock)).localToken).toBe(localToken);
  expect(await mode()).toBe(0o600);
  expect(tokens.check(localToken)).toMatchObject({ scope: 'admin' });
  expect(tokens.list()).toEqual([]);
});
