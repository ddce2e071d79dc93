/**
 * Who may change something through an older interface (trust.md 16): whoever has a personal token of scope
 * `dialect-write` in the path, `http://HOST:PORT/t/TOKEN/…`, or asks from a network that was opened for this dialect.
 */
import { BlockList, isIPv4 } from 'node:net';
import { parseNetwork } from '../io/network.ts';
import type { Account } from '../protocol/accountApi.ts';
import type { Writer } from './dialect.ts';

export const WRITING_IS_OFF = 'flowline: writing is off';
export const UNKNOWN_TOKEN = 'flowline: this token is unknown, expired or not for this';

export interface WriteDoorOptions {
  name: string;
  /** Whose a token is; null for one that is not good here. */
  accountOf(token: string): Account | null;
  /** Networks that are open, like `10.0.0.0/24`. */
  networks: readonly string[];
}

export interface WriteDoor {
  /**
   * Who writes; null where nobody may.
   * @param token null: none was in the path
   * @param address whose connection it is; null where that is a proxy's, which says nothing of who asks
   */
  writer(token: string | null, address: string | null): Writer | null;
}

/** The door of one dialect's listener. */
export function writeDoor({ name, accountOf, networks }: WriteDoorOptions): WriteDoor {
  const open = networks.map((network) => ({ network, list: blockList(network) }));
  return {
    writer(token, address) {
      if (token !== null) {
        const account = accountOf(token);
        return account && { account, isLocal: false };
      }
      if (address === null) return null;
      const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
      const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
      const found = open.find(({ list }) => list.check(plain, family));
      // Whoever started the hub opened this network: what comes from there acts as he does, and the trail says whence.
      return found
        ? { account: { name: `${name} from ${found.network}`, role: 'administrator' }, isLocal: true }
        : null;
    },
  };
}

function blockList(network: string): BlockList {
  const list = new BlockList();
  const parsed = parseNetwork(network);
  if (parsed) list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  return list;
}

/** Takes `/t/TOKEN` off a path: what is left is the older system's own. */
export function splitToken(url: string): { token: string | null; url: string } {
  const match = /^\/t\/([^/?#]*)(.*)$/s.exec(url);
  if (!match) return { token: null, url };
  const rest = match[2] ?? '';
  return { token: match[1] ?? '', url: rest.startsWith('/') ? rest : `/${rest}` };
}
