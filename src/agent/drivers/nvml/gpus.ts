/** The GPUs that the driver counts, each read on its own: a sick one is told as sick and hides nobody. */
import { pick } from '../../../lib/pick.ts';
import { blankFastFigures, blankReading, blankSlowFigures } from '../../../model/blankReading.ts';
import type { GpuReading, XidEvent } from '../../../model/gpu.ts';
import { MAX_GPUS_PER_NODE } from '../../../model/limits.ts';
import { type Said, said } from '../../said.ts';
import { createGate } from '../gate.ts';
import { xidMeaning } from '../xid.ts';
import { pointer } from './bytes.ts';
import { createXidEvents } from './events.ts';
import { readFast } from './fast.ts';
import type { Nvml } from './library.ts';
import { fastFigures, type GpuLine, type SampleMessage, slowFigures, staticFigures } from './messages.ts';
import { createProbe, out, type Probe } from './probe.ts';
import { readProcesses } from './processes.ts';
import { GPU_IS_LOST, SUCCESS } from './returns.ts';
import { readPcieThroughput, readSlow } from './slow.ts';
import { readStatics } from './statics.ts';

/** A place in the driver's order, with what was last read there. */
interface Slot {
  /** NVML's handle; null until the card gave one. Kept when the card is lost: its last Xid comes under it. */
  device: number | null;
  reading: GpuReading;
  /** Utilisation of processes: the driver's time of the newest sample believed. */
  lastSeenUs: number;
  /** Groups that were read again and not yet sent. */
  fresh: { statics: boolean; slow: boolean };
  /** Who it is could not be read, for no reason of the card's: asked again. */
  isHalfMet: boolean;
  /** What went wrong when a group was read last: told until that group is read again. */
  troubles: Record<'fast' | 'slow' | 'pcie', Trouble | null>;
}

type Trouble = NonNullable<Probe['trouble']>;

export interface Gpus {
  /**
   * Reads every GPU.
   * @throws NvmlError when not even their number is told: the driver itself is in trouble
   */
  sample(due: { slow: boolean; pcieGpus: number }): SampleMessage;
}

/** The driver itself answered an error, in NVML's words. */
export class NvmlError extends Error {}

/**
 * Nothing is asked before the first sample, which has every group of every card; later ones leave out what was not read
 * again.
 */
