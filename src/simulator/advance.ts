/**
 * Time on an imagined machine: one pure step from now to a later instant. Programs end and begin, work and load memory;
 * cards do what the programs ask, as hot as that makes them; now and then something goes wrong.
 */
import { xidMeaning } from '../agent/drivers/xid.ts';
import { advanceCard } from './cards.ts';
import { advanceHost } from './hostFigures.ts';
import { endJobs, maybeStartJobs } from './jobs.ts';
import { between, happened, pick, type Random } from './random.ts';
import { advanceProcess, isOutOfMemory } from './work.ts';
import { type Card, freeBytes, GIB, type ImaginedNode, type ImaginedProcess } from './world.ts';

/** A program's own mistake ends it with one of these about once in so many hours of a card's work. */
const HOURS_BETWEEN_FAULTS = 6;
/** A card's memory is held by nobody for a while so often, until the driver clears it away. */
const LEFTOVERS_AN_HOUR = 0.3;
const LEFTOVERS_CLEARED_AN_HOUR = 12;

/** Xids that a program's own mistake brings. */
const PROGRAM_FAULTS = [31, 13, 43] as const;

/** The machine at `nowMs`, which is not before the instant it describes. Same machine, time and chance: same answer. */
export function advance(before: ImaginedNode, nowMs: number, random: Random): ImaginedNode {
  const seconds = Math.max(0, nowMs - before.atMs) / 1000;
  let node: ImaginedNode = { ...before, atMs: nowMs };
  node = endJobs(node, (process) => process.endsAtMs !== null && process.endsAtMs <= nowMs);
  node = endJobs(node, (process) => isOutOfMemory(process, freeOn(node, process)));
  node = failPrograms(node, seconds, random);
  node = maybeStartJobs(node, seconds, random);
  return workOn(node, seconds, random);
}

/** The machine after so many seconds in which nothing begins and nothing ends. */
export function workOn(before: ImaginedNode, seconds: number, random: Random): ImaginedNode {
  let node: ImaginedNode = { ...before, processes: advanceProcesses(before, seconds, random) };
  node = { ...node, cards: advanceCards(node, seconds, random) };
  return { ...node, host: advanceHost(node, seconds, random) };
}

function freeOn(node: ImaginedNode, process: ImaginedProcess): number {
  const card = process.work ? node.cards[process.work.gpu] : undefined;
  return card ? freeBytes(card, node.processes) : 0;
}

function failPrograms(before: ImaginedNode, seconds: number, random: Random): ImaginedNode {
  let node = before;
  for (const card of before.cards) {
    if (card.utilizationPercent < 50 || !happened(random, 1 / HOURS_BETWEEN_FAULTS, seconds)) continue;
    const victim = node.processes.find(
      ({ work, onSignal }) => work?.gpu === card.index && onSignal === 'ends',
    );
    if (!victim) continue;
    const code = pick(random, PROGRAM_FAULTS);
    const event = { code, meaning: xidMeaning(code), pid: victim.pid, atMs: node.atMs };
    const cards = node.cards.map((one) =>
      one.index === card.index ? { ...one, xidEvents: [event, ...one.xidEvents].slice(0, 32) } : one,
    );
    node = endJobs({ ...node, cards }, (process) => process === victim);
  }
  return node;
}

function advanceProcesses(node: ImaginedNode, seconds: number, random: Random): ImaginedProcess[] {
  const free = node.cards.map((card) => freeBytes(card, node.processes));
  const processes = node.processes.map((process) => {
    if (!process.work) return process;
    const { gpu, memoryBytes } = process.work;
    const after = advanceProcess(process, free[gpu] ?? 0, node.atMs, seconds, random);
    free[gpu] = (free[gpu] ?? 0) + memoryBytes - (after.work?.memoryBytes ?? 0);
    return after;
  });
  return shareCards(node.cards, processes);
}

/** Programs that together ask for more than a card gives get less, each in proportion. */
function shareCards(cards: readonly Card[], processes: ImaginedProcess[]): ImaginedProcess[] {
  const asked = cards.map(() => 0);
  for (const { work } of processes)
    if (work) asked[work.gpu] = (asked[work.gpu] ?? 0) + work.utilizationPercent;
  if (!asked.some((percent) => percent > 100)) return processes;
  return processes.map((process) => {
    const total = process.work ? (asked[process.work.gpu] ?? 0) : 0;
    if (!process.work || total <= 100) return process;
    const utilizationPercent = (process.work.utilizationPercent * 100) / total;
    return { ...process, work: { ...process.work, utilizationPercent } };
  });
}

function advanceCards(node: ImaginedNode, seconds: number, random: Random): Card[] {
  return node.cards.map((card) => {
    let utilization = 0;
    for (const { work } of node.processes)
      if (work?.gpu === card.index) utilization += work.utilizationPercent;
    const after = advanceCard(card, Math.min(100, utilization), node.atMs, seconds, random);
    return card.fault === 'none'
      ? { ...after, leftoverBytes: leftoverOf(node, card, seconds, random) }
      : after;
  });
}

/** Memory that a program which ended badly left behind, until the driver clears it away. */
function leftoverOf(node: ImaginedNode, card: Card, seconds: number, random: Random): number {
  if (card.leftoverBytes > 0)
    return happened(random, LEFTOVERS_CLEARED_AN_HOUR, seconds) ? 0 : card.leftoverBytes;
  if (card.utilizationPercent < 50 || !happened(random, LEFTOVERS_AN_HOUR, seconds)) return 0;
  return Math.floor(Math.min(freeBytes(card, node.processes), between(random, 0.3, 2.5) * GIB));
}
