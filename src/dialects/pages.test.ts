import { expect, test } from 'vitest';
import { dialectBed } from '../../test/support/dialectBed.ts';
import { olderPages } from './pages.ts';

test('whoever opens an older page is led to ours, by the name he called', async () => {
  const bed = await dialectBed(({ pageUrl }) => olderPages(pageUrl));
  const leads = async (path: string) =>
    (await bed.ask('GET', path, { headers: { host: 'localhost:8000' } })).headers.location;
  expect(await leads('/monitor')).toBe('http://localhost:3569/');
  expect(await leads('/')).toBe('http://localhost:3569/');
  expect(await leads('/settings')).toBe('http://localhost:3569/settings');
  expect(await leads('/constructor')).toBe('http://localhost:3569/');
  expect(await leads('//evil.example/tasks')).toBe('http://localhost:3569/');
  const { status, body } = await bed.ask('GET', '/', { headers: { host: 'evil.example' } });
  expect([status, body]).toEqual([421, expect.stringContaining('--host-name NAME')]);
  await bed.stop();
});
