/** By which address the older master would know each machine: its answers are keyed by it, so each has its own. */
import type { NodeStatus } from '../../model/node.ts';

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/**
 * For each machine, in order: the address that it is configured with or connects from, else one of its own, else what is left when others have
 * those (machines behind one gateway, an imagined fleet): its name, its id.
 */
export function distinctAddresses(nodes: readonly NodeStatus[]): string[] {
  const taken = new Set<string>();
  const addresses = new Map<NodeStatus, string>();
  // What a machine without an agent says of its address takes none from one that has one.
  const isSaid = ({ source }: NodeStatus): boolean => source !== null && source.host === null;
  for (const node of [...nodes.filter((one) => !isSaid(one)), ...nodes.filter(isSaid)]) {
    const own = (node.sample?.host.networks ?? [])
      .filter(({ interface: name }) => !/^(lo$|docker)/.test(name))
      .flatMap(({ addresses }) => addresses.filter((address) => IPV4.test(address)));
    const seen = node.address === null ? [] : [node.address.replace(/^::ffff:(?=\d+\.)/i, '')];
    const wanted = [
      ...(node.source?.host ? [node.source.host] : []),
      ...seen.filter((address) => !isLoopback(address)),
      ...own.filter((address) => !isLoopback(address)),
      ...seen,
      node.name,
      node.id,
    ];
    const address = wanted.find((one) => !taken.has(one)) ?? node.id;
    taken.add(address);
    addresses.set(node, address);
  }
  return nodes.map((node) => addresses.get(node) ?? node.id);
}
