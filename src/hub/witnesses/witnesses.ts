/**
 * The door for machines that are known only by an older dialect (model/witness.ts). Whoever reads them is handed this
 * door by the roles: readers that poll name their machines first (`add`) and then tell what each answered; a listener for
 * reports tells of a machine with its first report (`reported`). They stand among the fleet, greyed when silent like any
 * other, and nothing is ever placed on them: the queue is not told of them.
 */
import { createProcessMatcher } from '../../fleet/processMatcher.ts';
import type { Clock } from '../../io/clock.ts';
import { networkOf } from '../../io/network.ts';
import type { DialectName } from '../../model/dialect.ts';
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import type { NodeSample, ReadingProblem } from '../../model/node.ts';
import type { FoundProcess } from '../../model/process.ts';
import { polledWitnessId, reportingWitnessId, type WitnessReading } from '../../model/witness.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { LastTruth } from '../history/lastTruth.ts';
import { processesOnGpus } from './processesOnGpus.ts';
import type { Reporter, Reporters } from './reporters.ts';

/** A machine that is asked by us. */
export interface PolledWitness {
  dialect: DialectName;
  host: string;
  port: number;
  /** As the configuration calls it; until its first answer it is called so. */
  name: string;
  /** By which its older main is asked for it. */
  configuredName?: string | null;
  alias: string | null;
  /** Silent for longer than this it is offline; null: after 10 s, or five intervals. */
  offlineAfterMs: number | null;
}

export interface Witnesses {
  /**
   * Makes a polled machine known, with what it last said before this start, and answers its id.
   * @param refresh asks it at once, for somebody who waits; settles when it has answered or failed
   * @throws HubError `too-many-nodes`
   */
  add(node: PolledWitness, refresh: () => Promise<void>): Promise<string>;
  /** What a machine that was added answered. `address` is where it was reached. */
  heard(id: string, reading: WitnessReading, address: string | null): void;
  /**
   * A machine that was added could not be read: its last truth stays, and tells why. `isGone`: it did not answer as itself;
   * else it answers and its figures only grow old. `lastTruth` is what it said before anybody here heard it say so.
   */
  failed(
    id: string,
    problem: Omit<ReadingProblem, 'sinceMs'>,
    isGone: boolean,
    lastTruth?: { sample: NodeSample; lastSeenAtMs: number },
  ): void;
  /**
   * A report of a machine that reports by itself, which is known from its first one on; answers its id.
   * @param hostname what it calls itself: the only name that it has
   * @param from whose connection brought it
   * @throws HubError `too-many-nodes` where as many are asked by us, `name-too-long`
   */
  reported(
    dialect: DialectName,
    hostname: string,
    reading: WitnessReading,
    address: string | null,
    from?: string | null,
  ): Promise<string>;
  /** What one that reports by itself said last; null where it is not known. */
  lastSample(dialect: DialectName, hostname: string): NodeSample | null;
  isWitness(id: string): boolean;
  /** Asks a polled one at once. @throws HubError `only-reports` for one that reports by itself. */
  refresh(id: string): Promise<void>;
  /** Its processes that match, most GPU memory first is left to the caller; null where it was not heard yet. */
  search(id: string, query: string): FoundProcess[] | null;
  /** Forgets one that reports by itself, until its next report. @throws HubError `configured` for a polled one. */
  forget(id: string): void;
  /** Whether it is asked by us, and so cannot be forgotten. */
  isConfigured(id: string): boolean;
  /** Calls back with each that reported by itself and is forgotten, by somebody or because others needed its room. */
  whenForgotten(forgotten: (reporter: Reporter) => void): void;
}

/**
 * What is kept at once: machines that are known by older dialects; and processes, containers and sessions of those that
 * report by themselves, a thousand machines with three hundred each. Nobody knows who reports: whoever was silent longest
 * makes room, so that a flood of names pushes itself out, and no machine that goes on reporting, nor one that we ask. Those
 * that one address made known push each other out.
 */
