/**
 * Who may change something through an older interface (trust.md 16): whoever has a personal token of scope
 * `dialect-write` in the path, `http://HOST:PORT/t/TOKEN/…`, or asks from a network that was opened for this dialect. And
 * who may push reports: anybody, until networks are named; then who is of one of them, or has such a token.
 */
import { BlockList, isIPv4 } from 'node:net';
import { parseNetwork, plainAddress } from '../io/network.ts';
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
  /** Networks whose machines may push; none: every one. */
  reporters: readonly string[];
}

export interface WriteDoor {
  /**
   * Who writes; null where nobody may.
   * @param token null: none was in the path
   * @param address whose connection it is; null where that is a proxy's, which says nothing of who asks
   */
  writer(token: string | null, address: string | null): Writer | null;
  /** Whether whoever asks like this may push. */
  mayPush(token: string | null, address: string | null): boolean;
}

/** The door of one dialect's listener. */
export function writeDoor({ name, accountOf, networks, reporters }: WriteDoorOptions): WriteDoor {
  const open = networks.map((network) => ({ network, list: blockList(network) }));
  const pushing = reporters.map(blockList);
  return {
    writer(token, address) {
      if (token !== null) {
        const account = accountOf(token);
        return account && { account, isLocal: false };
      }
      if (address === null) return null;
      const found = open.find(({ list }) => holds(list, address));
      // Whoever started the hub opened this network: what comes from there acts as he does, and the trail says whence.
      return found
        ? { account: { name: `${name} from ${found.network}`, role: 'administrator' }, isLocal: true }
        : null;
    },
    mayPush: (token, address) =>
      pushing.length === 0 ||
      (token !== null && accountOf(token) !== null) ||
      (address !== null && pushing.some((list) => holds(list, address))),
  };
}

/** An IPv4 address on a socket of both families is written `::ffff:10.0.0.7`. */
function holds(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
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
