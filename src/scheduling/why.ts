/**
 * Why a run waits: the one reason that would have to go first, asked after a plan and in the same order in which the plan
 * looks. Answered on demand, for the page, `why` and `--dry-run`; a queue of 100,000 is not explained to nobody.
 */
import type { QueueTrouble } from '../model/trouble.ts';
import type { WaitingReason } from '../model/waiting.ts';
import { type CardState, capacityBytes, fits, freeBytes, neededBytes } from './board.ts';
import type { Asked, Stranger, WaitingRun } from './facts.ts';
import { isMet, shapeOf } from './lineup.ts';
import { neverFits, type Pass, type Start } from './pass.ts';
import { type Candidates, findCandidates, mostWithoutGpu } from './placement.ts';
import { type PlanInput, passThrough } from './plan.ts';
import { troubleText } from './remarkText.ts';

/** Reasons after one plan: as many questions as there are, without planning again. */
export interface Reasons {
  of(run: WaitingRun): WaitingReason;
  /** What would come of a run that is not in the line, if it stood at its end; a start is counted for the next question. */
  tryOut(run: WaitingRun): { start: Start } | { reason: WaitingReason };
}

/** Looks once at everything; the answers are as old as that. */
export function reasonsNow(input: PlanInput): Reasons {
  const { plan, pass } = passThrough(input);
  const starting = new Set(plan.starts.map(({ run }) => run.id));
  const roomReasons = new Map<string, WaitingReason>();
  const of = (run: WaitingRun): WaitingReason => {
    if (starting.has(run.id)) return { kind: 'turn', before: 0 };
    const reason = ownReason(run, input) ?? outerReason(run, input, pass);
    if (reason) return reason;
    const { where, gpus, memory } = shapeOf(run);
    const key = `${gpus}|${memory}|${where}|${run.profile}|${run.id === pass.reservation?.run}`;
    const known = roomReasons.get(key);
    if (known) return known;
    const room = roomReason(run, input, pass);
    if (!room) return { kind: 'turn', before: input.lineup.countBefore(run) };
    roomReasons.set(key, room);
    return room;
  };
  return {
    of,
    tryOut(run) {
      const reason = ownReason(run, input);
      if (reason) return { reason };
      const trial = pass.attempt(run, shapeOf(run).where);
      if (trial.kind !== 'start') return { reason: of(run) };
      roomReasons.clear();
      return { start: trial.start };
    },
  };
}

/** Why one run waits. For more than one, `reasonsNow` plans only once. */
export const whyWaits = (input: PlanInput, run: WaitingRun): WaitingReason => reasonsNow(input).of(run);

/** What stands behind a pause, in both forms. */
const saying = (trouble: QueueTrouble | null) => ({
  message: trouble && troubleText(trouble),
  trouble,
});

/** What lies in the run itself: somebody's word, those before it, a time. */
function ownReason(run: WaitingRun, { nowMs, lineup, settings }: PlanInput): WaitingReason | null {
  if (run.hold !== null) return { kind: 'held', by: run.hold };
  const table = lineup.limitsOf(run.table);
  if (table.paused !== null) {
    return { kind: 'paused', by: table.paused === 'failures' ? 'failures' : 'table', ...saying(null) };
  }
  if (!table.isComplete) return { kind: 'paused', by: 'table', ...saying({ kind: 'rows-coming' }) };
  if (!settings.isRunning) return { kind: 'paused', by: 'queue', ...saying(null) };
  if (run.previousRun !== null) return { kind: 'previous-run', run: run.previousRun };
  const missing = run.dependencies.find(({ wanted, state }) => !isMet(wanted, state));
  if (missing) {
    return { kind: 'dependency', task: missing.task, state: missing.state, wanted: missing.wanted };
  }
  if (run.notBefore === null || run.notBefore.atMs <= nowMs) return null;
  const { atMs: untilMs, backoff } = run.notBefore;
  return backoff === null ? { kind: 'time', untilMs } : { kind: 'backoff', untilMs, ...backoff };
}

/** A limit, or no node for it at all. */
function outerReason(run: WaitingRun, input: PlanInput, pass: Pass): WaitingReason | null {
  const limit = pass.counts.check(run, input.lineup.limitsOf(run.table));
  if (limit) return limit;
  const candidates = pass.candidates(run);
  const impossible = neverFits(candidates, run, pass.asked(run).bytes);
  if (impossible) return impossible;
  const isMissing = run.ask.gpus > 0 ? candidates.usableGpus === 0 : candidates.nodes.length === 0;
  if (!isMissing) return null;
  const { online, allowed, asOwner, matching, usableGpus, trouble } = candidates;
  const told = trouble && { ...trouble, message: trouble.what && troubleText(trouble.what) };
  const isNoGpuThere = run.ask.gpus > 0 && candidates.knownGpus === 0;
  return { kind: 'nodes', online, allowed, asOwner, matching, usableGpus, isNoGpuThere, trouble: told };
}

