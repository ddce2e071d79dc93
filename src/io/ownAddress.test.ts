import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isThisMachine } from './ownAddress.ts';

test('loopback and the addresses of our interfaces are this machine', async () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', ...own.map(({ address }) => address)])
    expect(await isThisMachine(host), host).toBe(true);
});

test('another address, and a name that nobody has, are not', async () => {
  // Of the blocks for documentation (RFC 5737, RFC 3849) and for names that never exist (RFC 6761).
  for (const host of ['192.0.2.7', '2001:db8::7', 'nowhere.invalid', ''])
    expect(await isThisMachine(host), host).toBe(false);
});
