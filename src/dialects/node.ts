/** What a dialect's node role is lent of the agent: this machine's newest sample. */
import type { NodeSample } from '../model/node.ts';

export interface NodeParts {
  /** Null before the first. */
  sample(): NodeSample | null | Promise<NodeSample | null>;
  /** Of `cluster-status`, which answers nobody without it; null where none was given. */
  password: string | null;
  nowMs(): number;
}