/** What room is missing; null where there is room, and it is a matter of turns. */
function roomReason(run: WaitingRun, input: PlanInput, pass: Pass): WaitingReason | null {
  if (pass.reservation && pass.counts.isKept(run, input.lineup.limitsOf(run.table))) {
    return { kind: 'reservation', task: pass.reservation.task, node: pass.reservation.nodeName };
  }
  const candidates = pass.candidates(run);
  if (run.ask.gpus === 0) return coresReason(candidates);
  if (candidates.nodes.length === 0) return strangersReason(run, pass);
  const { settings } = input;
  const asked = pass.asked(run);
  const isKeeper = pass.reservation?.run === run.id;
  let most: { fitting: number; node: string } | null = null;
  let isKept = false;
  for (const { node, cards } of candidates.nodes) {
    const fitting = cards.filter((state) => fits(state, asked.bytes, settings, isKeeper)).length;
    if (fitting >= run.ask.gpus) return null;
    if (!most || fitting > most.fitting) most = { fitting, node: node.facts.name };
    isKept ||= cards.filter((state) => fits(state, asked.bytes, settings, true)).length >= run.ask.gpus;
  }
  if (isKept && pass.reservation) {
    return { kind: 'reservation', task: pass.reservation.task, node: pass.reservation.nodeName };
  }
  if (most && most.fitting > 0) return { kind: 'gpus', ...most, asked: run.ask.gpus };
  return nearestCard(run, candidates, asked, input, pass);
}

function coresReason({ nodes }: Candidates): WaitingReason | null {
  const counts = nodes.map(({ node }) => ({ running: node.withoutGpu, allowed: mostWithoutGpu(node) }));
  if (counts.some(({ running, allowed }) => running < allowed)) return null;
  const running = counts.reduce((sum, node) => sum + node.running, 0);
  const allowed = counts.reduce((sum, node) => sum + node.allowed, 0);
  return { kind: 'limit', limit: 'node', running, allowed, handStarted: 0 };
}

/** All cards that would do have strangers on them, and the policy keeps away from them. */
function strangersReason(run: WaitingRun, pass: Pass): WaitingReason | null {
  const first = findCandidates(pass.board, run, 'share').nodes[0]?.cards[0];
  if (first) {
    const { card, node } = first;
    const holder = card.stranger && { ...card.stranger, task: null };
    return { kind: 'strangers', node: node.facts.name, gpuIndex: card.index, holder };
  }
  return null;
}

/** What keeps the run from the card that comes nearest to having room. */
function nearestCard(
  run: WaitingRun,
  candidates: Candidates,
  asked: Asked,
  input: PlanInput,
  pass: Pass,
): WaitingReason | null {
  let nearest: { state: CardState; shortBytes: number; figures: MemoryFigures } | null = null;
  for (const { cards } of candidates.nodes) {
    for (const state of cards) {
      const figures = memoryFigures(state, asked.bytes, input.settings.leastFreeBytes);
      const shortBytes = figures ? figures.askedBytes - figures.freeBytes : Number.POSITIVE_INFINITY;
      if (!nearest || !figures || shortBytes < nearest.shortBytes) {
        if (figures) nearest = { state, shortBytes, figures };
      }
    }
  }
  const shared = candidates.nodes.flatMap(({ cards }) => cards).find(({ card }) => card.totalBytes === null);
  if (!nearest) {
    if (!shared) return null;
    return { kind: 'limit', limit: 'gpu', running: shared.attempts, allowed: 1, handStarted: 0 };
  }
  const { state, figures, shortBytes } = nearest;
  const { card, node } = state;
  const place = { node: node.facts.name, gpuIndex: card.index };
  const there = pass.board.liveOn.get(card.uuid) ?? [];
  const warming = there.find((attempt) => attempt.isWarmingUp && attempt.profile === run.profile);
  if (warming && asked.by === 'whole-card') {
    return { kind: 'warm-up', ...place, task: warming.task ?? warming.id };
  }
  const { maxRunningPerGpu } = input.settings;
  if (shortBytes <= 0 && maxRunningPerGpu !== null) {
    return {
      kind: 'limit',
      limit: 'gpu',
      running: state.attempts,
      allowed: maxRunningPerGpu,
      handStarted: 0,
    };
  }
  return { kind: 'memory', ...place, ...figures, holder: largestHolder(state, pass) };
}

interface MemoryFigures {
  totalBytes: number;
  externalBytes: number;
  promisedBytes: number;
  headroomBytes: number;
  freeBytes: number;
  askedBytes: number;
}

/** The ledger of a card in figures that add up; null where its size or use is not known. */
function memoryFigures(
  state: CardState,
  bytes: number | null,
  leastFreeBytes: number | null,
): MemoryFigures | null {
  const { totalBytes, externalBytes } = state.card;
  const free = freeBytes(state);
  const capacity = capacityBytes(state);
  if (totalBytes === null || externalBytes === null || free === null || capacity === null) return null;
  const promisedBytes = state.isTaken ? Math.max(0, capacity - externalBytes) : state.oursBytes;
  // Who takes a whole card wants none of ours beside it.
  const isShared = bytes === null && (state.isTaken || state.oursBytes > 0 || state.attempts > 0);
  const askedBytes = isShared
    ? Math.max(neededBytes(state, bytes), capacity - externalBytes)
    : neededBytes(state, bytes);
  return {
    totalBytes,
    externalBytes,
    promisedBytes,
    headroomBytes: state.headroomBytes,
    freeBytes: Math.max(0, free),
    askedBytes: Math.max(askedBytes, leastFreeBytes ?? 0),
  };
}

/** Who holds most of a card: a stranger, or one of ours. */
function largestHolder(state: CardState, pass: Pass): (Stranger & { task: string | null }) | null {
  const { card } = state;
  let largest = card.stranger ? { ...card.stranger, task: null as string | null } : null;
  for (const attempt of pass.board.liveOn.get(card.uuid) ?? []) {
    const bytes = pass.board.heldBytes(attempt, card.uuid) ?? capacityBytes(state) ?? 0;
    if (!largest || bytes > largest.bytes) {
      largest = { pid: attempt.pid, owner: attempt.owner, task: attempt.task, bytes };
    }
  }
  return largest;
}
