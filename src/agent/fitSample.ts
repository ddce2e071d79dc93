/**
 * Keeps a sample below what a hub takes in one message: very many processes with very long command lines would else take
 * the whole machine off the screen. What is cut is the longest text first, then the least needed lists. Pure.
 */
import { MAX_SAMPLE_BYTES } from '../model/limits.ts';
import type { NodeSample } from '../model/node.ts';

/** Below this many entries no sample can reach the limit: nothing is measured. */
const SURELY_SMALL_ENTRIES = 150;
const SHORT_COMMAND_CHARACTERS = 128;
const FEW_PER_LIST = 100;

/** The sample itself, or one that is cut as little as need be. */
export function fitSample(sample: NodeSample, maximumBytes = MAX_SAMPLE_BYTES): NodeSample {
  const processes = sample.gpus.reduce((sum, gpu) => sum + gpu.processes.length, 0);
  const entries = processes + sample.containers.length + sample.sessions.length;
  if (entries <= SURELY_SMALL_ENTRIES) return sample;
  for (const cut of [same, shortenTexts, shortenLists]) {
    sample = cut(sample);
    if (Buffer.byteLength(JSON.stringify(sample)) <= maximumBytes) return sample;
  }
  return {
    ...sample,
    gpus: sample.gpus.map((gpu) => ({ ...gpu, processes: [] })),
    containers: [],
    sessions: [],
  };
}

const same = (sample: NodeSample): NodeSample => sample;

const shortenTexts = (sample: NodeSample): NodeSample => ({
  ...sample,
  gpus: sample.gpus.map((gpu) => ({
    ...gpu,
    processes: gpu.processes.map((process) => ({
      ...process,
      command: process.command?.slice(0, SHORT_COMMAND_CHARACTERS) ?? null,
      executable: null,
      workingDirectory: null,
      pythonEnvironment: null,
    })),
  })),
});

/** Those with the most memory stay: the lists come sorted by it. */
const shortenLists = (sample: NodeSample): NodeSample => ({
  ...sample,
  gpus: sample.gpus.map((gpu) => ({ ...gpu, processes: gpu.processes.slice(0, FEW_PER_LIST) })),
  containers: sample.containers.slice(0, FEW_PER_LIST),
  sessions: sample.sessions.slice(0, FEW_PER_LIST),
});
