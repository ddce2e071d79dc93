/** Network interfaces: which are worth showing, their addresses, their traffic. Pure. */
import type { Network } from '../../../model/host.ts';
import { MAX_NETWORKS_PER_NODE } from '../../../model/limits.ts';
import { ratePerSecond } from '../rate.ts';

export interface InterfaceCounters {
  receivedBytes: number;
  transmittedBytes: number;
}

/**
 * Bytes per interface from /proc/net/dev, in its order:
 *
 *     Inter-|   Receive                                                |  Transmit
 *      face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets …
 *         lo:    3193      29    0    0    0     0          0         0     3193      29 …
 *       eth0: 510598388   12210    0    0    0     0          0         0   675741    6622 …
 */
export function parseInterfaceCounters(text: string): Map<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+):\s*(\d+)(?:\s+\d+){7}\s+(\d+)\s/.exec(line);
    if (match?.[1]) {
      counters.set(match[1], { receivedBytes: Number(match[2]), transmittedBytes: Number(match[3]) });
    }
  }
  return counters;
}

/**
 * Left out: loopback, and the machine's ends of containers and virtual machines: a machine with fifty containers
 * would show a hundred rows that say nothing. Tunnels, bonds and named bridges stay.
 */
const VIRTUAL =
  /^(lo|veth.*|docker\d*|br-[0-9a-f]{12}|virbr\d.*|vnet\d+|cali.*|cni\d.*|flannel.*|ifb\d+|dummy\d+|tunl0|sit0)$/;

export interface NetworkReading {
  counters: Map<string, InterfaceCounters>;
  /** Per interface; as `os.networkInterfaces` tells. */
  addresses: Map<string, string[]>;
}

/** What to show: interfaces that have an address or ever carried a byte, with their rates since the reading before. */
export function describeNetworks(
  before: Map<string, InterfaceCounters>,
  now: NetworkReading,
  elapsedMs: number,
): Network[] {
  const networks: Network[] = [];
  for (const [name, counters] of now.counters) {
    const addresses = now.addresses.get(name) ?? [];
    const silent = counters.receivedBytes === 0 && counters.transmittedBytes === 0;
    if (VIRTUAL.test(name) || (addresses.length === 0 && silent)) continue;
    const earlier = before.get(name);
    networks.push({
      interface: name,
      addresses: addresses.slice(0, 64),
      receiveBytesPerSecond: ratePerSecond(earlier?.receivedBytes, counters.receivedBytes, elapsedMs),
      transmitBytesPerSecond: ratePerSecond(earlier?.transmittedBytes, counters.transmittedBytes, elapsedMs),
    });
  }
  return networks.slice(0, MAX_NETWORKS_PER_NODE);
}
