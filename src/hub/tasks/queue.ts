/**
 * The queue's room at the hub: puts the book, the line, the dispatcher and those who hear of nodes together. Handlers, live
 * scopes and links speak to it through this door.
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { NodeStatus } from '../../model/node.ts';
import { tableIdOf } from '../../model/task.ts';
import { askedOf, type LiveAttempt, type NodeFacts } from '../../scheduling/facts.ts';
import { profileOf } from '../../scheduling/learn.ts';
import type { PlanInput } from '../../scheduling/plan.ts';
import { Breaker, Strikes } from '../../scheduling/retry.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { NodeRegistry } from '../agents/nodeRegistry.ts';
import type { Audit } from '../audit.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { TableView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import { cardLedgers } from './cardLedgers.ts';
import { gathering } from './decisionFacts.ts';
import { type Dispatcher, dispatcher } from './dispatcher.ts';
import { ends } from './ends.ts';
import { estimates } from './estimates.ts';
import { type GpuOrders, gpuOrders } from './gpuOrders.ts';
import { hearing } from './hearing.ts';
import { hindrances } from './hindrance.ts';
import { keepers } from './keepers.ts';
import { launches } from './launches.ts';
import { type Lessons, lessons } from './lessons.ts';
import { type Line, line } from './line.ts';
import { logKeeping } from './logKeeping.ts';
import { type Agent, type Presence, presence } from './presence.ts';
import { type Promises, promises } from './promises.ts';
import { type ReasonsNow, reasons } from './reasons.ts';
import { type Stopper, stopper } from './stopper.ts';
import { type Verdicts, verdicts } from './verdicts.ts';
import { isSingle, type Views, views } from './views.ts';
import { watch } from './watch.ts';

export interface QueueOptions {
  book: TaskBook;
  fleet: FleetNow;
  links: AgentLinks;
  registry: NodeRegistry;
  audit: Audit;
  clock: Clock;
  log: Log;
}

export interface Queue {
  book: TaskBook;
  line: Line;
  presence: Presence;
  promises: Promises;
  stopper: Stopper;
  strikes: Strikes;
  verdicts: Verdicts;
  views: Views;
  /** Whether an agent keeps a table's file up now; null: it has none. */
  isKeptUp(table: TableView): boolean | null;
  /** Why runs wait. */
  reasons: ReasonsNow;
  nodes(): NodeStatus[];
  facts(node: NodeStatus): NodeFacts;
  live(): LiveAttempt[];
  /** Learned bytes per GPU, by profile. */
  promised(): ReadonlyMap<string, number>;
  /** A node's sample was applied. */
  sampled(nodeId: string): void;
  /** Something changed that may let a run start. */
  wake(): void;
  stop(): Promise<void>;
}

