/** Everybody's palette place, one for the whole fleet; whoever was seen in this tab keeps his, also over a reload. */
import * as z from 'zod';
import { OWNER_COLOURS, ownerColours } from '../../src/fleet/ownerColours.ts';
import { nodesInOrder } from '../../src/fleet/summary.ts';
import type { FleetView } from '../../src/fleet/view.ts';
import { useLive } from '../live/useLive.ts';

const KEY = 'flowline.ownerColours';
const Stored = z.array(
  z.tuple([
    z.string(),
    z
      .int()
      .min(0)
      .max(OWNER_COLOURS - 1),
  ]),
);

let colours = load();
let coloursOf: FleetView | null = null;

export const useOwnerColours = (): ReadonlyMap<string, number> => useLive(({ fleet }) => keepUp(fleet));

/** The colours with those of newcomers; the same map while there are none. */
function keepUp(fleet: FleetView | null): ReadonlyMap<string, number> {
  if (fleet === null || fleet === coloursOf) return colours;
  coloursOf = fleet;
  const now = ownerColours(colours, nodesInOrder(fleet));
  if (now !== colours) keep(now);
  colours = now;
  return now;
}

function load(): ReadonlyMap<string, number> {
  try {
    return new Map(Stored.parse(JSON.parse(sessionStorage.getItem(KEY) ?? '[]')));
  } catch {
    return new Map();
  }
}

function keep(now: ReadonlyMap<string, number>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...now]));
  } catch {
    // A browser that keeps nothing still shows one colour for each person until it is reloaded.
  }
}
