/** This machine read by itself, once: what `flowline status` prints, also where no hub runs. */
import { type Machine, sampler } from '../agent/sampler.ts';
import { systemClock } from '../io/clock.ts';
import type { NodeStatus } from '../model/node.ts';
import type { Surroundings } from './surroundings.ts';
import { thisMachine } from './thisMachine.ts';

/** One sample with everything in it, within 10 s, then everything is let go. */
export async function readThisMachine(surroundings: Surroundings): Promise<NodeStatus> {
  const machine = thisMachine(surroundings);
  try {
    const sample = await sampler({
      machine,
      agentVersion: surroundings.version,
      intervalMs: 1000,
      clock: systemClock,
    }).sample();
    const { hostname } = machine;
    return {
      id: hostname,
      name: hostname,
      alias: null,
      address: null,
      state: 'online',
      absence: null,
      mayRun: false,
      maintenance: null,
      rebooted: null,
      source: null,
      lastSeenAtMs: sample.takenAtMs,
      sample,
    };
  } finally {
    await stopMachine(machine);
  }
}

const stopMachine = (machine: Machine): Promise<unknown> =>
  Promise.all(
    [machine.driver, machine.host, machine.processes, machine.containers, machine.sessions].map((source) =>
      source.stop(),
    ),
  );
