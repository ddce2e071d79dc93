import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../../../test/support/manualClock.ts';
import { openTokens } from './tokens.ts';

test('the administrator’s token is made for its owner’s eyes, stays the same, and is closed again where somebody opened it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowline-tokens-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clock = manualClock(1000);
  const mode = async () => (await stat(join(folder, 'token'))).mode & 0o777;
  const { localToken } = await openTokens(folder, clock);
  expect(await mode()).toBe(0o600);
  await chmod(join(folder, 'token'), 0o644);
  expect((await openTokens(folder, clock)).localToken).toBe(localToken);
  expect(await mode()).toBe(0o600);
});
