/** On what was measured, and how much else was going on there meanwhile: figures of a busy machine are worth less. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface BenchMachine {
  processor: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
}

/** The machine, without its name. */
export const describeMachine = (): BenchMachine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release().split('-')[0] ?? release(),
  node: process.version,
});

/** Processes that ran or wanted to, over the last minute; with what is measured among them. */
export const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(1));
