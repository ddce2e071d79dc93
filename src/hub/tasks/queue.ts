/**
 * The queue's room at the hub: wires the book, the line, the dispatcher and what hears of nodes. Its handlers, its live
 * scopes and the links speak to it through this door.
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { NodeStatus } from '../../model/node.ts';
import { type EndClass, tableIdOf } from '../../model/task.ts';
import { askedOf, type DecisionFacts, type LiveAttempt, type NodeFacts } from '../../scheduling/facts.ts';
import { profileOf } from '../../scheduling/learn.ts';
import type { PlanInput } from '../../scheduling/plan.ts';
import { Breaker, Strikes } from '../../scheduling/retry.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { LinkEars } from '../agents/linkEars.ts';
import type { NodeRegistry } from '../agents/nodeRegistry.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { LiveView, TaskView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import { type CardLedgers, cardLedgers } from './cardLedgers.ts';
import { dispatcher } from './dispatcher.ts';
import { hearing } from './hearing.ts';
import { launches } from './launches.ts';
import { type Line, line } from './line.ts';
import { handStartedGpus, liveFacts } from './liveFacts.ts';
import { nodeFacts } from './nodeFacts.ts';
import { type Presence, presence } from './presence.ts';
import { type Promises, promises } from './promises.ts';
import { type ReasonsNow, reasons } from './reasons.ts';
import { type Stopper, stopper } from './stopper.ts';
import { type Verdicts, verdicts } from './verdicts.ts';
import { isSingle, type Views, views } from './views.ts';

export interface QueueOptions {
  book: TaskBook;
  fleet: FleetNow;
  links: AgentLinks;
  registry: NodeRegistry;
  clock: Clock;
  log: Log;
}

export interface Queue {
  book: TaskBook;
  line: Line;
  ledgers: CardLedgers;
  presence: Presence;
  promises: Promises;
  stopper: Stopper;
  strikes: Strikes;
  verdicts: Verdicts;
  views: Views;
  /** Why runs wait. */
  reasons: ReasonsNow;
  nodes(): NodeStatus[];
  facts(node: NodeStatus): NodeFacts;
  live(): LiveAttempt[];
  /** A node's sample was applied. */
  sampled(nodeId: string): void;
  /** Something changed that may let a run start. */
  wake(): void;
  stop(): Promise<void>;
}

const TICK_MS = 2000;
/** A connection may be away this long before what runs there is called unreachable: hubs and agents restart. */
const SILENT_AFTER_MS = 5000;
/** Cards whose memory is not back by then are left alone. */
const RETURNING_MS = 60_000;
/** A task that may run twice is started elsewhere after this much silence (scheduling.md, 10). */
const IDEMPOTENT_AFTER_MS = 15 * 60_000;

