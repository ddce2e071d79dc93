/** What a program does with its card as time goes on: how hard it works, and how its memory grows. Pure. */
import { between, type Random } from './random.ts';
import type { GpuWork, ImaginedProcess, Rhythm } from './world.ts';

/** A program reads its weights and fills its pools for about this long. */
const LOADING_SECONDS = 12;
/** A training pauses this often to validate, and for so long. */
const EPOCH_MS = 75_000;
const VALIDATION_MS = 4_000;

/** What a program would use of a card that it has for itself, in percent, at this instant. */
function wantedPercent(rhythm: Rhythm, phaseMs: number, random: Random): number {
  switch (rhythm) {
    case 'steady':
      return phaseMs % EPOCH_MS < VALIDATION_MS ? 42 : between(random, 96, 100);
    case 'uneven':
      return phaseMs % EPOCH_MS < 2 * VALIDATION_MS ? 25 : between(random, 68, 98);
    case 'bursts':
      return random() < 0.6 ? between(random, 20, 85) : between(random, 5, 12);
    case 'screen':
      return between(random, 0, 9);
    case 'resting':
      return 0;
  }
}

/** A process so many seconds later. `freeBytes` is what its card still has for it. */
export function advanceProcess(
  process: ImaginedProcess,
  freeBytes: number,
  nowMs: number,
  seconds: number,
  random: Random,
): ImaginedProcess {
  if (!process.work) return process;
  // By pid, so that jobs that began together do not pause together.
  const phaseMs = nowMs - process.startedAtMs + process.pid * 7_919;
  const work = advanceWork(process.work, phaseMs, freeBytes, seconds, random);
  const busy = process.work.rhythm === 'resting' ? 1 : 0.4 + (0.6 * work.utilizationPercent) / 100;
  return {
    ...process,
    work,
    cpuPercent: process.program.usualCpuPercent * busy * between(random, 0.95, 1.05),
  };
}

function advanceWork(
  work: GpuWork,
  phaseMs: number,
  freeBytes: number,
  seconds: number,
  random: Random,
): GpuWork {
  const memoryTargetBytes = work.memoryTargetBytes + Math.floor(work.leakBytesPerSecond * seconds);
  const step = Math.ceil((memoryTargetBytes - work.memoryBytes) * Math.min(1, seconds / LOADING_SECONDS));
  const memoryBytes = work.memoryBytes + Math.min(step, Math.floor(freeBytes));
  const loading = memoryBytes < memoryTargetBytes * 0.8;
  const wanted = loading ? between(random, 0, 8) : wantedPercent(work.rhythm, phaseMs, random);
  const follows = Math.min(1, seconds * 0.7);
  const utilizationPercent =
    work.rhythm === 'resting' ? 0 : work.utilizationPercent + (wanted - work.utilizationPercent) * follows;
  return { ...work, memoryTargetBytes, memoryBytes, utilizationPercent };
}

/** True of a program that asked for more than the card has: it ends with an out-of-memory error. */
export function isOutOfMemory(process: ImaginedProcess, freeBytes: number): boolean {
  return (
    process.work !== null &&
    process.work.leakBytesPerSecond > 0 &&
    process.work.memoryTargetBytes > process.work.memoryBytes + freeBytes
  );
}
