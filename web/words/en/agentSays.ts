/**
 * Where a language other than English says in its own words what agents, drivers and the hub say in English: from their
 * remarks, or by the state or code that came with a sentence of an older one. Here nothing does: their sentences are shown.
 */
import type { AgentRemarks } from '../../../src/model/agentRemark.ts';
import type { DriverState, SourceState } from '../../../src/model/node.ts';

export interface HubSays {
  what: string;
  /** Null: the hub's own hint stands. */
  hint: string | null;
}

export const agentSays = {
  /** Of an agent's remarks; null where its sentence has to do, which is English. */
  agentRemarks: (_remarks: AgentRemarks): string | null => null,
  driverSays: (_state: DriverState): string | null => null,
  gpuSays: (_state: string): string | null => null,
  sourceSays: (_name: string, _state: SourceState['state']): string | null => null,
  diskSays: (_state: string): string | null => null,
  xidSays: (_code: number): string | null => null,
  /** By the code of a failure. */
  hubSays: (_code: string): HubSays | null => null,
};
