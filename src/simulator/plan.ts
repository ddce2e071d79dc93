/** How an imagined machine is described, in the words of a list of machines, and how the description becomes one. */
import { workOn } from './advance.ts';
import { newCard } from './cards.ts';
import { type GpuModelName, gpuModels } from './gpuModels.ts';
import { type HardwareName, hardware } from './hardware.ts';
import { restingHost } from './hostFigures.ts';
import { type JobPlan, startJob } from './jobs.ts';
import { type Login, person } from './people.ts';
import { between, hexadecimal, type Random, uuid, wholeBetween } from './random.ts';
import { shellOf, systemProcesses } from './systemProcesses.ts';
import { GIB, type ImaginedContainer, type ImaginedNode } from './world.ts';

const HOUR_MS = 3_600_000;

interface PlannedSession {
  kind: 'screen' | 'tmux';
  name: string;
  by: Login;
  attached?: boolean;
  hoursAgo: number;
}

interface PlannedContainer {
  name: string;
  image: string;
  gpus: readonly number[];
  hoursAgo: number;
  /** Value of its label `flowline.owner`. */
  ownerLabel?: Login;
  /** Whose home it mounts. */
  home?: Login;
  hasEnded?: boolean;
}

/** A job that runs already. */
export interface PlannedJob extends Omit<JobPlan, 'startedAtMs' | 'endsAtMs'> {
  hoursAgo: number;
  /** Left out: it stays as long as the demo does. */
  minutesLeft?: number;
}

/** A machine in words: what stands there, and what runs on it as the story begins. */
export interface MachinePlan {
  id: string;
  alias?: string;
  address: string;
  /** None: a machine without NVIDIA driver. */
  cards?: readonly [count: number, model: GpuModelName];
  hardware: HardwareName;
  sessions?: readonly PlannedSession[];
  containers?: readonly PlannedContainer[];
  jobs?: readonly PlannedJob[];
  /** Cards whose heat sinks are full of dust. */
  dusty?: readonly number[];
  /** GiB that nobody seems to hold, by card. */
  unaccounted?: Readonly<Record<number, number>>;
  /** Cards that are divided into instances (MIG). */
  divided?: readonly number[];
  /** Cards that are suspended, as a workstation's second one is after a while. */
  asleep?: readonly number[];
  /** The card with a row of memory that waits for a reset. */
  repairPending?: number;
  /** Jobs that begin in an hour, for each card that is free. */
  startsAnHour?: number;
  docker?: ImaginedNode['docker'];
  sessionTools?: ImaginedNode['sessionTools'];
}

/** The machine that the plan describes, at `nowMs`, warm from the work that it has been doing. */
export function buildMachine(plan: MachinePlan, nowMs: number, random: Random): ImaginedNode {
  let node = emptyMachine(plan, nowMs, random);
  for (const container of plan.containers ?? []) node = withContainer(node, container, random);
  for (const session of plan.sessions ?? []) node = withSession(node, session, random);
  for (const { hoursAgo, minutesLeft, ...job } of plan.jobs ?? []) {
    const startedAtMs = nowMs - Math.round(hoursAgo * HOUR_MS);
    const endsAtMs = minutesLeft === undefined ? null : nowMs + Math.round(minutesLeft * 60_000);
    node = startJob(node, { ...job, startedAtMs, endsAtMs }, random);
  }
  return warmUp(node, random);
}

function emptyMachine(plan: MachinePlan, nowMs: number, random: Random): ImaginedNode {
  const model = hardware[plan.hardware];
  // As full as the people there left them.
  const disks = model.disks.map((disk) => ({ ...disk, share: disk.share * between(random, 0.7, 1.03) }));
  const bought = { ...model, disks };
  const bootedAtMs = nowMs - Math.round(between(random, 4, 60) * 24 * HOUR_MS);
  const [count, gpuModel] = plan.cards ?? [0, 'h100'];
  return {
    id: plan.id,
    hostname: plan.id,
    alias: plan.alias ?? null,
    address: plan.address,
    bootId: uuid(random),
    bootedAtMs,
    atMs: nowMs,
    hardware: bought,
    driver: {
      behaviour: plan.cards ? 'ok' : 'absent',
      version: '550.90.07',
      cudaVersion: '12.4',
      delayMs: 0,
    },
    docker: plan.docker ?? 'ok',
    sessionTools: plan.sessionTools ?? 'ok',
    cards: Array.from({ length: count }, (_, index) =>
      newCard(
        gpuModels[gpuModel],
        {
          index,
          nowMs,
          isDusty: plan.dusty?.includes(index) ?? false,
          unaccountedBytes: Math.round((plan.unaccounted?.[index] ?? 0) * GIB),
          repairPending: plan.repairPending === index,
          isDivided: plan.divided?.includes(index) ?? false,
          isAsleep: plan.asleep?.includes(index) ?? false,
        },
        random,
      ),
    ),
    processes: systemProcesses(bootedAtMs, plan.docker !== 'absent'),
    containers: [],
    sessions: [],
    host: restingHost(bought),
    startsAnHour: plan.startsAnHour ?? 0,
    nextPid: wholeBetween(random, 12_000, 60_000),
    nextJob: 1,
  };
}

function withContainer(node: ImaginedNode, planned: PlannedContainer, random: Random): ImaginedNode {
  const startedAtMs = node.atMs - planned.hoursAgo * HOUR_MS;
  const container: ImaginedContainer = {
    id: hexadecimal(random, 64),
    name: planned.name,
    image: planned.image,
    startedAtMs,
    endedAtMs: planned.hasEnded ? startedAtMs + HOUR_MS / 2 : null,
    gpus: [...planned.gpus],
    ownerLabel: planned.ownerLabel ?? null,
    homeMounts: planned.home ? [`/home/${planned.home}`] : [],
  };
  return { ...node, containers: [...node.containers, container] };
}

function withSession(node: ImaginedNode, planned: PlannedSession, random: Random): ImaginedNode {
  const createdAtMs = node.atMs - Math.round(planned.hoursAgo * HOUR_MS);
  const by = person(planned.by);
  const serverPid = node.nextPid;
  const shellPid = serverPid + 1;
  return {
    ...node,
    nextPid: shellPid + wholeBetween(random, 1, 30),
    processes: [
      ...node.processes,
      ...shellOf(planned.kind, planned.name, by, serverPid, shellPid, createdAtMs),
    ],
    sessions: [
      ...node.sessions,
      {
        kind: planned.kind,
        id: planned.kind === 'screen' ? String(serverPid) : `$${node.sessions.length}`,
        name: planned.name,
        person: by,
        attached: planned.attached ?? false,
        createdAtMs,
        rootPid: shellPid,
      },
    ],
  };
}

/** Minutes pass in which nothing begins and nothing ends: afterwards temperatures and loads are those of the work. */
function warmUp(node: ImaginedNode, random: Random): ImaginedNode {
  let warm = node;
  for (let steps = 0; steps < 10; steps++) warm = workOn(warm, 20, random);
  return warm;
}