/** Opens the room over a book; nodes are heard from now on. */
export function openQueue({ book, fleet, links, registry, clock, log }: QueueOptions): Queue {
  const startedAtMs = clock.nowMs();
  const nowMs = (): number => clock.nowMs();
  const present = presence(startedAtMs);
  const strikes = new Strikes();
  const breaker = new Breaker();
  const ledgers = cardLedgers(book.live, startedAtMs);
  const machineOf = (nodeId: string): string | null =>
    registry.list().find(({ id }) => id === nodeId)?.machineId ?? null;
  const profileOfTask = ({ table }: TaskView): string =>
    profileOf(isSingle(table) ? null : tableIdOf(table.number), table.command);
  const promised: ReadonlyMap<string, number> = new Map();
  const waiting = line({
    book,
    nodeOf: (machineId) => registry.find(machineId)?.id ?? null,
    profileOf: profileOfTask,
    hasOrder: () => true,
  });

  const judged = verdicts({ book, nowMs, memory: () => null });
  const judgeReported: Parameters<TaskBook['report']>[2] = (live, report) => {
    const verdict = judged.reported(live, report);
    charge(live, verdict.class, verdict.message);
    return verdict;
  };
  /** The node and the table have their part in an end. */
  const charge = (live: LiveView, class_: EndClass, message: string | null): void => {
    strike(live.attempt.nodeId, class_, message);
    const { number } = live.task.table;
    if (breaker.ended(tableIdOf(number), class_, nowMs(), book.settings().breaker))
      // Not within the step that ends the attempt: the book changes one thing at a time.
      queueMicrotask(() => void book.changeTable(number, { paused: 'failures' }, null));
  };
  const strike = (nodeId: string, class_: EndClass, message: string | null): void => {
    const was = strikes.drained(nodeId);
    strikes.ended(nodeId, class_, message, nowMs());
    const reason = strikes.drained(nodeId);
    if (was === null && reason !== null)
      log.warn({ node: nodeId, reason }, 'a node gets no more tasks until somebody allows it again');
  };

  const nodes = (): NodeStatus[] => fleet.all(nowMs());
  const facts = (node: NodeStatus): NodeFacts =>
    nodeFacts(node, { ledgers, presence: present, strikes, gpusOff: book.gpusOff() }, nowMs());
  const live = (): LiveAttempt[] => liveFacts({ book, ledgers, promised });
  const decisionFacts = (atMs: number): Omit<DecisionFacts, 'reservation'> => {
    const all = nodes();
    const settings = book.settings();
    const owners = new Set(book.tables().map(({ owner }) => owner));
    return {
      nowMs: atMs,
      nodes: all.map(facts),
      live: live(),
      settings,
      usage: {
        gpuSeconds: new Map([...owners].map((owner) => [owner, book.usage(owner)])),
        handStartedGpus:
          settings.maxGpusPerUser === null ? new Map() : handStartedGpus(all, book.promises().values()),
      },
      promises: promised,
      gpuOrders: new Map(),
    };
  };

  const sent = launches({
    book,
    links,
    machineOf,
    nowMs,
    log,
    strike: (nodeId, reason) => strike(nodeId, 'infra', reason),
    judge: judged.unreported,
    settled: () => dispatch.wake(),
  });
  const stops = stopper(book, links, clock, log);
  const dispatch = dispatcher({
    book,
    line: waiting,
    launches: sent,
    clock,
    log,
    facts: decisionFacts,
    mayDispatch: () => book.trouble() === null && !isRestoring(),
    promised: (start) => given.give(start, nowMs()),
    explainImpossible: ({ reason }) => reasonsOf.text(reason),
  });
  const given = promises(book, waiting.lineup, ledgers, clock.after, () => dispatch.wake(), startedAtMs);

  /** A restored backup gives nothing out until every machine that may have attempts has reported. */
  const isRestoring = (): boolean => {
    if (!book.isRestored()) return false;
    if (registry.list().some(({ id, mayRun }) => mayRun && !present.isReady(id))) return true;
    book.nodesReported();
    return false;
  };

  const heard = hearing({
    book,
    links,
    presence: present,
    ledgers,
    launches: sent,
    reporter(nodeId) {
      const status = fleet.status(nodeId, nowMs());
      return {
        nodeId,
        node: status?.name ?? nodeId,
        gpuIndex: (uuid) => status?.sample?.gpus.find((gpu) => gpu.uuid === uuid)?.index ?? 0,
      };
    },
    judge: judgeReported,
    judgeGone: (attempt, message) => judged.unreported(attempt, 'infra', message),
    stopSuperseded: (nodeId, { attempt, fence }) => stops.stopUnwanted(nodeId, attempt, fence, 'superseded'),
    stopAgain: (attempt) => stops.stop(attempt),
    settled: () => dispatch.wake(),
  });
  const ears: LinkEars = {
    opened: (nodeId) => present.opened(nodeId),
    inventory(nodeId, inventory) {
      const machine = machineOf(nodeId);
      heard.inventory(nodeId, inventory);
      if (machine !== null) waiting.machineJoined(machine);
    },
    reports: heard.reports,
    tableEdits: () => Promise.reject(new Error('tables are not kept yet')),
    closed: (nodeId) => present.closed(nodeId, nowMs()),
  };

  const tick = (): void => {
    const atMs = nowMs();
    const silent = new Set<string>();
    for (const attempt of [...book.live().values()]) {
      const { nodeId } = attempt.attempt;
      if (attempt.isReturning && atMs - returningSince(attempt) > RETURNING_MS) {
        ledgers.flag(attempt, atMs);
        book.cardsFreed(attempt.id);
        log.warn(
          { attempt: attempt.id, node: nodeId },
          'the memory of an attempt that has ended did not come back',
        );
      }
      const silentSince = present.silentSinceMs(nodeId);
      if (silentSince === null || attempt.isReturning) continue;
      if (atMs - silentSince > SILENT_AFTER_MS && attempt.task.state !== 'unreachable') silent.add(nodeId);
      if (atMs - silentSince > IDEMPOTENT_AFTER_MS && attempt.task.table.options.isIdempotent)
        book.gone(
          attempt.id,
          judged.unreported(attempt, 'infra', 'its node was silent for 15 min; it may run twice'),
          null,
        );
    }
    for (const nodeId of silent) book.nodeSilent(nodeId);
    given.sweep(atMs);
    stops.remind();
  };

  /** By our own clock: when its end was first seen here. */
  const seenReturning = new Map<string, number>();
  const returningSince = ({ id }: LiveView): number => {
    const since = seenReturning.get(id) ?? nowMs();
    seenReturning.set(id, since);
    for (const known of seenReturning.keys()) if (!book.live().has(known)) seenReturning.delete(known);
    return since;
  };

  const forget = [
    book.onTask((task, was) => {
      ledgers.follow(task, nowMs());
      waiting.follow(task, was);
      dispatch.wake();
    }),
    book.onTable((table) => {
      waiting.followTable(table);
      if (table.paused === null) breaker.reset(tableIdOf(table.number));
      dispatch.wake();
    }),
    book.onTrouble(() => dispatch.wake()),
    clock.every(TICK_MS, tick),
  ];
  links.lend(ears);

  const input = (): PlanInput => ({
    ...decisionFacts(nowMs()),
    reservation: dispatch.reservation(),
    lineup: waiting.lineup,
  });
  const reasonsOf = reasons(input, () => registry.list().length, nowMs, book.revision);
  const view = views({
    book,
    waiting(task) {
      const run = waiting.runOf(task.number);
      return run ? reasonsOf.of(run) : null;
    },
    asked(task) {
      const run = waiting.runOf(task.number);
      if (run) return askedOf(run, promised);
      return { bytes: null, by: 'none' };
    },
    taskDone: () => null,
    tableDone: () => null,
  });

  return {
    book,
    line: waiting,
    ledgers,
    presence: present,
    promises: given,
    stopper: stops,
    strikes,
    verdicts: judged,
    views: view,
    reasons: reasonsOf,
    nodes,
    facts,
    live,
    sampled(nodeId) {
      const sample = fleet.status(nodeId, nowMs())?.sample;
      if (sample && ledgers.sampled(nodeId, sample, nowMs())) dispatch.wakeSoon();
    },
    wake: () => dispatch.wake(),
    async stop() {
      for (const stop of forget) stop();
      dispatch.stop();
      await book.stop();
    },
  };
}
