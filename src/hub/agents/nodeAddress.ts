/** Where people reach a node. */
import type { NodeSample } from '../../model/node.ts';

/** The address its link came from; for one that came over loopback, the first that the machine says it has. */
export function nodeAddress(linkAddress: string, sample: NodeSample): string {
  if (linkAddress !== '::1' && !linkAddress.startsWith('127.')) return linkAddress;
  return sample.host.networks.flatMap((network) => network.addresses)[0] ?? linkAddress;
}
