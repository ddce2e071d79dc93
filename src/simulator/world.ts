/**
 * What an imagined machine consists of between two readings: cards, processes, containers, sessions, and the machine
 * itself. Values that nobody changes in place: `advance` makes the next machine out of this one.
 */
import type { XidEvent } from '../model/gpu.ts';
import type { Disk, Host } from '../model/host.ts';
import type { GpuModel } from './gpuModels.ts';
import type { ImaginedGpu, ImaginedMachine } from './imagined.ts';

export interface Person {
  login: string;
  uid: number;
}

/** `steady`: training with a pause to validate; `uneven`: waits for its data at times; `bursts`: serves requests; `screen`: draws a desktop; `resting`: holds and does nothing. */
export type Rhythm = 'steady' | 'uneven' | 'bursts' | 'screen' | 'resting';

/** What a process does on one card. */
export interface GpuWork {
  gpu: number;
  type: 'compute' | 'graphics';
  rhythm: Rhythm;
  memoryBytes: number;
  /** Memory grows towards this as the program loads. */
  memoryTargetBytes: number;
  /** Of a leak: the target itself grows, until there is no more. 0 for most. */
  leakBytesPerSecond: number;
  utilizationPercent: number;
}

/** What a process runs: the same for as long as it lives. */
export interface Program {
  name: string;
  command: string;
  executable: string;
  workingDirectory: string;
  pythonEnvironment: string | null;
  person: Person;
  containerId: string | null;
  usualCpuPercent: number;
  hostMemoryBytes: number;
}

/** What becomes of a process that is told to end. `protected` ones (the system's own) are not asked at all. */
export type OnSignal = 'ends' | 'ignores-sigterm' | 'unkillable' | 'protected';

export interface ImaginedProcess {
  pid: number;
  parentPid: number | null;
  /** Processes of one job end together. */
  job: number | null;
  startedAtMs: number;
  /** When it ends by itself; null: it stays. */
  endsAtMs: number | null;
  program: Program;
  cpuPercent: number;
  onSignal: OnSignal;
  /** False: it lives in another PID namespace, so that only the driver knows of it. */
  visible: boolean;
  work: GpuWork | null;
}

/** One card, as it is: a reading of it is made by `readCard`. */
export interface Card {
  model: GpuModel;
  index: number;
  uuid: string;
  serial: string | null;
  pciBusId: string;
  fault: ImaginedGpu['fault'];
  /** Above the room's temperature: a dusty heat sink has more. */
  celsiusPerWatt: number;
  celsius: number;
  watts: number;
  joules: number;
  clockMHz: number;
  utilizationPercent: number;
  pcie: { receiveBytesPerSecond: number; transmitBytesPerSecond: number };
  /** True from the slowdown temperature on until it has cooled down well below it. */
  heldByHeat: boolean;
  heldByPower: boolean;
  /** Used with no process on the card: by the driver, and where a plan says so by nobody knows whom. */
  baseBytes: number;
  /** What a program that ended badly left behind. It is cleared away some time. */
  leftoverBytes: number;
  correctedErrors: number;
  /** Divided into instances (MIG): the driver then tells no utilisation of the whole. */
  isDivided: boolean;
  /** Suspended: the driver is not asked for more than its name, which would wake it. */
  isAsleep: boolean;
  /** Bad memory that a reset of the card would take out of use. */
  repairPending: boolean;
  /** Newest first. */
  xidEvents: XidEvent[];
  slowTakenAtMs: number;
}

export interface ImaginedContainer {
  id: string;
  name: string;
  image: string;
  startedAtMs: number;
  /** Null while it runs. */
  endedAtMs: number | null;
  gpus: number[];
  ownerLabel: string | null;
  homeMounts: string[];
}

export interface ImaginedSession {
  kind: 'screen' | 'tmux';
  id: string;
  name: string;
  person: Person;
  attached: boolean;
  createdAtMs: number;
  rootPid: number;
}

/** What was bought. */
export interface Hardware {
  cpuModel: string;
  cpuCores: number;
  memoryGiB: number;
  swapGiB: number;
  /** `share`: how full it is. */
  disks: {
    mount: string;
    fileSystem: string;
    device: string;
    gib: number;
    share: number;
    state: Disk['state'];
  }[];
  interface: string;
  os: string;
  kernel: string;
}

export interface ImaginedNode {
  id: string;
  hostname: string;
  alias: string | null;
  address: string;
  bootId: string;
  bootedAtMs: number;
  /** The instant that all of this is true of. */
  atMs: number;
  hardware: Hardware;
  driver: ImaginedMachine['driver'];
  /** Whether container engine and session tools are installed, and whether they may be asked. */
  docker: 'ok' | 'absent' | 'denied';
  sessionTools: 'ok' | 'absent';
  cards: Card[];
  processes: ImaginedProcess[];
  containers: ImaginedContainer[];
  sessions: ImaginedSession[];
  host: Host;
  /** Jobs that begin in an hour, for each card that is free. */
  startsAnHour: number;
  nextPid: number;
  nextJob: number;
}

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
/** The temperature of the air that cools. */
export const ROOM_CELSIUS = 26;

/** Card memory that programs may use. */
export const usableBytes = (card: Card): number =>
  (card.model.memoryTotalMiB - card.model.memoryReservedMiB) * MIB;

/** Card memory that nobody uses. */
export function freeBytes(card: Card, processes: readonly ImaginedProcess[]): number {
  let free = usableBytes(card) - card.baseBytes - card.leftoverBytes;
  for (const { work } of processes) if (work?.gpu === card.index) free -= work.memoryBytes;
  return Math.max(0, free);
}
