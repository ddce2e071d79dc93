/**
 * The door for machines that are known only by an older dialect (model/witness.ts). Whoever reads them is handed this
 * door by the roles: readers that poll name their machines first (`add`) and then tell what each answered; a listener for
 * reports tells of a machine with its first report (`reported`). They stand among the fleet, greyed when silent like any
 * other, and nothing is ever placed on them: the queue is not told of them.
 */
import { createProcessMatcher } from '../../fleet/processMatcher.ts';
import type { Clock } from '../../io/clock.ts';
import { pick } from '../../lib/pick.ts';
import type { DialectName } from '../../model/dialect.ts';
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import type { NodeSample, ReadingProblem } from '../../model/node.ts';
import { type FoundProcess, ProcessDetails } from '../../model/process.ts';
import { polledWitnessId, reportingWitnessId, type WitnessReading } from '../../model/witness.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { LastTruth } from '../history/lastTruth.ts';
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
   * @throws HubError `too-many-nodes` where as many are asked by us, `name-too-long`
   */
  reported(
    dialect: DialectName,
    hostname: string,
    reading: WitnessReading,
    address: string | null,
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
}

/**
 * What is kept at once: machines that are known by older dialects; and processes, containers and sessions of those that
 * report by themselves, a thousand machines with three hundred each. Nobody knows who reports: whoever was silent longest
 * makes room, so that a flood of names pushes itself out, and no machine that goes on reporting, nor one that we ask.
 */
const LIMITS = { machines: 2000, reportedEntries: 300_000 };

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

  const drop = (id: string): void => {
    reportedEntries -= known.get(id)?.entries ?? 0;
    known.delete(id);
    reporters.forget(id);
  };
  /** Forgets who reports and was silent longest. False where there is nobody but one. */
  const forgetSilent = (besides: string | null): boolean => {
    for (const [id, { refresh }] of known) {
      if (refresh !== null || id === besides) continue;
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
    refresh: Known['refresh'],
  ): Promise<void> => {
    if (!known.has(id) && known.size >= limits.machines && !forgetSilent(null))
      throw new HubError(503, 'too-many-nodes', `this hub reads ${limits.machines} older machines already`);
    known.set(id, { alias: node.alias, entries: 0, refresh, processes: null });
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

  const becomeReporter = ({ dialect, hostname }: Reporter): Promise<void> => {
    const node = { dialect, name: hostname, alias: null, host: null, port: null, offlineAfterMs: null };
    return become(reporterId({ dialect, hostname }), node, null);
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
      await become(id, node, refresh);
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
    async reported(dialect, hostname, reading, address) {
      const id = reportingWitnessId(dialect, hostname);
      // Cut short, two names would be one machine.
      if (id.length >= MAX_NAME_CHARACTERS)
        throw new HubError(400, 'name-too-long', 'this name is too long to be told from others');
      if (!known.has(id)) await becomeReporter({ dialect, hostname });
      reporters.note(id, { dialect, hostname });
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
      if (known.get(id)?.refresh)
        throw new HubError(
          409,
          'configured',
          'this machine is in the configuration of the hub, which reads it',
          'take it out there and start the hub again',
        );
      drop(id);
    },
  };
}

const entriesOf = ({ gpus, containers, sessions }: NodeSample): number =>
  gpus.reduce((sum, { processes }) => sum + processes.length, containers.length + sessions.length);

/** The id of a machine that reports by itself. */
export const reporterId = ({ dialect, hostname }: Reporter): string => reportingWitnessId(dialect, hostname);

/** The processes that its cards tell of, each once. */
function processesOnGpus({ gpus }: NodeSample): FoundProcess[] {
  const found = new Map<number, FoundProcess>();
  for (const gpu of gpus) {
    for (const process of gpu.processes) {
      const before = found.get(process.pid);
      if (before) {
        before.gpus.push(gpu.index);
        before.gpuMemoryBytes = sumOrNull(before.gpuMemoryBytes, process.memoryUsedBytes);
      } else {
        found.set(process.pid, {
          pid: process.pid,
          ...pick(process, DETAILS),
          gpus: [gpu.index],
          gpuMemoryBytes: process.memoryUsedBytes,
        });
      }
    }
  }
  return [...found.values()];
}

const DETAILS = ProcessDetails.keyof().options;
const sumOrNull = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;