const LIMITS = { machines: 2000, machinesPerAddress: 256, reportedEntries: 300_000 };

export interface WitnessesOptions {
  fleet: FleetNow;
  clock: Clock;
  lastTruth: (id: string) => Promise<LastTruth | null>;
  reporters: Reporters;
  /** A sample was applied: history may look. */
  sampled: (id: string) => void;
  /** One made room: what else is kept of it goes. */
  forgotten: (id: string) => void;
  /** Replaced in tests. */
  limits?: typeof LIMITS;
}

interface Known {
  alias: string | null;
  /** What is kept of it counts so much; 0 of one that is asked by us. */
  entries: number;
  /** Null: it reports by itself. */
  refresh: (() => Promise<void>) | null;
  /** Null: it is asked by us. */
  reporter: Reporter | null;
  processes: FoundProcess[] | null;
}

/** At first those that reported before this start. */
export async function witnesses({
  fleet,
  clock,
  lastTruth,
  reporters,
  sampled,
  forgotten,
  limits = LIMITS,
}: WitnessesOptions): Promise<Witnesses> {
  /** Whoever reported last stands last. */
  const known = new Map<string, Known>();
  let reportedEntries = 0;

  const listeners: ((reporter: Reporter) => void)[] = [];
  /** Of reporters: how many each address made known. */
  const counts = new Map<string, number>();
  const count = ({ from }: Reporter, one: 1 | -1): void => {
    if (from === null) return;
    const left = (counts.get(from) ?? 0) + one;
    if (left > 0) counts.set(from, left);
    else counts.delete(from);
  };

  const drop = (id: string): void => {
    const witness = known.get(id);
    reportedEntries -= witness?.entries ?? 0;
    known.delete(id);
    reporters.forget(id);
    if (!witness?.reporter) return;
    count(witness.reporter, -1);
    for (const listener of listeners) listener(witness.reporter);
  };
  /** Forgets who reports and was silent longest, of those that one address made known. False where there is nobody but one. */
  const forgetSilent = (besides: string | null, from: string | null = null): boolean => {
    for (const [id, { reporter }] of known) {
      if (reporter === null || id === besides || (from !== null && reporter.from !== from)) continue;
      drop(id);
      fleet.forgetNode(id);
      forgotten(id);
      return true;
    }
    return false;
  };

  const become = async (
    id: string,
    node: Omit<PolledWitness, 'host' | 'port'> & { host: string | null; port: number | null },
    { refresh, reporter }: Pick<Known, 'refresh' | 'reporter'>,
  ): Promise<void> => {
    if (!known.has(id) && known.size >= limits.machines && !forgetSilent(null))
      throw new HubError(503, 'too-many-nodes', `this hub reads ${limits.machines} older machines already`);
    known.set(id, { alias: node.alias, entries: 0, refresh, reporter, processes: null });
    if (reporter) count(reporter, 1);
    const truth = await lastTruth(id);
    // It made room for another meanwhile.
    if (!known.has(id)) return;
    fleet.setNode({
      id,
      name: truth?.sample.hostname ?? node.name,
      alias: node.alias,
      source: {
        dialect: node.dialect,
        host: node.host,
        port: node.port,
        name: node.configuredName ?? null,
        problem: null,
      },
      offlineAfterMs: node.offlineAfterMs,
      ...truth,
      disconnectedAtMs: truth?.lastSeenAtMs ?? null,
    });
  };

  const becomeReporter = (reporter: Reporter): Promise<void> => {
    const { dialect, hostname, from } = reporter;
    if (from !== null && (counts.get(from) ?? 0) >= limits.machinesPerAddress) forgetSilent(null, from);
    const node = { dialect, name: hostname, alias: null, host: null, port: null, offlineAfterMs: null };
    return become(reporterId(reporter), node, { refresh: null, reporter });
  };
  for (const reporter of reporters.list()) await becomeReporter(reporter);

  /** What is kept of it: without the processes that only a search looks at, where all of them would push others out. */
  const withinReason = (id: string, reading: WitnessReading): WitnessReading => {
    const witness = known.get(id);
    if (!witness) return reading;
    known.delete(id);
    known.set(id, witness);
    reportedEntries -= witness.entries;
    const own = entriesOf(reading.sample);
    const all = own + (reading.processes?.length ?? 0);
    witness.entries = reportedEntries + all <= limits.reportedEntries ? all : own;
    reportedEntries += witness.entries;
    while (reportedEntries > limits.reportedEntries && forgetSilent(id));
    return witness.entries === all ? reading : { ...reading, processes: null };
  };

  const heard = (id: string, reading: WitnessReading, address: string | null): void => {
    const witness = known.get(id);
    if (!witness) return;
    witness.processes = reading.processes;
    // Called as it calls itself: said once.
    const alias = witness.alias === reading.sample.hostname ? null : witness.alias;
    if (fleet.status(id, clock.nowMs())?.alias !== alias)
      fleet.setNode({ id, name: reading.sample.hostname, alias });
    fleet.applySample(id, reading.sample, address, clock.nowMs());
    sampled(id);
  };

  return {
    async add(node, refresh) {
      const id = polledWitnessId(node.dialect, node.host, node.port);
      await become(id, node, { refresh, reporter: null });
      return id;
    },
    heard,
    failed(id, problem, isGone, truth) {
      if (!known.has(id)) return;
      const before = fleet.status(id, clock.nowMs());
      if (truth && before && before.sample === null)
        fleet.setNode({ id, name: truth.sample.hostname, alias: before.alias, ...truth });
      fleet.setProblem(id, problem, isGone, clock.nowMs());
    },
    async reported(dialect, hostname, reading, address, from = null) {
      const id = reportingWitnessId(dialect, hostname);
      // Cut short, two names would be one machine.
      if (id.length >= MAX_NAME_CHARACTERS)
        throw new HubError(400, 'name-too-long', 'this name is too long to be told from others');
      const reporter = { dialect, hostname, from: from === null ? null : networkOf(from) };
      if (!known.has(id)) await becomeReporter(reporter);
      reporters.note(id, reporter);
      heard(id, withinReason(id, reading), address);
      return id;
    },
    lastSample: (dialect, hostname) =>
      fleet.status(reportingWitnessId(dialect, hostname), clock.nowMs())?.sample ?? null,
    isWitness: (id) => known.has(id),
    async refresh(id) {
      const witness = known.get(id);
      if (witness?.refresh) return witness.refresh();
      throw new HubError(
        409,
        'only-reports',
        'this machine reports by itself and cannot be asked',
        'its collector sends again within seconds',
      );
    },
    search(id, query) {
      const sample = fleet.status(id, clock.nowMs())?.sample;
      if (!sample) return null;
      const matches = createProcessMatcher(query);
      return (known.get(id)?.processes ?? processesOnGpus(sample)).filter(matches);
    },
    forget(id) {
      if (known.get(id)?.reporter === null)
        throw new HubError(
          409,
          'configured',
          'this machine is in the configuration of the hub, which reads it',
          'take it out there and start the hub again',
        );
      drop(id);
    },
    isConfigured: (id) => known.get(id)?.reporter === null,
    whenForgotten: (listener) => void listeners.push(listener),
  };
}

const entriesOf = ({ gpus, containers, sessions }: NodeSample): number =>
  gpus.reduce((sum, { processes }) => sum + processes.length, containers.length + sessions.length);

/** The id of a machine that reports by itself. */
export const reporterId = ({ dialect, hostname }: Pick<Reporter, 'dialect' | 'hostname'>): string =>
  reportingWitnessId(dialect, hostname);
