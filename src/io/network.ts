/** Networks and addresses: as people write them, and whose an address is. */
import { isIPv4, isIPv6 } from 'node:net';

/** `10.0.0.0/24`, `10.0.0.7`, `fd00::/8`: null where it is none. */
export function parseNetwork(
  text: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : null;
  if (family === null || rest.length > 0) return null;
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : most + 1;
  return prefix > most ? null : { address, prefix, family };
}

/** An IPv4 address without what a socket of both families writes before it. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * Whose limits an address counts for: an IPv4 address its own, of an IPv6 one the first 64 bits, since whoever has one has
 * all others of these; of a link-local one all, for there these bits are everybody's. All of loopback is one: whoever is on
 * this machine may call from each of its 16 million addresses.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address).split('%', 1)[0] ?? '';
  if (plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))) return '127.0.0.1';
  if (!isIPv6(plain) || /^fe[89ab]/i.test(plain)) return plain;
  const [left = '', right] = plain.split('::', 2);
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const groups =
    right === undefined
      ? before
      : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
