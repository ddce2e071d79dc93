/**
 * The imagined fleet that `flowline demo` looks at: machines whose agents are real and whose drivers, processes,
 * containers, sessions and figures are imagined. One world, one clock: each second every machine takes its next step.
 */
import type { Machine } from '../agent/sampler.ts';
import type { Supervisor } from '../agent/supervisor/supervisor.ts';
import { advance } from './advance.ts';
import type { ImaginedMachine } from './imagined.ts';
import { imaginedContainers, imaginedHost, imaginedSessions } from './machineSources.ts';
import { namedMachines } from './namedMachines.ts';
import { namelessMachines } from './namelessMachines.ts';
import { person } from './people.ts';
import { buildMachine, type MachinePlan } from './plan.ts';
import { imaginedProcesses } from './processSource.ts';
import { type Random, seededRandom } from './random.ts';
import { readCard } from './readCard.ts';
import {
  applyHappenings,
  type Happening,
  isPresent,
  namedHappenings,
  namelessHappenings,
} from './scenario.ts';
import { createSimulatedDriver } from './simulatedDriver.ts';
import { OTHER_PERSON } from './tasks/demoTables.ts';
import { type ImaginedSupervisor, imaginedSupervisor } from './tasks/imaginedSupervisor.ts';
import type { ImaginedNode, Person } from './world.ts';

/** One machine of the fleet. */
export interface FleetMachine {
  id: string;
  alias: string | null;
  address: string;
  /** The machine as an agent's sampler asks it; the agent stops its sources. Each opening is new, so that agents come and go. */
  open(): Machine;
  /** Runs imagined tasks there. It goes on while the machine's agent comes and goes. */
  supervisor: Supervisor;
}

export interface ImaginedFleet {
  machines: FleetMachine[];
  /**
   * Calls back when a machine leaves (its agent's link is to be cut, without goodbye) and when it returns (its agent
   * is to be started again). All are present at the start. Answers how to stop being called.
   */
  onPresence(callback: PresenceCallback): () => void;
  /** Stops the world's clock. What was opened stays readable until its owner stops it. */
  stop(): void;
}

export type PresenceCallback = (machine: FleetMachine, isPresent: boolean) => void;

export interface FleetOptions {
  /** How many machines: the named ones first. Left out: those alone. */
  nodes?: number;
  /** The same seed gives the same fleet. */
  seed?: string;
  /** As whom most of the machines run tasks; somebody of the laboratory unless said. */
  user?: Person;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const STEP_MS = 1000;
/** Run tasks as somebody else than the visitor, so that his queue is not the only one. */
const OTHERS_MACHINES: ReadonlySet<string> = new Set(['orion', 'spica']);

/** Begins a world at this moment and lets its time run. */
export function startImaginedFleet(options: FleetOptions = {}): ImaginedFleet {
  const now = options.now ?? Date.now;
  const { advanceTo, ...fleet } = imagineFleet(options);
  const timer = setInterval(() => advanceTo(now()), STEP_MS);
  return { ...fleet, stop: () => clearInterval(timer) };
}

/** Where one machine's state lives between two steps. */
interface Place {
  node: ImaginedNode;
  tasks: ImaginedSupervisor;
  readonly machine: ImaginedMachine;
  readonly random: Random;
  readonly happenings: readonly Happening[];
  isPresent: boolean;
}

/** The same world with its clock in the caller's hand. */
export function imagineFleet(
  options: FleetOptions,
): Omit<ImaginedFleet, 'stop'> & { advanceTo(nowMs: number): void } {
  const {
    nodes = namedMachines.length,
    seed = 'flowline',
    user = person('chen.yu'),
    now = Date.now,
  } = options;
  const startedAtMs = now();
  const { plans, happenings } = describeFleet(nodes, seed);
  const places = plans.map((plan) =>
    newPlace(
      plan,
      happenings,
      startedAtMs,
      seededRandom(`${seed} ${plan.id}`),
      OTHERS_MACHINES.has(plan.id) ? person(OTHER_PERSON) : user,
    ),
  );
  const inhabited = places.map((place) => ({ place, machine: machineAt(place, now) }));
  const callbacks = new Set<PresenceCallback>();

  return {
    machines: inhabited.map(({ machine }) => machine),
    advanceTo: (nowMs) => {
      for (const { place, machine } of inhabited) {
        advancePlace(place, nowMs, startedAtMs);
        const present = isPresent(place.happenings, (nowMs - startedAtMs) / 1000);
        if (present === place.isPresent) continue;
        place.isPresent = present;
        for (const callback of callbacks) callback(machine, present);
      }
    },
    onPresence: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}

/** The plans of so many machines, and what will happen to them. */
export function describeFleet(
  nodes: number,
  seed: string,
): { plans: MachinePlan[]; happenings: Happening[] } {
  const random = seededRandom(seed);
  const named = namedMachines.slice(0, nodes);
  const nameless = namelessMachines(nodes - named.length, random);
  return {
    plans: [...named, ...nameless],
    happenings: [
      ...namedHappenings,
      ...namelessHappenings(
        nameless.map(({ id }) => id),
        random,
      ),
    ],
  };
}

function newPlace(
  plan: MachinePlan,
  all: readonly Happening[],
  startedAtMs: number,
  random: Random,
  user: Person,
): Place {
  const happenings = all.filter(({ machine }) => machine === plan.id);
  const node = buildMachine(plan, startedAtMs, random);
  const gpus = node.cards.map((card) => ({ fault: card.fault, reading: readCard(card, node.processes) }));
  const machine = { driver: node.driver, gpus };
  const place: Place = {
    node,
    machine,
    random,
    happenings,
    isPresent: true,
    tasks: imaginedSupervisor({
      look: () => place.node,
      change: (changed) => {
        place.node = changed;
      },
      user,
    }),
  };
  advancePlace(place, startedAtMs, startedAtMs);
  return place;
}

/** Time goes on for one machine, and its driver sees it. */
function advancePlace(place: Place, nowMs: number, startedAtMs: number): void {
  const { machine, happenings, random } = place;
  const happened = applyHappenings(place.node, happenings, (nowMs - startedAtMs) / 1000, startedAtMs);
  place.node = advance(happened, nowMs, random);
  place.tasks.advance(nowMs);
  machine.driver = place.node.driver;
  // The same objects as before: a driver remembers the counters of each card by it.
  machine.gpus.forEach((gpu, index) => {
    const card = place.node.cards[index];
    if (card) Object.assign(gpu, { fault: card.fault, reading: readCard(card, place.node.processes) });
  });
}

function machineAt(place: Place, now: () => number): FleetMachine {
  const { id, hostname, alias, address, bootId } = place.node;
  const look = (): ImaginedNode => place.node;
  const change = (node: ImaginedNode): void => {
    place.node = node;
  };
  const open = (): Machine => ({
    hostname,
    bootId,
    driver: createSimulatedDriver(place.machine, { now }),
    host: imaginedHost(look),
    processes: imaginedProcesses(look, change),
    containers: imaginedContainers(look),
    sessions: imaginedSessions(look),
  });
  return { id, alias, address, open, supervisor: place.tasks };
}
