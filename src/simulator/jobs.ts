/** Jobs on an imagined machine: how one begins (a process for each card) and how its processes end. */
import { type Login, logins, person } from './people.ts';
import { between, happened, pick, type Random, wholeBetween } from './random.ts';
import { type Recipe, type RecipeName, recipes, usualRecipes } from './recipes.ts';
import { freeBytes, GIB, type ImaginedNode, type ImaginedProcess, type Program } from './world.ts';

export interface JobPlan {
  recipe: RecipeName;
  by: Login;
  gpus: readonly number[];
  startedAtMs: number;
  /** Null: it stays. Left out: as long as such a job lasts. */
  endsAtMs?: number | null;
  /** Per card. Left out: as such a job needs. */
  memoryGiB?: number;
  /** Name of a container or session of the machine. Left out: neither, it runs below init. */
  inside?: string;
  visible?: boolean;
  /** One process on all of the cards, as programs that spread one model over them; else one for each. */
  isOneProcess?: boolean;
}

/** A program that has run this long has loaded what it loads. */
const LOADED_AFTER_MS = 60_000;

/** The machine with one more job on it. A card gives at most what it has free. */
export function startJob(node: ImaginedNode, plan: JobPlan, random: Random): ImaginedNode {
  const recipe: Recipe = recipes[plan.recipe];
  const program = programOf(node, plan, recipe, random);
  const processes = [...node.processes];
  const endsAtMs =
    plan.endsAtMs === undefined
      ? plan.startedAtMs + Math.round(between(random, ...recipe.minutes) * 60_000)
      : plan.endsAtMs;
  let nextPid = node.nextPid;
  for (const [place, gpu] of plan.gpus.entries()) {
    const card = node.cards[gpu];
    if (!card) continue;
    const share = between(random, ...recipe.memoryShare) * card.model.memoryTotalMiB * 1024 * 1024;
    const wanted = plan.memoryGiB === undefined ? share : plan.memoryGiB * GIB;
    const memoryTargetBytes = Math.floor(Math.min(wanted, freeBytes(card, processes)));
    // The same process once more, with its work on another card; what it takes of the machine is counted with the first.
    const isAgain = plan.isOneProcess === true && place > 0;
    processes.push({
      pid: isAgain ? (processes.at(-1)?.pid ?? nextPid) : nextPid,
      parentPid: parentOf(node, plan),
      job: node.nextJob,
      startedAtMs: plan.startedAtMs,
      endsAtMs,
      program: isAgain ? { ...program, usualCpuPercent: 0, hostMemoryBytes: 0 } : program,
      cpuPercent: isAgain ? 0 : program.usualCpuPercent,
      onSignal: recipe.onSignal,
      visible: plan.visible ?? true,
      work: {
        gpu,
        type: recipe.rhythm === 'screen' ? 'graphics' : 'compute',
        rhythm: recipe.rhythm,
        memoryBytes: node.atMs - plan.startedAtMs > LOADED_AFTER_MS ? memoryTargetBytes : 0,
        memoryTargetBytes,
        leakBytesPerSecond: recipe.leakBytesPerSecond,
        utilizationPercent: 0,
      },
    });
    if (!isAgain) nextPid += wholeBetween(random, 1, 40);
  }
  return { ...node, processes, nextPid, nextJob: node.nextJob + 1 };
}

function programOf(node: ImaginedNode, plan: JobPlan, recipe: Recipe, random: Random): Program {
  const container = node.containers.find((one) => one.name === plan.inside) ?? null;
  const runsAs = container ? person('root') : person(plan.by);
  const home = container ? '/workspace' : `/home/${plan.by}`;
  return {
    name: recipe.name,
    command: recipe.command(random, plan.by),
    executable: recipe.executable,
    workingDirectory: recipe.folder.startsWith('/') ? recipe.folder : `${home}/${recipe.folder}`,
    pythonEnvironment: recipe.environment,
    person: runsAs,
    containerId: container?.id ?? null,
    usualCpuPercent: recipe.cpuPercent,
    hostMemoryBytes: Math.round(recipe.hostMemoryGiB * GIB * between(random, 0.9, 1.1)),
  };
}

function parentOf(node: ImaginedNode, plan: JobPlan): number {
  return node.sessions.find((session) => session.name === plan.inside)?.rootPid ?? 1;
}

/** The machine without processes that have come to their end; a job whose process is gone ends as a whole. */
export function endJobs(node: ImaginedNode, isOver: (process: ImaginedProcess) => boolean): ImaginedNode {
  const over = node.processes.filter(isOver);
  if (over.length === 0) return node;
  const jobs = new Set(over.map((process) => process.job).filter((job) => job !== null));
  const gone = new Set(over);
  const processes = node.processes.filter(
    (process) => !gone.has(process) && (process.job === null || !jobs.has(process.job)),
  );
  const containers = node.containers.map((container) =>
    container.endedAtMs === null && !processes.some(({ program }) => program.containerId === container.id)
      ? { ...container, endedAtMs: node.atMs }
      : container,
  );
  return { ...node, processes, containers };
}

/** The machine after so many seconds in which somebody may have found a free card and used it. */
export function maybeStartJobs(node: ImaginedNode, seconds: number, random: Random): ImaginedNode {
  let after = node;
  for (const card of node.cards) {
    if (
      card.fault !== 'none' ||
      card.isAsleep ||
      card.isDivided ||
      !happened(random, node.startsAnHour, seconds)
    )
      continue;
    if (after.processes.some(({ work }) => work?.gpu === card.index)) continue;
    after = startJob(
      after,
      {
        recipe: pick(random, usualRecipes),
        by: pick(random, logins),
        gpus: [card.index],
        startedAtMs: node.atMs,
      },
      random,
    );
  }
  return after;
}
