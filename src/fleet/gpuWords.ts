/** Temperature and clock of a GPU as one word each, so that page and terminal judge alike. */
import type { FleetGpu } from './view.ts';

const WARM_CELSIUS = 60;
const HOT_CELSIUS = 85;
/** This near to the slowdown threshold a card is hot, wherever that threshold lies. */
const NEAR_SLOWDOWN_CELSIUS = 5;

export type Warmth = 'cool' | 'warm' | 'hot';

/** Null where the temperature is not known. */
export function warmth(
  gpu: Pick<FleetGpu, 'temperatureCelsius' | 'slowdownTemperatureCelsius'>,
): Warmth | null {
  const { temperatureCelsius: now, slowdownTemperatureCelsius: slowdown } = gpu;
  if (now === null) return null;
  if (now >= HOT_CELSIUS || (slowdown !== null && now >= slowdown - NEAR_SLOWDOWN_CELSIUS)) return 'hot';
  return now >= WARM_CELSIUS ? 'warm' : 'cool';
}

export type ClockWord =
  | 'full'
  | 'held-by-heat'
  | 'held-by-power'
  | 'held-by-hardware'
  | 'set'
  | 'resting'
  | 'below';

/** What holds the clock where it is; the gravest reason wins. Null where neither clock nor reason is known. */
export function clockWord(
  gpu: Pick<FleetGpu, 'throttleReasons' | 'graphicsClockMHz' | 'maxGraphicsClockMHz'>,
): ClockWord | null {
  const { throttleReasons: reasons, graphicsClockMHz: clock, maxGraphicsClockMHz: most } = gpu;
  if (reasons?.includes('hardware-thermal') || reasons?.includes('software-thermal')) return 'held-by-heat';
  if (reasons?.includes('power-brake') || reasons?.includes('hardware-slowdown')) return 'held-by-hardware';
  if (reasons?.includes('software-power-cap')) return 'held-by-power';
  if (reasons?.includes('idle')) return 'resting';
  if (reasons?.includes('application-clocks') || reasons?.includes('sync-boost')) return 'set';
  if (clock === null) return null;
  // Boost clocks wander by some per cent with temperature: that is still full.
  if (most === null || clock >= 0.85 * most) return reasons === null && most === null ? null : 'full';
  return 'below';
}
