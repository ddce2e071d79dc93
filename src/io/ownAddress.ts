/** Whether a host is this machine: what is meant for programs of one machine must not travel to another. */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

/** True where every address of the host is one of ours. A name that cannot be found is nobody's. */
export async function isThisMachine(host: string): Promise<boolean> {
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).map(({ address }) => address),
    ),
  );
  const isOurs = (address: string): boolean =>
    address.startsWith('127.') || address === '::1' || own.has(address);
  return found.length > 0 && found.every(({ address }) => isOurs(address));
}
