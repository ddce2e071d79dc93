/**
 * The last ten minutes of every node, in memory: what a card's line shows before the page has watched for ten minutes
 * itself. Steps of 5 s; a step in which nothing was heard is null, so that a line ends in a gap.
 */
import { figuresAreNow } from '../../fleet/gpuCondition.ts';
import { gpuIdentity } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import type { RecentFigures } from '../../protocol/hubApi.ts';

export const STEP_MS = 5000;
export const STEPS = 120;

export interface Recent {
  /** Notes a node's sample; within one step the newest counts. */
  note(nodeId: string, sample: NodeSample, nowMs: number): void;
  /** The figures up to now, oldest first; null for a node that was never noted. */
  figures(nodeId: string, nowMs: number): RecentFigures | null;
  forget(nodeId: string): void;
}

/** One figure over the last steps: a ring addressed by step number. NaN stands for "not read" inside, null outside. */
class Line {
  readonly #values = new Float64Array(STEPS).fill(Number.NaN);
  #newestStep = -1;

  put(step: number, value: number | null): void {
    if (step > this.#newestStep) {
      const firstEmpty = Math.max(this.#newestStep + 1, step - STEPS + 1);
      for (let empty = firstEmpty; empty < step; empty++) this.#values[empty % STEPS] = Number.NaN;
      this.#newestStep = step;
    } else if (step < this.#newestStep) {
      return; // The clock went back: keep what there is.
    }
    this.#values[step % STEPS] = value ?? Number.NaN;
  }

  /** The newest step in which something was put. */
  get newestStep(): number {
    return this.#newestStep;
  }

  until(step: number): (number | null)[] {
    return Array.from({ length: STEPS }, (_, place) => {
      const wanted = step - STEPS + 1 + place;
      if (wanted > this.#newestStep || wanted <= this.#newestStep - STEPS || wanted < 0) return null;
      const value = this.#values[wanted % STEPS];
      return value === undefined || Number.isNaN(value) ? null : value;
    });
  }
}

const GPU_FIGURES = ['utilizationPercent', 'memoryUsedBytes', 'powerWatts'] as const;
type GpuLines = Record<(typeof GPU_FIGURES)[number], Line>;
interface NodeLines {
  gpus: Map<string, GpuLines>;
  host: { cpuPercent: Line; memoryUsedBytes: Line; receiveBytesPerSecond: Line };
}

/** Nothing noted yet. */
export function recent(): Recent {
  const nodes = new Map<string, NodeLines>();
  return {
    note(nodeId, sample, nowMs) {
      const step = Math.floor(nowMs / STEP_MS);
      let lines = nodes.get(nodeId);
      if (!lines) {
        lines = {
          gpus: new Map(),
          host: { cpuPercent: new Line(), memoryUsedBytes: new Line(), receiveBytesPerSecond: new Line() },
        };
        nodes.set(nodeId, lines);
      }
      lines.host.cpuPercent.put(step, sample.host.cpuPercent);
      lines.host.memoryUsedBytes.put(step, sample.host.memoryUsedBytes);
      lines.host.receiveBytesPerSecond.put(step, received(sample));
      for (const gpu of sample.gpus) {
        const identity = gpuIdentity(gpu);
        let gpuLines = lines.gpus.get(identity);
        if (!gpuLines) {
          gpuLines = { utilizationPercent: new Line(), memoryUsedBytes: new Line(), powerWatts: new Line() };
          lines.gpus.set(identity, gpuLines);
        }
        // A driver that does not answer lets the agent say the last figures again: true no more, and no flat line.
        const told = figuresAreNow(sample);
        for (const figure of GPU_FIGURES) gpuLines[figure].put(step, told ? gpu[figure] : null);
      }
      forgetGone(lines.gpus, step);
    },
    figures(nodeId, nowMs) {
      const lines = nodes.get(nodeId);
      if (!lines) return null;
      const step = Math.floor(nowMs / STEP_MS);
      return {
        endsAtMs: (step + 1) * STEP_MS,
        intervalMs: STEP_MS,
        gpus: [...lines.gpus].map(([identity, gpu]) => ({
          identity,
          utilizationPercent: gpu.utilizationPercent.until(step),
          memoryUsedBytes: gpu.memoryUsedBytes.until(step),
          powerWatts: gpu.powerWatts.until(step),
        })),
        host: {
          cpuPercent: lines.host.cpuPercent.until(step),
          memoryUsedBytes: lines.host.memoryUsedBytes.until(step),
          receiveBytesPerSecond: lines.host.receiveBytesPerSecond.until(step),
        },
      };
    },
    forget(nodeId) {
      nodes.delete(nodeId);
    },
  };
}

/** A GPU that was not heard of for the whole time has no line any more; more than a node may have are not kept. */
function forgetGone(gpus: Map<string, GpuLines>, step: number): void {
  for (const [identity, lines] of gpus) {
    const isGone = lines.utilizationPercent.newestStep <= step - STEPS;
    if (isGone || gpus.size > MAX_GPUS_PER_NODE) gpus.delete(identity);
  }
}

function received(sample: NodeSample): number | null {
  let sum: number | null = null;
  for (const network of sample.host.networks) {
    if (network.receiveBytesPerSecond !== null) sum = (sum ?? 0) + network.receiveBytesPerSecond;
  }
  return sum;
}
