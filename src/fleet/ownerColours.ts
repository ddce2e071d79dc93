/**
 * Which of a palette's eight colours stands for whom: one for each person, the same on every machine and in every view.
 * It knows no colours of a screen, only their places in the palette.
 */
import type { FleetNode } from './view.ts';

export const OWNER_COLOURS = 8;

/** Beyond this many people those are forgotten who hold nothing now. */
const MOST_REMEMBERED = 1000;

/**
 * Everybody's place in the palette. Who has one keeps it. Newcomers, who holds most GPUs first, get a place that nobody
 * has who shares a machine with them, and of those one that fewest people have: the first eight are all different.
 * Returns `given` itself where there is nobody new.
 */
export function ownerColours(
  given: ReadonlyMap<string, number>,
  nodes: readonly FleetNode[],
): ReadonlyMap<string, number> {
  const machines = nodes.map(ownersOf).filter((owners) => owners.size > 0);
  const gpusHeld = new Map<string, number>();
  for (const owners of machines) {
    for (const [owner, gpus] of owners) gpusHeld.set(owner, (gpusHeld.get(owner) ?? 0) + gpus);
  }
  const newcomers = [...gpusHeld]
    .filter(([owner]) => !given.has(owner))
    .sort(([oneName, one], [otherName, other]) => other - one || (oneName < otherName ? -1 : 1))
    .map(([owner]) => owner);
  if (newcomers.length === 0) return given;
  const isFull = given.size + newcomers.length > MOST_REMEMBERED;
  const places = new Map([...given].filter(([owner]) => !isFull || gpusHeld.has(owner)));
  for (const owner of newcomers) {
    const neighbours = new Set(machines.flatMap((owners) => (owners.has(owner) ? [...owners.keys()] : [])));
    places.set(owner, bestPlace(owner, places, neighbours));
  }
  return places;
}

/**
 * The places as one machine shows them: of people who are alike there, who was known first keeps his place and the others
 * take the next that nobody there has. With more people than places some stay alike. `places` itself where nobody is.
 */
export function coloursOnMachine(
  places: ReadonlyMap<string, number>,
  node: FleetNode,
): ReadonlyMap<string, number> {
  const here = ownersOf(node);
  const own = [...places].filter(([owner]) => here.has(owner));
  const taken = new Set(own.map(([, place]) => place));
  if (taken.size === own.length) return places;
  const seen = new Set<number>();
  const shown = new Map(places);
  for (const [owner, place] of own) {
    if (!seen.has(place)) {
      seen.add(place);
      continue;
    }
    const steps = Array.from({ length: OWNER_COLOURS - 1 }, (_, step) => (place + step + 1) % OWNER_COLOURS);
    const next = steps.find((other) => !taken.has(other));
    if (next === undefined) break;
    taken.add(next);
    shown.set(owner, next);
  }
  return shown;
}

/** Owners of a machine's GPUs and how many each holds. */
function ownersOf(node: FleetNode): Map<string, number> {
  const owners = new Map<string, number>();
  for (const gpu of node.sample?.gpus ?? []) {
    for (const { owner } of gpu.holders) if (owner !== null) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return owners;
}

/** The place with fewest neighbours on it, then fewest people; among equals the next from the name's own. */
function bestPlace(
  owner: string,
  places: ReadonlyMap<string, number>,
  neighbours: ReadonlySet<string>,
): number {
  const costs = Array<number>(OWNER_COLOURS).fill(0);
  for (const [other, place] of places) {
    costs[place] = (costs[place] ?? 0) + 1 + (neighbours.has(other) ? MOST_REMEMBERED : 0);
  }
  const own = hash(owner) % OWNER_COLOURS;
  const fromOwn = costs.map((_, step) => (own + step) % OWNER_COLOURS);
  const cost = (place: number): number => costs[place] ?? 0;
  return fromOwn.reduce((best, place) => (cost(place) < cost(best) ? place : best), own);
}

/** FNV-1a over UTF-16 units, its middle bits: short, and even over names that differ in one letter. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value >>> 13;
}
