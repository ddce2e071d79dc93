/**
 * Remembers which GPUs this machine had: one that the driver no longer counts is told as missing, not forgotten, and
 * one that came back without its uuid is still known by it.
 */

import { blankFastFigures, blankSlowFigures } from '../../model/blankReading.ts';
import { type GpuReading, gpuIdentity } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE } from '../../model/limits.ts';
import { said } from '../said.ts';

export interface Roster {
  /** The counted GPUs in their order, with what is remembered of who they are, and then the vanished ones. */
  call(counted: readonly GpuReading[]): GpuReading[];
}

/**
 * In memory only: a card that vanished before the agent started is not told. Past the most GPUs of a node, those seen
 * longest ago are forgotten.
 */
export function createRoster(): Roster {
  const remembered = new Map<string, GpuReading>();

  function call(counted: readonly GpuReading[]): GpuReading[] {
    const present = identify(counted);
    const identities = new Set(present.map(gpuIdentity));
    const indexes = new Set(present.map((gpu) => gpu.index));
    for (const [identity, gpu] of remembered) {
      // Known by its index alone: whoever sits there now is the same one, as far as anybody can tell.
      const replaced = gpu.uuid === null && gpu.pciBusId === null && indexes.has(gpu.index);
      if (replaced && !identities.has(identity)) remembered.delete(identity);
    }
    for (const gpu of present) {
      // Set anew, so that the one that was seen longest ago comes first.
      remembered.delete(gpuIdentity(gpu));
      remembered.set(gpuIdentity(gpu), gpu);
    }
    for (const identity of [...remembered.keys()].slice(0, -MAX_GPUS_PER_NODE)) remembered.delete(identity);
    const vanished = [...remembered]
      .filter(([identity]) => !identities.has(identity))
      .map(([, gpu]) => asMissing(gpu));
    return [...present, ...vanished].slice(0, MAX_GPUS_PER_NODE);
  }

  /** A lost card may not tell its uuid any more: the remembered one at its place that nobody else claims is it. */
  function identify(counted: readonly GpuReading[]): GpuReading[] {
    const claimed = new Set(counted.map(gpuIdentity));
    return counted.map((gpu) => {
      if (gpu.uuid !== null || gpu.pciBusId !== null || gpu.state === 'ok') return gpu;
      for (const [identity, known] of remembered) {
        if (known.index === gpu.index && !claimed.has(identity)) return { ...gpu, ...identityFigures(known) };
      }
      return gpu;
    });
  }

  return { call };
}

function identityFigures(known: GpuReading) {
  const { uuid, name, serial, vbiosVersion, pciBusId } = known;
  return { uuid, name, serial, vbiosVersion, pciBusId };
}

function asMissing(gpu: GpuReading): GpuReading {
  return {
    ...gpu,
    ...blankFastFigures(),
    ...blankSlowFigures(),
    state: 'missing',
    ...said({ kind: 'gpu-missing' }),
  };
}
