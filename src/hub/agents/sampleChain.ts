/** A connection's samples: the first one whole, then patches, numbered without a gap; each result checked as a whole. */
import { applyPatch, type Json } from '../../fleet/patch.ts';
import { firstIssue } from '../../lib/firstIssue.ts';
import { NodeSample } from '../../model/node.ts';

/** `again`: everything is needed once more. `malformed`: the agent is faulty, and the connection ends. */
export type Heard =
  | { kind: 'sample'; sample: NodeSample }
  | { kind: 'again'; reason: string }
  | { kind: 'malformed'; reason: string };

export interface SampleChain {
  /** The whole of a sample, which begins the chain anew. */
  begin(sample: NodeSample, sequence: number): void;
  follow(sequence: number, patch: Json): Heard;
  /** False before the first hello. */
  hasBegun(): boolean;
  /** Number of the last sample. */
  lastSequence(): number;
  /** Samples that were numbered and never came. */
  gaps(): number;
}

/** Waits for a hello. */
export function sampleChain(): SampleChain {
  let raw: Json | null = null;
  let begun = false;
  let last = 0;
  let gaps = 0;

  const breakOff = (reason: string): Heard => {
    raw = null;
    return { kind: 'again', reason };
  };

  return {
    begin(sample, sequence) {
      raw = sample as unknown as Json;
      last = sequence;
      begun = true;
    },
    follow(sequence, patch) {
      if (raw === null) return breakOff('a sample came before hello');
      const expected = last + 1;
      if (sequence !== expected) {
        gaps += Math.max(1, sequence - expected);
        return breakOff(`sample ${sequence} came, ${expected} was due`);
      }
      let next: Json;
      try {
        next = applyPatch(raw, patch);
      } catch (failure) {
        return breakOff(failure instanceof Error ? failure.message : String(failure));
      }
      const sample = NodeSample.safeParse(next);
      if (!sample.success)
        return { kind: 'malformed', reason: `malformed sample: ${firstIssue(sample.error)}` };
      // What the schema does not know is let go here: kept, it would be a node's own store in our memory.
      raw = sample.data as unknown as Json;
      last = sequence;
      return { kind: 'sample', sample: sample.data };
    },
    hasBegun: () => begun,
    lastSequence: () => last,
    gaps: () => gaps,
  };
}
