/**
 * Joins what the driver, /proc, the container engine and the session tools say at one instant into one NodeSample.
 * It knows none of them: each comes through its seam (drivers/driver.ts, collectors/sources.ts).
 */
import type { Clock } from '../io/clock.ts';
import type { Gpu, GpuReading } from '../model/gpu.ts';
import { UNKNOWN_HOST } from '../model/host.ts';
import { MAX_CONTAINERS_PER_NODE, MAX_SESSIONS_PER_NODE } from '../model/limits.ts';
import type { NodeSample, SourceState } from '../model/node.ts';
import { type GpuProcess, type ProcessDetails, UNKNOWN_DETAILS } from '../model/process.ts';
import { joinDetails, type RunningTask } from './collectors/joinDetails.ts';
import type {
  ContainerSource,
  HostSource,
  ProcessFacts,
  ProcessSource,
  SessionSource,
} from './collectors/sources.ts';
import type { DriverReading, GpuDriver } from './drivers/driver.ts';
import { said } from './said.ts';

/** Everything a machine can be asked; the simulator puts imagined ones in their place. */
export interface Machine {
  hostname: string;
  /** Null where the system does not tell. */
  bootId: string | null;
  driver: GpuDriver;
  host: HostSource;
  processes: ProcessSource;
  containers: ContainerSource;
  sessions: SessionSource;
}

export interface SamplerOptions {
  machine: Machine;
  agentVersion: string;
  intervalMs: number;
  clock: Clock;
  /** Our own tasks whose processes run here. */
  runningTasks?: () => readonly RunningTask[];
}

export interface Sampler {
  /**
   * One sample, now. The first waits up to 3 s for the driver's first answer; later ones hardly wait. A source that
   * fails is told as failed, in words, and takes nothing else with it.
   */
  sample(): Promise<NodeSample>;
}

/** How long the first sample waits for the driver before it says `starting` (monitoring.md 6). */
const FIRST_PATIENCE_MS = 3000;

/** A sampler over one machine. */
export function sampler({
  machine,
  agentVersion,
  intervalMs,
  clock,
  runningTasks = () => [],
}: SamplerOptions): Sampler {
  let first = true;
  const bootId = machine.bootId;
  return {
    async sample() {
      const patienceMs = first ? FIRST_PATIENCE_MS : Math.min(intervalMs * 0.8, 1500);
      first = false;
      const [reading, host, sessions] = await Promise.all([
        answerOf(() => machine.driver.read(patienceMs), failedDriver),
        answerOf(
          () => machine.host.read(),
          () => UNKNOWN_HOST,
        ),
        answerOf(
          () => machine.sessions.read(),
          (state) => ({ screen: state, tmux: state, sessions: [] }),
        ),
      ]);
      // After the driver: which GPUs a container was given is told by the driver's own list.
      const containers = await answerOf(
        () => machine.containers.read(),
        (state) => ({ state, containers: [] }),
      );
      const pids = new Set(reading.gpus.flatMap((gpu) => gpu.processes.map((process) => process.pid)));
      const facts = await answerOf(
        () => machine.processes.inspect([...pids]),
        () => new Map<number, ProcessFacts>(),
      );
      const around = {
        containers: containers.containers,
        sessions: sessions.sessions,
        tasks: runningTasks(),
      };
      const join = (pid: number): ProcessDetails => {
        const known = facts.get(pid);
        return known ? joinDetails(known, around) : UNKNOWN_DETAILS;
      };
      return {
        takenAtMs: clock.nowMs(),
        intervalMs,
        hostname: machine.hostname,
        agentVersion,
        bootId,
        driver: reading.driver,
        gpus: reading.gpus.map((gpu) => joinGpu(gpu, join)),
        host,
        containers: containers.containers.map((found) => found.container).slice(0, MAX_CONTAINERS_PER_NODE),
        sessions: sessions.sessions.map((found) => found.session).slice(0, MAX_SESSIONS_PER_NODE),
        sources: { docker: containers.state, screen: sessions.screen, tmux: sessions.tmux },
        refusedFigures: reading.refusedFigures,
      };
    },
  };
}

/** What a source answers; where it throws, what is said in its place. */
async function answerOf<Answer>(
  ask: () => Promise<Answer>,
  otherwise: (failed: SourceState) => Answer,
): Promise<Answer> {
  try {
    return await ask();
  } catch (failure) {
    return otherwise({ state: 'failed', ...said({ kind: 'not-read', words: String(failure) }) });
  }
}

const failedDriver = ({ message, remarks }: SourceState): DriverReading => ({
  driver: { state: 'failed', version: null, cudaVersion: null, message, remarks, answeredAtMs: null },
  gpus: [],
  refusedFigures: {},
});

function joinGpu(gpu: GpuReading, details: (pid: number) => ProcessDetails): Gpu {
  const processes: GpuProcess[] = gpu.processes.map((process) => ({ ...process, ...details(process.pid) }));
  processes.sort((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1) || a.pid - b.pid);
  return { ...gpu, memoryUnaccountedBytes: unaccountedBytes(gpu), processes };
}

/** Used minus the sum of the processes; null where the driver does not tell either. Never below 0: the two are read one after the other. */
export function unaccountedBytes(gpu: Pick<GpuReading, 'memoryUsedBytes' | 'processes'>): number | null {
  if (gpu.memoryUsedBytes === null) return null;
  let accounted = 0;
  for (const process of gpu.processes) {
    if (process.memoryUsedBytes === null) return null;
    accounted += process.memoryUsedBytes;
  }
  return Math.max(0, gpu.memoryUsedBytes - accounted);
}
