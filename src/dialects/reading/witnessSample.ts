/** Builds a sample of ours from what an older program tells: everything that its format cannot carry is null. */
import { agentRemarksEn } from '../../fleet/agentRemarkWordsEn.ts';
import { maskArguments } from '../../lib/mask/maskArguments.ts';
import type { AgentRemark } from '../../model/agentRemark.ts';
import { blankReading } from '../../model/blankReading.ts';
import { type Gpu, gpuIdentity } from '../../model/gpu.ts';
import { type Host, UNKNOWN_HOST } from '../../model/host.ts';
import { MAX_COMMAND_CHARACTERS, MAX_GPUS_PER_NODE, MAX_PROCESSES_PER_GPU } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import { type GpuProcess, type ProcessDetails, UNKNOWN_DETAILS } from '../../model/process.ts';

export interface ToldGpu extends Partial<Omit<Gpu, 'index' | 'processes' | 'memoryUnaccountedBytes'>> {
  processes: GpuProcess[];
  /** Whether the used memory is that of processes: with what the driver reserves in it nothing can be said to be left over. */
  usedIsWithoutReserved: boolean;
}

/** A card, with its processes by memory. Used memory beyond the total is not believed. */
export function witnessGpu(index: number, { usedIsWithoutReserved, processes, ...told }: ToldGpu): Gpu {
  const gpu = { ...blankReading(index), ...told };
  if (gpu.memoryUsedBytes !== null && gpu.memoryUsedBytes > (gpu.memoryTotalBytes ?? Infinity))
    gpu.memoryUsedBytes = null;
  const sorted = processes
    .toSorted((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1) || a.pid - b.pid)
    .slice(0, MAX_PROCESSES_PER_GPU);
  return {
    ...gpu,
    processes: sorted,
    memoryUnaccountedBytes: usedIsWithoutReserved ? unaccounted(gpu.memoryUsedBytes, sorted) : null,
  };
}

function unaccounted(usedBytes: number | null, processes: readonly GpuProcess[]): number | null {
  if (usedBytes === null || processes.some(({ memoryUsedBytes }) => memoryUsedBytes === null)) return null;
  const accounted = processes.reduce((sum, { memoryUsedBytes }) => sum + (memoryUsedBytes ?? 0), 0);
  return Math.max(0, usedBytes - accounted);
}

/** Programs that draw a desktop; older programs list them among those that compute. */
const DRAWING = /^(X|Xorg|Xwayland|gnome-shell|gnome-remote-desktop.*|kwin_.*|plasmashell|cinnamon|mutter)$/;

/** A process on a card. Its type is told by no older system: all are taken to compute but those that draw a desktop. */
export function witnessProcess(
  pid: number,
  memoryUsedBytes: number | null,
  details: Partial<ProcessDetails>,
): GpuProcess {
  const program = details.name?.split('/').at(-1) ?? '';
  return {
    pid,
    type: DRAWING.test(program) ? 'graphics' : 'compute',
    memoryUsedBytes,
    smUtilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
    ...UNKNOWN_DETAILS,
    ...details,
  };
}

/** Older programs tell of every process each few seconds, and few change: masking takes longer than all else that is done with them. */
const maskedLately = new Map<string, string>();
const MAX_MASKED_LATELY = 20_000;
const MAX_REMEMBERED_CHARACTERS = 512;

/** A command line with its secrets masked: older programs send it as it is (trust.md 8). */
export function maskedCommand(told: string | null): string | null {
  if (told === null || told.trim() === '') return null;
  const known = maskedLately.get(told);
  if (known !== undefined) return known;
  const masked = mask(told);
  if (told.length <= MAX_REMEMBERED_CHARACTERS) {
    if (maskedLately.size >= MAX_MASKED_LATELY) maskedLately.clear();
    maskedLately.set(told, masked);
    // What was masked once is masked, and read again from a report that is kept masked.
    maskedLately.set(masked, masked);
  }
  return masked;
}

function mask(told: string): string {
  // Masked text is shorter; what lies far beyond what is kept is not looked at.
  const words = told.slice(0, 4 * MAX_COMMAND_CHARACTERS).split(' ');
  return maskArguments(words).join(' ').slice(0, MAX_COMMAND_CHARACTERS);
}

export interface ToldNode {
  takenAtMs: number;
  intervalMs: number;
  hostname: string;
  gpus: Gpu[];
  host: Partial<Host>;
  /** Of the driver, where the answer tells; else it is in order while there are GPUs. */
  driver?: Pick<NodeSample['driver'], 'state' | 'message'>;
  containers?: NodeSample['containers'];
  sessions?: NodeSample['sessions'];
}

const UNTOLD = { state: 'absent', message: null, remarks: null } as const;

const NO_GPU: AgentRemark[] = [{ kind: 'tells-no-gpu' }];
const TELLS_NO_GPU = { message: agentRemarksEn(NO_GPU), remarks: NO_GPU };

/** The sample. Cards that `before` had and this answer does not tell of stay, as missing; those of one identity are one. */
export function witnessSample(told: ToldNode, before: NodeSample | null): NodeSample {
  const { takenAtMs, intervalMs, hostname, containers, sessions } = told;
  const isThere = told.gpus.length > 0;
  const driver = told.driver ?? {
    state: isThere ? ('ok' as const) : ('absent' as const),
    ...(isThere ? { message: null } : TELLS_NO_GPU),
  };
  // A list that is whole leaves out what is gone; where the driver told nothing, nothing is known of any.
  const gone = driver.state === 'ok' ? 'missing' : 'failed';
  return {
    takenAtMs,
    intervalMs,
    hostname,
    agentVersion: null,
    bootId: null,
    driver: {
      remarks: null,
      ...driver,
      version: null,
      cudaVersion: null,
      answeredAtMs: driver.state === 'ok' ? takenAtMs : null,
    },
    gpus: withGone(once(told.gpus), before?.gpus ?? [], gone),
    host: { ...UNKNOWN_HOST, ...told.host },
    containers: containers ?? [],
    sessions: sessions ?? [],
    sources: {
      docker: containers ? { state: 'ok', message: null, remarks: null } : UNTOLD,
      screen: sessions ? { state: 'ok', message: null, remarks: null } : UNTOLD,
      tmux: UNTOLD,
    },
    refusedFigures: {},
  };
}

const once = (gpus: readonly Gpu[]): Gpu[] =>
  [...new Map(gpus.toReversed().map((gpu) => [gpuIdentity(gpu), gpu])).values()].reverse();

/** Older programs leave a lost card out, or give up on all: it stays on the screen, and is not forgotten. */
function withGone(gpus: readonly Gpu[], before: readonly Gpu[], state: 'missing' | 'failed'): Gpu[] {
  const told = new Set(gpus.map(gpuIdentity));
  const gone = before
    .filter((gpu) => !told.has(gpuIdentity(gpu)))
    .map(({ index, uuid, name, pciBusId }) =>
      witnessGpu(index, {
        ...{ uuid, name, pciBusId, state, message: 'its machine no longer tells of it' },
        processes: [],
        usedIsWithoutReserved: false,
      }),
    );
  return [...gpus, ...gone].slice(0, MAX_GPUS_PER_NODE);
}
