/**
 * Where a language other than English says in its own words what agents, drivers and the hub say in English. Here
 * nothing does: their own sentences are shown.
 */
import type { DriverState, SourceState } from '../../../src/model/node.ts';

export interface HubSays {
  what: string;
  /** Null: the hub's own hint stands. */
  hint: string | null;
}

export const agentSays = {
  driverSays: (_state: DriverState): string | null => null,
  gpuSays: (_state: string): string | null => null,
  sourceSays: (_name: string, _state: SourceState['state']): string | null => null,
  diskSays: (_state: string): string | null => null,
  /** By the code of a failure. */
  hubSays: (_code: string): HubSays | null => null,
};
