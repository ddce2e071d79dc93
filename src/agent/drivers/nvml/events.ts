/**
 * Xid errors as NVML tells them: an event set per GPU, looked into once a sample. One set for all would be silent for all
 * while one of them is lost.
 */
import { number64, pointer } from './bytes.ts';
import type { Nvml } from './library.ts';
import { GPU_IS_LOST, meansNoFigure, SUCCESS } from './returns.ts';

/** nvmlEventTypeXidCriticalError. */
const XID_EVENT = 8;

/** More than these of one GPU a sample are left for the next one: a storm of errors must not hold up the others. */
const MAX_EVENTS_PER_SAMPLE = 32;

/** nvmlEventData_t in words of 4 bytes: device, type, data, two each, and two instance ids. */
const eventData = new Uint32Array(8);
const DATA = 4;
const handle = new Uint32Array(2);

export interface XidEvents {
  /**
   * Asks for the Xid of this GPU from now on, once; where that failed, to be called again. A card that has none to
   * tell is left alone.
   */
  watch(device: number): void;
  /** What happened since the last call, of each GPU oldest first. Does not wait. */
  take(): { device: number; code: number }[];
}

/**
 * What happened before a card was watched NVML does not tell, and of no Xid when it happened: the time is the caller’s.
 * The sets go with the process.
 */
export function createXidEvents({ calls }: Nvml): XidEvents {
  /** By device: its set, or null where it has none to tell. */
  const sets = new Map<number, number | null>();

  function watch(device: number): void {
    if (sets.has(device) || calls.eventSetCreate(handle) !== SUCCESS) return;
    const set = pointer(handle);
    const result = calls.registerEvents(device, XID_EVENT, set);
    if (result === SUCCESS) {
      sets.set(device, set);
      return;
    }
    calls.eventSetFree(set);
    if (meansNoFigure(result)) sets.set(device, null);
  }

  function take(): { device: number; code: number }[] {
    return [...sets].flatMap(([device, set]) =>
      set === null ? [] : takeCodes(device, set).map((code) => ({ device, code })),
    );
  }

  function takeCodes(device: number, set: number): number[] {
    const codes: number[] = [];
    while (codes.length < MAX_EVENTS_PER_SAMPLE) {
      const result = calls.eventSetWait(set, eventData, 0);
      if (result === GPU_IS_LOST) forget(device, set);
      // NVML_ERROR_TIMEOUT is that nothing happened; what else is wrong with a card, its own reading tells.
      if (result !== SUCCESS) break;
      const code = number64(eventData, DATA);
      if (code !== null) codes.push(code);
    }
    return codes;
  }

  /** The set of a lost card tells nothing any more: one that comes back is asked for its Xid anew. */
  function forget(device: number, set: number): void {
    sets.delete(device);
    calls.eventSetFree(set);
  }

  return { watch, take };
}
