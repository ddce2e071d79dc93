/**
 * Imagined GPUs whose memory follows real processes: a payload (payload.sh, train.py) asks for memory, is granted or denied
 * it, and holds it until it ends. What the cards hold is what the stand-in library tells, so everything above it is real.
 * The most that a card ever held is kept, for tests that no card is over-committed.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GpuProcessReading } from '../../../src/model/process.ts';
import type { ImaginedMachine } from '../../../src/simulator/imagined.ts';
import { imagineMachine } from '../imaginedMachines.ts';
import { standInDriver } from '../standInDriver.ts';

const MEBIBYTE = 2 ** 20;
/** Far below the 10 s in which a start's first memory is expected, far above what a test can wait for. */
const LOOK_EACH_MS = 15;

export interface GpuCardsOptions {
  gpus: number;
  /** Of each; or of one after the other. */
  totalMebibytes: number | readonly number[];
  /** How long the driver goes on counting the memory of a process that is gone. */
  releaseAfterMs?: number;
}

interface Holding {
  pid: number;
  uuid: string;
  mebibytes: number;
  /** When its process was seen to be gone; null while it lives. */
  goneAtMs: number | null;
}

export interface GpuCards {
  /** For the program, and with it every payload. */
  environment: Record<string, string>;
  uuids: string[];
  /** MiB held now, by GPU. */
  heldMebibytes(): number[];
  /** The most MiB that was ever held, or asked for where `denies` is false. */
  mostMebibytes(): number[];
  /** The most processes at once, by GPU. */
  mostProcesses(): number[];
  /** How often a payload was denied. */
  denials(): number;
  /** From here on: what was most, and denied, before counts no more. */
  countAnew(): void;
  /** A stranger's memory on a card from now on; 0 takes it away. Held by this very process. */
  setStranger(index: number, mebibytes: number): void;
  remove(): void;
}

/** Cards that are there until removed. */
export function gpuCards({ gpus, totalMebibytes, releaseAfterMs = 0 }: GpuCardsOptions): GpuCards {
  const sizeOf = (index: number): number =>
    typeof totalMebibytes === 'number' ? totalMebibytes : (totalMebibytes[index] ?? 0);
  const folder = mkdtempSync(join(tmpdir(), 'flowline-cards-'));
  for (const name of ['asked', 'answered']) mkdirSync(join(folder, name));
  const machine: ImaginedMachine = imagineMachine(gpus);
  const driver = standInDriver(machine);
  const uuids = machine.gpus.map(({ reading }) => reading.uuid ?? '');
  const strangers = machine.gpus.map(() => 0);
  const most = machine.gpus.map(() => 0);
  const mostAtOnce = machine.gpus.map(() => 0);
  let holdings: Holding[] = [];
  let denied = 0;

  const heldBy = (uuid: string): Holding[] => holdings.filter((holding) => holding.uuid === uuid);
  const held = (index: number): number =>
    heldBy(uuids[index] ?? '').reduce((sum, { mebibytes }) => sum + mebibytes, strangers[index] ?? 0);

  const answer = (pid: number, text: string): void => {
    const path = join(folder, 'answered', String(pid));
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };

  const hear = (): boolean => {
    let changed = false;
    for (const name of readdirSync(join(folder, 'asked')).filter((entry) => /^\d+$/.test(entry))) {
      const path = join(folder, 'asked', name);
      const [uuid = '', mebibytes = '0'] = readFileSync(path, 'utf8').trim().split(' ');
      rmSync(path);
      // As CUDA_VISIBLE_DEVICES takes it: a uuid, or an index in the driver's order.
      const index =
        /^\d+$/.test(uuid) && uuids[Number(uuid)] !== undefined ? Number(uuid) : uuids.indexOf(uuid);
      const total = sizeOf(index);
      const free = total - held(index);
      const isGranted = index !== -1 && Number(mebibytes) <= free;
      if (isGranted)
        holdings.push({
          pid: Number(name),
          uuid: uuids[index] ?? '',
          mebibytes: Number(mebibytes),
          goneAtMs: null,
        });
      else denied += 1;
      answer(Number(name), `${isGranted ? 'granted' : 'denied'} ${total} ${free}\n`);
      changed = true;
    }
    return changed;
  };

  const bury = (): boolean => {
    const nowMs = Date.now();
    for (const holding of holdings)
      if (holding.goneAtMs === null && isGone(holding.pid)) holding.goneAtMs = nowMs;
    const left = holdings.filter(({ goneAtMs }) => goneAtMs === null || nowMs - goneAtMs < releaseAfterMs);
    const changed = left.length !== holdings.length;
    holdings = left;
    return changed;
  };

  const apply = (): void => {
    for (const [index, { reading }] of machine.gpus.entries()) {
      const alive = new Map<number, number>();
      for (const { pid, mebibytes, goneAtMs } of heldBy(reading.uuid ?? ''))
        if (goneAtMs === null) alive.set(pid, (alive.get(pid) ?? 0) + mebibytes);
      const stranger = strangers[index] ?? 0;
      const used = held(index);
      most[index] = Math.max(most[index] ?? 0, used);
      mostAtOnce[index] = Math.max(mostAtOnce[index] ?? 0, alive.size);
      reading.memoryTotalBytes = sizeOf(index) * MEBIBYTE;
      reading.memoryReservedBytes = 0;
      reading.memoryUsedBytes = used * MEBIBYTE;
      reading.memoryFreeBytes = (sizeOf(index) - used) * MEBIBYTE;
      reading.utilizationPercent = alive.size > 0 ? 90 : 0;
      reading.processes = [
        ...[...alive].map(([pid, mebibytes]) => processOf(pid, mebibytes)),
        ...(stranger > 0 ? [processOf(process.pid, stranger)] : []),
      ];
    }
    driver.apply();
  };

  apply();
  const timer = setInterval(() => {
    const heard = hear();
    if (bury() || heard) apply();
  }, LOOK_EACH_MS);

  return {
    environment: { ...driver.environment, FLOWLINE_TEST_CARDS: folder },
    uuids,
    heldMebibytes: () => uuids.map((_, index) => held(index)),
    mostMebibytes: () => [...most],
    mostProcesses: () => [...mostAtOnce],
    denials: () => denied,
    countAnew() {
      denied = 0;
      most.fill(0);
      mostAtOnce.fill(0);
      apply();
    },
    setStranger(index, mebibytes) {
      strangers[index] = mebibytes;
      apply();
    },
    remove() {
      clearInterval(timer);
      driver.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process that is over holds nothing, also while nobody has waited for it. */
function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}

const processOf = (pid: number, mebibytes: number): GpuProcessReading => ({
  pid,
  type: 'compute',
  memoryUsedBytes: mebibytes * MEBIBYTE,
  smUtilizationPercent: 40,
  memoryUtilizationPercent: 12,
  encoderUtilizationPercent: 0,
  decoderUtilizationPercent: 0,
});
