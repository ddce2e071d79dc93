/**
 * What happens to the imagined fleet while it is looked at, as a timetable in seconds since the start. Each thing is
 * seen within a minute, and those that pass come back, so that it does not matter when one begins to look.
 */
import { loseCard } from './cards.ts';
import { endJobs } from './jobs.ts';
import { between, type Random, wholeBetween } from './random.ts';
import type { ImaginedNode } from './world.ts';

export type Happening = {
  machine: string;
  fromSeconds: number;
  /** Null: it stays so. */
  untilSeconds: number | null;
  /** It happens again so long after it began; null: once. */
  everySeconds: number | null;
} & (
  | /** Its agent's link breaks without a goodbye, as when the power fails. */
  { what: 'leaves' } /** Calls into the driver do not return. */
  | { what: 'driver-hangs' }
  | { what: 'loses-gpu'; gpu: number }
);

/** What happens to the machines that have a name. */
export const namedHappenings: readonly Happening[] = [
  // Lost long before anybody looked.
  {
    machine: 'orion',
    what: 'loses-gpu',
    gpu: 3,
    fromSeconds: -15_600,
    untilSeconds: null,
    everySeconds: null,
  },
  // After its first readings, so that there are last figures to show in grey. A hang is noticed after 5 s.
  { machine: 'rigel', what: 'driver-hangs', fromSeconds: 3, untilSeconds: 183, everySeconds: 480 },
  { machine: 'deneb', what: 'leaves', fromSeconds: 6, untilSeconds: 126, everySeconds: 360 },
  { machine: 'capella', what: 'loses-gpu', gpu: 5, fromSeconds: 240, untilSeconds: null, everySeconds: null },
];

/** A hundredth of the others hangs, leaves or loses a card, each at its own time. */
export function namelessHappenings(machines: readonly string[], random: Random): Happening[] {
  return machines.flatMap((machine): Happening[] => {
    const chance = random();
    const fromSeconds = Math.round(between(random, 3, 60));
    const passing = { machine, fromSeconds, untilSeconds: fromSeconds + 150, everySeconds: 420 };
    if (chance < 0.01) return [{ ...passing, what: 'driver-hangs' }];
    if (chance < 0.03) return [{ ...passing, what: 'leaves' }];
    if (chance < 0.04) {
      const gpu = wholeBetween(random, 0, 7);
      return [
        { machine, what: 'loses-gpu', gpu, fromSeconds: -3600, untilSeconds: null, everySeconds: null },
      ];
    }
    return [];
  });
}

/** True while it happens, so many seconds after the start. */
export function isHappening(happening: Happening, seconds: number): boolean {
  const { fromSeconds, untilSeconds, everySeconds } = happening;
  if (seconds < fromSeconds) return false;
  if (untilSeconds === null) return true;
  const since = everySeconds === null ? seconds - fromSeconds : (seconds - fromSeconds) % everySeconds;
  return since < untilSeconds - fromSeconds;
}

/** The machine as these happenings (all of them its own) make it, so many seconds after the start. */
export function applyHappenings(
  before: ImaginedNode,
  happenings: readonly Happening[],
  seconds: number,
  startedAtMs: number,
): ImaginedNode {
  let node = before;
  let hangs = false;
  for (const happening of happenings) {
    if (!isHappening(happening, seconds)) continue;
    if (happening.what === 'driver-hangs') hangs = true;
    if (happening.what === 'loses-gpu') {
      node = withoutCard(node, happening.gpu, startedAtMs + happening.fromSeconds * 1000);
    }
  }
  if (node.driver.behaviour === 'absent' || hangs === (node.driver.behaviour === 'hanging')) return node;
  return { ...node, driver: { ...node.driver, behaviour: hangs ? 'hanging' : 'ok' } };
}

/** True while the machine's agent has its link. */
export function isPresent(happenings: readonly Happening[], seconds: number): boolean {
  return !happenings.some((happening) => happening.what === 'leaves' && isHappening(happening, seconds));
}

function withoutCard(node: ImaginedNode, gpu: number, atMs: number): ImaginedNode {
  const card = node.cards[gpu];
  if (card?.fault !== 'none') return node;
  const cards = node.cards.map((one) => (one === card ? loseCard(one, atMs) : one));
  return endJobs({ ...node, cards }, (process) => process.work?.gpu === gpu);
}