/** Opens the room over a book; nodes are heard from now on. */
export function openQueue({ book, fleet, links, registry, audit, clock, log }: QueueOptions): Queue {
  const startedAtMs = clock.nowMs();
  const nowMs = (): number => clock.nowMs();
  const nodeOf = (machineId: string): string | null => registry.find(machineId)?.id ?? null;
  const machineOf = (nodeId: string): string | null => registry.get(nodeId)?.machineId ?? null;
  const profileOfTable = (table: TableView): string =>
    profileOf(isSingle(table) ? null : tableIdOf(table.number), table.command);
  const wake = (): void => dispatch.wake();

  const present = presence(startedAtMs);
  const mayRun = (nodeId: string): boolean => registry.get(nodeId)?.mayRun === true;
  /** Agents that are there and may act for their users; others show figures only (trust.md, 6). */
  const trusted = (): Agent[] => present.ready().filter(({ nodeId }) => mayRun(nodeId));
  const strikes = new Strikes();
  const breaker = new Breaker();
  const ledgers = cardLedgers(book.live, startedAtMs);
  const orders: GpuOrders = gpuOrders({
    book,
    links,
    agents: trusted,
    nodes: () => facts.nodes(),
    nodeOf,
    clock,
    log,
    ordered(number) {
      const table = book.table(number);
      if (table) standing.followTable(table);
      wake();
    },
  });
  const facts = gathering({
    book,
    fleet,
    clock,
    ledgers,
    presence: present,
    strikes,
    lessons: () => learned,
    orders: () => orders,
  });
  const standing = line({
    book,
    nodeOf,
    nodeCalled: (name) => registry.list().find(({ alias }) => alias === name)?.id ?? name,
    profileOf: ({ table }) => profileOfTable(table),
    hasOrder: orders.has,
  });
  const learned: Lessons = lessons({
    book,
    ledgers,
    nodes: () => facts.nodes().map(facts.node),
    wouldStand: standing.wouldStand,
    nowMs,
  });

  const judge = verdicts({ book, nowMs, memory: learned.memory });
  const ended = ends({ book, verdicts: judge, lessons: learned, strikes, breaker, nowMs, log });

  const sent = launches({
    book,
    links,
    nowMs,
    log,
    strike: ended.strike,
    judge: ended.refused,
    settled: wake,
  });
  const stops = stopper(book, links, clock, log);
  const promised = promises(book, standing.lineup, ledgers, clock.after, wake, startedAtMs);

  const hindrance = hindrances(book, registry, present, log);
  const dispatch: Dispatcher = dispatcher({
    book,
    line: standing,
    launches: sent,
    clock,
    log,
    facts() {
      orders.refresh();
      return facts.decision();
    },
    mayDispatch: () => hindrance() === null,
    promised: (start) => promised.give(start, nowMs()),
  });
  const input = (): PlanInput => ({
    ...facts.decision(),
    reservation: dispatch.reservation(),
    lineup: standing.lineup,
  });
  const why = reasons(input, () => registry.list().length, nowMs, book.revision);

  const files = keepers({
    book,
    links,
    agents: trusted,
    machineOf,
    clock,
    log,
    edited(nodeId, table, what) {
      const from = fleet.status(nodeId, nowMs())?.address ?? '';
      audit.write({ who: nodeId, what: 'table-edits', on: table, result: what, from, door: 'agent' });
    },
  });
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
        mayRun: status?.mayRun === true,
        gpuIndex: (uuid) => status?.sample?.gpus.find((gpu) => gpu.uuid === uuid)?.index ?? 0,
      };
    },
    mayRun,
    judge: ended.reported,
    judgeGone: (live, remark) => judge.unreported(live, 'infra', [remark]),
    stopSuperseded: (nodeId, { attempt, fence }) => stops.stopUnwanted(nodeId, attempt, fence, 'superseded'),
    stopAgain: (live) => stops.stop(live),
    settled: wake,
  });

  const forget = [
    book.onTask((task, was) => {
      ledgers.follow(task, nowMs());
      standing.follow(task, was);
      wake();
    }),
    book.onTable((table) => {
      standing.followTable(table);
      if (table.paused === null) breaker.reset(tableIdOf(table.number));
      wake();
    }),
    book.onTrouble(wake),
    watch({
      book,
      presence: present,
      ledgers,
      lessons: learned,
      promises: promised,
      stopper: stops,
      verdicts: judge,
      clock,
      log,
      settled: wake,
    }),
    files.stop,
    logKeeping({ book, links, nodes: () => present.ready().map(({ nodeId }) => nodeId), clock, log }),
    dispatch.stop,
  ];
  links.lend({
    opened(nodeId) {
      present.opened(nodeId);
      files.forget(nodeId);
    },
    inventory(nodeId, inventory) {
      heard.inventory(nodeId, inventory);
      const machine = machineOf(nodeId);
      if (machine !== null) standing.machineJoined(machine);
    },
    reports: heard.reports,
    tableEdits: files.edits,
    closed: (nodeId) => present.closed(nodeId, nowMs()),
  });

  const estimated = estimates({
    lessons: learned,
    profileOf: profileOfTable,
    taskOf: (number) => book.task(number) ?? null,
    live: () => book.live().values(),
    isRunning: () => book.settings().isRunning,
    nowMs,
  });
  return {
    book,
    line: standing,
    presence: present,
    promises: promised,
    stopper: stops,
    strikes,
    verdicts: judge,
    views: views({
      book,
      waiting(task) {
        if (task.state === 'impossible') {
          // Told as long as it holds: a larger card may have joined since.
          const found = why.of(standing.wouldStand(task));
          return found.reason.kind === 'impossible' ? found : null;
        }
        const run = standing.runOf(task.number);
        const hindered = run === null ? null : hindrance();
        if (hindered === null) return run && why.of(run);
        const reason = { kind: 'paused', by: 'queue', ...hindered } as const;
        return { reason, text: why.text(reason) };
      },
      peakBytes: ledgers.measuredBytes,
      asked: (task) => askedOf(standing.wouldStand(task), learned.promised()),
      taskDone: estimated.task,
      tableDone: estimated.table,
      turns: estimated.turns,
    }),
    isKeptUp: files.isKeptUp,
    reasons: why,
    nodes: facts.nodes,
    facts: facts.node,
    live: facts.live,
    promised: learned.promised,
    sampled(nodeId) {
      const sample = fleet.status(nodeId, nowMs())?.sample;
      if (sample && ledgers.sampled(nodeId, sample, nowMs())) dispatch.wakeSoon();
    },
    wake,
    async stop() {
      for (const stop of forget) stop();
      await book.stop();
    },
  };
}
