/** What is due in the next sample: the slow figures every so often, PCIe throughput once a second, of some GPUs in turn. */
import type { SampleRequest } from './messages.ts';

export interface Cadence {
  /** What a sample taken now should read. @param nowMs of a clock that never jumps */
  next(nowMs: number): Pick<SampleRequest, 'slow' | 'pcieGpus'>;
  /** A new child has read nothing yet. */
  restart(): void;
}

const PCIE_EVERY_MS = 1_000;
/** Samples come at about their times: one that is a little early must not put off what is due to the next. */
const EARLY = 0.9;

/**
 * Everything is due in the first sample, and again after `restart`.
 * @param slowEveryMs where it is below a second, PCIe throughput is due as often
 * @param pcieGpusPerTurn of how many GPUs it is read when it is due: each blocks for some 40 ms (slow.ts)
 */
export function createCadence(slowEveryMs: number, pcieGpusPerTurn: number): Cadence {
  let slowAtMs = Number.NEGATIVE_INFINITY;
  let pcieAtMs = Number.NEGATIVE_INFINITY;

  function next(nowMs: number): Pick<SampleRequest, 'slow' | 'pcieGpus'> {
    const slow = nowMs - slowAtMs >= slowEveryMs * EARLY;
    if (slow) slowAtMs = nowMs;
    const pcie = nowMs - pcieAtMs >= Math.min(PCIE_EVERY_MS, slowEveryMs) * EARLY;
    if (pcie) pcieAtMs = nowMs;
    return { slow, pcieGpus: pcie ? pcieGpusPerTurn : 0 };
  }

  function restart(): void {
    slowAtMs = Number.NEGATIVE_INFINITY;
    pcieAtMs = Number.NEGATIVE_INFINITY;
  }

  return { next, restart };
}
