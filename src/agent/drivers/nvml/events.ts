/** Xid errors as NVML tells them: an event set that every GPU is registered with, looked into once a sample. */
import { number64, pointer } from './bytes.ts';
import type { Nvml } from './library.ts';
import { SUCCESS } from './returns.ts';

/** nvmlEventTypeXidCriticalError. */
const XID_EVENT = 8;

/** More than these a sample are left for the next one: a card in a storm of errors must not hold up the others. */
const MAX_EVENTS_PER_SAMPLE = 64;

/** nvmlEventData_t in words of 4 bytes: device, type, data, two each, and two instance ids. */
const eventData = new Uint32Array(8);
const DATA = 4;

export interface XidEvents {
  /** Asks for the Xid of this GPU from now on; a card that has none to tell is left alone. */
  watch(device: number): void;
  /** What happened since the last call, oldest first. Does not wait. */
  take(): { device: number; code: number }[];
}

export function createXidEvents({ calls }: Nvml): XidEvents {
  const handle = new Uint32Array(2);
  const set = calls.eventSetCreate(handle) === SUCCESS ? pointer(handle) : null;
  const watched = new Set<number>();

  function watch(device: number): void {
    if (set === null || watched.has(device)) return;
    watched.add(device);
    calls.registerEvents(device, XID_EVENT, set);
  }

  function take(): { device: number; code: number }[] {
    const events: { device: number; code: number }[] = [];
    while (set !== null && watched.size > 0 && events.length < MAX_EVENTS_PER_SAMPLE) {
      // Anything but success is NVML_ERROR_TIMEOUT, nothing happened, or a lost card, which its own reading tells.
      if (calls.eventSetWait(set, eventData, 0) !== SUCCESS) break;
      const code = number64(eventData, DATA);
      if (code !== null) events.push({ device: pointer(eventData), code });
    }
    return events;
  }

  return { watch, take };
}
