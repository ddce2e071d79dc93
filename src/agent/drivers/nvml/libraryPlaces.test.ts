/** Signs of a driver change when its library comes, goes or is another, and not by themselves. */
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { signsOfDriver, watchForDriver } from './libraryPlaces.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowline-signs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a library that appears, is replaced and goes changes the signs each time', async () => {
  const named = join(folder, 'libnvidia-ml.so.1');
  const none = await signsOfDriver(named);
  expect(await signsOfDriver(named)).toBe(none);
  writeFileSync(join(folder, 'first'), '');
  symlinkSync(join(folder, 'first'), named);
  const first = await signsOfDriver(named);
  expect(first).not.toBe(none);
  writeFileSync(join(folder, 'second'), '');
  renameSync(join(folder, 'second'), join(folder, 'first'));
  const second = await signsOfDriver(named);
  expect([none, first]).not.toContain(second);
  unlinkSync(named);
  expect(await signsOfDriver(named)).toBe(none);
});

test('the signs of the system stay as they are while nobody installs anything', async () => {
  expect(await signsOfDriver(null)).toBe(await signsOfDriver(null));
});

test('a look that hangs is the only one, and after it the next one begins', async () => {
  const looks: ((signs: string) => void)[] = [];
  const see = watchForDriver(null, () => new Promise((resolve) => looks.push(resolve)));
  const [first, second] = [see(), see()];
  expect(looks).toHaveLength(1);
  looks[0]?.('none');
  expect([await first, await second]).toEqual(['none', 'none']);
  void see();
  expect(looks).toHaveLength(2);
});
