/**
 * When a machine that may run tasks has to be allowed again: its credential comes from another machine, or two machines use
 * it at once. Which of them was trusted, nobody can tell (trust.md, 6).
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { Audit } from '../audit.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { NodeRegistry } from './nodeRegistry.ts';

export interface MachineTrust {
  /** It runs no tasks until an administrator has allowed it again; told to the log and the trail. */
  askAgain(nodeId: string, from: string, why: string): Promise<void>;
  /** @param machineId as its agent says: a credential that was copied, or a machine that was given another id */
  check(nodeId: string, machineId: unknown, from: string): Promise<void>;
}

/** Over the registry of a hub. */
export function machineTrust(parts: {
  registry: NodeRegistry;
  fleet: FleetNow;
  audit: Audit;
  clock: Clock;
  log: Log;
}): MachineTrust {
  const { registry, fleet, audit, clock, log } = parts;
  const askAgain: MachineTrust['askAgain'] = async (nodeId, from, why) => {
    if (registry.get(nodeId)?.mayRun !== true) return;
    const status = fleet.status(nodeId, clock.nowMs());
    if (status) fleet.setNode({ id: nodeId, name: status.name, alias: status.alias, mayRun: false });
    log.warn({ node: nodeId, address: from, why }, 'a machine may run no tasks until it is allowed again');
    audit.write({ who: nodeId, what: 'ask-again', on: 'hub', result: why, from, door: 'agent' });
    await registry.change(nodeId, { mayRun: null });
  };
  return {
    askAgain,
    async check(nodeId, machineId, from) {
      const known = registry.get(nodeId);
      if (!known || typeof machineId !== 'string' || machineId === known.machineId) return;
      if (!/^[\x20-\x7e]{8,128}$/.test(machineId)) return;
      await askAgain(nodeId, from, 'its machine id is another than when it joined');
      if (!registry.find(machineId)) await registry.change(nodeId, { machineId });
    },
  };
}
