/** Networks as people write them. */
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