export function createGpus(nvml: Nvml): Gpus {
  const gate = createGate();
  const xidEvents = createXidEvents(nvml);
  let slots: Slot[] = [];
  /** Whose turn it is to tell its PCIe throughput. */
  let pcieTurn = 0;

  function sample(due: { slow: boolean; pcieGpus: number }): SampleMessage {
    const counted = Math.min(countGpus(nvml), MAX_GPUS_PER_NODE);
    // A card came or went: which index is whose has changed, so everybody is met anew.
    if (counted !== slots.length) slots = Array.from({ length: counted }, (_, index) => createSlot(index));
    const nowMs = Date.now();
    for (const [index, slot] of slots.entries()) {
      const pcieIsDue = (index - pcieTurn + counted) % counted < due.pcieGpus;
      readSlot(slot, { slow: due.slow, pcie: pcieIsDue }, nowMs);
      gate.admit(slot, slot.reading);
    }
    pcieTurn = counted === 0 ? 0 : (pcieTurn + due.pcieGpus) % counted;
    const xids = takeXids(nowMs);
    return {
      say: 'sample',
      takenAtMs: nowMs,
      gpus: slots.map((slot) => toLine(slot, xids)),
      refusedFigures: gate.takeRefused(),
    };
  }

  function readSlot(slot: Slot, due: { slow: boolean; pcie: boolean }, nowMs: number): void {
    const { reading } = slot;
    const healthy = reading.state === 'ok' && slot.device !== null;
    // A card in trouble is met anew at each slow reading: it may have come back, or another may sit in its place.
    if (reading.state !== 'ok' && !due.slow) return;
    const device = healthy ? slot.device : findDevice(slot);
    if (device === null) return;
    slot.device = device;
    if (!healthy || (slot.isHalfMet && due.slow)) meet(slot, device);
    // Again and again: where it could not be asked for, it may be later.
    if (!healthy || due.slow) xidEvents.watch(device);
    const fast = createProbe(nvml, device);
    readFast(fast, reading);
    if (!fast.lost) readProcesses(fast, reading, slot, gate.count);
    slot.troubles.fast = fast.trouble;
    let { lost } = fast;
    if (!lost && (due.slow || reading.slowTakenAtMs === null)) {
      lost = readGroup(slot, 'slow', device, (probe) => readSlow(probe, reading, nowMs));
    }
    if (!lost && due.pcie) {
      lost = readGroup(slot, 'pcie', device, (probe) => readPcieThroughput(probe, reading));
    }
    // A card that has none of these figures is none that can be read: its handle is invalid, or we have no rights.
    settle(slot, { lost, silence: fast.answered > 0 ? null : (fast.trouble?.result ?? fast.lack) });
  }

  /** @returns whether the card fell off the bus meanwhile */
  function readGroup(
    slot: Slot,
    group: 'slow' | 'pcie',
    device: number,
    read: (probe: Probe) => void,
  ): boolean {
    const probe = createProbe(nvml, device);
    read(probe);
    slot.troubles[group] = probe.trouble;
    slot.fresh.slow = true;
    return probe.lost;
  }

  function findDevice(slot: Slot): number | null {
    const result = nvml.calls.deviceByIndex(slot.reading.index, out);
    if (result === SUCCESS) return pointer(out);
    if (result === GPU_IS_LOST) blank(slot, 'lost', said({ kind: 'gpu-lost', words: nvml.say(result) }));
    else blank(slot, 'failed', said({ kind: 'gpu-not-read', words: nvml.say(result) }));
    return null;
  }

  function meet(slot: Slot, device: number): void {
    // With a probe of its own: a card that still knows its name and nothing else is not well.
    const probe = createProbe(nvml, device);
    readStatics(probe, slot.reading);
    slot.isHalfMet = probe.trouble !== null;
    slot.fresh.statics = true;
  }

  /** The state of a GPU is what its calls of every second answered: lost, or nothing but errors, or some figures at least. */
  function settle(slot: Slot, { lost, silence }: { lost: boolean; silence: number | null }): void {
    const { fast, slow, pcie } = slot.troubles;
    const trouble = fast ?? slow ?? pcie;
    if (lost) {
      blank(slot, 'lost', said({ kind: 'gpu-lost', words: nvml.say(GPU_IS_LOST) }));
    } else if (silence !== null) {
      blank(slot, 'failed', said({ kind: 'gpu-not-read', words: nvml.say(silence) }));
    } else {
      slot.reading.state = 'ok';
      const why =
        trouble === null
          ? { message: null, remarks: null }
          : said({ kind: 'figure-not-read', figure: trouble.figure, words: nvml.say(trouble.result) });
      Object.assign(slot.reading, why);
    }
  }

  function takeXids(nowMs: number): Map<number, XidEvent[]> {
    const byDevice = new Map<number, XidEvent[]>();
    for (const { device, code } of xidEvents.take()) {
      const event = { code, meaning: xidMeaning(code), pid: null, atMs: nowMs };
      byDevice.set(device, [event, ...(byDevice.get(device) ?? [])]);
    }
    return byDevice;
  }

  return { sample };
}

/** @throws NvmlError */
function countGpus(nvml: Nvml): number {
  const result = nvml.calls.deviceCount(out);
  if (result !== SUCCESS) throw new NvmlError(nvml.say(result));
  return out[0] ?? 0;
}

function createSlot(index: number): Slot {
  return {
    device: null,
    reading: blankReading(index),
    lastSeenUs: 0,
    fresh: { statics: true, slow: true },
    isHalfMet: false,
    troubles: { fast: null, slow: null, pcie: null },
  };
}

/** Who it is stays known; what it does is not. */
function blank(slot: Slot, state: 'lost' | 'failed', why: Said): void {
  Object.assign(slot.reading, blankFastFigures(), blankSlowFigures(), { state, ...why });
  slot.troubles = { fast: null, slow: null, pcie: null };
  slot.fresh.slow = true;
}

function toLine(slot: Slot, xids: ReadonlyMap<number, XidEvent[]>): GpuLine {
  const { reading, fresh, device } = slot;
  const line: GpuLine = {
    statics: fresh.statics ? pick(reading, staticFigures) : undefined,
    slow: fresh.slow ? pick(reading, slowFigures) : undefined,
    fast: pick(reading, fastFigures),
    xidEvents: device === null ? [] : (xids.get(device) ?? []),
  };
  slot.fresh = { statics: false, slow: false };
  return line;
}
