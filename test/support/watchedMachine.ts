/** `up` over an imagined driver, and its one machine as the interface tells it. */
import { NodeStatus } from '../../src/model/node.ts';
import type { ImaginedMachine } from '../../src/simulator/imagined.ts';
import { type RunningHub, startHubProgram } from './program.ts';
import { standInDriver } from './standInDriver.ts';
import { waitFor } from './waitFor.ts';

export interface WatchedMachine {
  up: RunningHub;
  /** The imagined machine was changed. */
  apply(): void;
  /** The machine as GET /api/v1/nodes tells it; null before its first sample. */
  node(): Promise<NodeStatus | null>;
  /** Waits until the machine is so, then gives it. */
  until(
    what: string,
    isTrue: (sample: NonNullable<NodeStatus['sample']>) => boolean,
    withinMs?: number,
  ): Promise<NonNullable<NodeStatus['sample']>>;
  end(): Promise<void>;
}

/** Starts it; ended by `end`. */
export async function watchMachine(machine: ImaginedMachine): Promise<WatchedMachine> {
  const driver = standInDriver(machine);
  const up = await startHubProgram('up', [], driver.environment);

  async function node(): Promise<NodeStatus | null> {
    const { nodes } = (await (await fetch(`${up.url}/api/v1/nodes`)).json()) as { nodes: unknown[] };
    return nodes[0] === undefined ? null : NodeStatus.parse(nodes[0]);
  }

  return {
    up,
    apply: driver.apply,
    node,
    until: (what, isTrue, withinMs = 20_000) =>
      waitFor(
        what,
        async () => {
          const sample = (await node())?.sample;
          return sample !== undefined && sample !== null && isTrue(sample) && sample;
        },
        withinMs,
      ),
    async end() {
      await up.end();
      driver.remove();
    },
  };
}
