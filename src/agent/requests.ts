/** What an agent answers when its hub asks: find processes, end them, sample now, look for what is wrong, run tasks. */

import { createProcessMatcher } from '../fleet/processMatcher.ts';
import { pidsIn, searchOrder } from '../fleet/searchOrder.ts';
import type { Check, SpokenLanguage } from '../model/check.ts';
import { MAX_SEARCH_RESULTS_PER_NODE } from '../model/limits.ts';
import type { NodeSample } from '../model/node.ts';
import { type FoundProcess, type ProcessDetails, UNKNOWN_DETAILS } from '../model/process.ts';
import type { AgentAnswer, AgentRequest } from '../protocol/agentHub.ts';
import { joinDetails } from './collectors/joinDetails.ts';
import type { KillResult, ProcessFacts } from './collectors/sources.ts';
import type { Machine } from './sampler.ts';
import { answerSupervision } from './supervisor/supervisionRequests.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { answerTables } from './tableSync/connectTables.ts';
import type { TableSync } from './tableSync/tableSync.ts';

export interface RequestSources {
  machine: Machine;
  /** The newest sample, to know which processes hold GPUs; null before the first. */
  newestSample: () => NodeSample | null;
  /** Takes and sends a sample now. */
  refresh: () => Promise<void>;
  /** What `flowline doctor` finds here. */
  examine: (language: SpokenLanguage) => Promise<Check[]>;
  /** Null where this agent shows figures only. */
  supervisor: Supervisor | null;
  /** Null where this agent keeps no files of tables. */
  tables: TableSync | null;
}

/** Answers one request of the hub. */
export async function answerRequest(sources: RequestSources, request: AgentRequest): Promise<AgentAnswer> {
  switch (request.kind) {
    case 'search-processes': {
      const found = await findProcesses(sources, request.query);
      const limit = Math.min(request.limit, MAX_SEARCH_RESULTS_PER_NODE);
      return { kind: 'processes', processes: found.slice(0, limit), total: found.length };
    }
    case 'kill-processes': {
      return { kind: 'killed', results: await killProcesses(sources, request) };
    }
    case 'refresh':
      await sources.refresh();
      return { kind: 'refreshed' };
    case 'doctor':
      return { kind: 'checked', checks: await sources.examine(request.language) };
    case 'launch':
    case 'stop-attempt':
    case 'read-log':
    case 'clean-logs':
    case 'order-gpus':
      return answerSupervision(sources.supervisor, request);
    case 'keep-table':
    case 'write-table':
    case 'forget-table':
      return answerTables(sources.tables, request);
  }
}

/** A process of a task is stopped through its task (trust.md 14): ended by itself it would count as a failure, and start again. */
async function killProcesses(
  { machine, supervisor, newestSample }: RequestSources,
  { targets, may, graceMs }: Extract<AgentRequest, { kind: 'kill-processes' }>,
): Promise<KillResult[]> {
  const tasks =
    supervisor === null ? new Map<number, string>() : supervisor.tasksOf(targets.map(({ pid }) => pid));
  const others = targets.filter(({ pid }) => !tasks.has(pid));
  const onlyOnGpus = unreadableOnGpus(newestSample());
  const results = (await machine.processes.kill(others, { may }, graceMs)).map((result) =>
    result.outcome === 'gone' && onlyOnGpus.has(result.pid) ? elsewhere(result.pid) : result,
  );
  return targets.flatMap(({ pid }): KillResult[] => {
    const task = tasks.get(pid);
    if (task === undefined) return results.splice(0, 1);
    const message = `process ${pid} belongs to task ${task}: stop it with \`flowline kill ${task}\``;
    return [{ pid, outcome: 'not-allowed', reason: 'of-task', message }];
  });
}

/** The driver lists it, and gone would be said of what goes on holding the GPU. */
const elsewhere = (pid: number): KillResult => ({
  pid,
  outcome: 'failed',
  reason: 'elsewhere',
  message: `the driver lists process ${pid}, and nobody here has that pid: it runs in another PID namespace (outside the container that this agent is in), and is ended there`,
});

/** Processes of this machine that match every word, in the order of a search. */
export async function findProcesses(
  { machine, newestSample, supervisor }: Pick<RequestSources, 'machine' | 'newestSample' | 'supervisor'>,
  query: string,
): Promise<FoundProcess[]> {
  const [all, containers, sessions] = await Promise.all([
    allAndNamed(machine, newestSample(), query),
    machine.containers.read(),
    machine.sessions.read(),
  ]);
  const around = {
    containers: containers.containers,
    sessions: sessions.sessions,
    tasks: supervisor?.runningTasks() ?? [],
  };
  const matches = createProcessMatcher(query);
  const onGpus = gpuMemoryByPid(newestSample());
  const found: FoundProcess[] = [];
  const add = (pid: number, details: ProcessDetails): void => {
    if (!matches({ pid, ...details })) return;
    const held = onGpus.get(pid);
    found.push({ pid, ...details, gpus: held?.gpus ?? [], gpuMemoryBytes: held?.memoryBytes ?? null });
  };
  for (const facts of all) add(facts.pid, joinDetails(facts, around));
  const read = new Set(all.map(({ pid }) => pid));
  for (const pid of unreadable(machine, newestSample(), query)) if (!read.has(pid)) add(pid, UNKNOWN_DETAILS);
  return found.sort(searchOrder(query));
}

/**
 * Every process as last swept, and those that the query names by their pid read now: a process that was started a
 * second ago must be found by who wants to end it.
 */
async function allAndNamed(
  machine: Machine,
  sample: NodeSample | null,
  query: string,
): Promise<ProcessFacts[]> {
  const all = await machine.processes.all();
  const named = pidsIn(query);
  if (named.length === 0) return all;
  // Together with those that hold GPUs: a source remembers only the ones it was asked for last.
  const onGpus = (sample?.gpus ?? []).flatMap((gpu) => gpu.processes.map((process) => process.pid));
  const now = await machine.processes.inspect([...new Set([...named, ...onGpus])]);
  return [...all.filter(({ pid }) => !named.includes(pid)), ...named.flatMap((pid) => now.get(pid) ?? [])];
}

/** Those that are there and may not be read (`hidepid`, another PID namespace): on GPUs, or named by their pid. */
function unreadable(machine: Machine, sample: NodeSample | null, query: string): Set<number> {
  return new Set([
    ...unreadableOnGpus(sample),
    ...pidsIn(query).filter((pid) => machine.processes.hides(pid)),
  ]);
}

function unreadableOnGpus(sample: NodeSample | null): Set<number> {
  const processes = (sample?.gpus ?? []).flatMap((gpu) => gpu.processes);
  return new Set(processes.flatMap(({ pid, startedAtMs }) => (startedAtMs === null ? [pid] : [])));
}

function gpuMemoryByPid(
  sample: NodeSample | null,
): Map<number, { gpus: number[]; memoryBytes: number | null }> {
  const byPid = new Map<number, { gpus: number[]; memoryBytes: number | null }>();
  for (const gpu of sample?.gpus ?? []) {
    for (const process of gpu.processes) {
      const held = byPid.get(process.pid) ?? { gpus: [], memoryBytes: 0 };
      held.gpus.push(gpu.index);
      held.memoryBytes =
        held.memoryBytes === null || process.memoryUsedBytes === null
          ? null
          : held.memoryBytes + process.memoryUsedBytes;
      byPid.set(process.pid, held);
    }
  }
  return byPid;
}
