/**
 * Processes as the older FlowLine tells of them (`GET /api/process`): the attempts that live. Whoever is logged in is
 * told of those he may see; anybody else, of what the figures show anyway: processes of tasks on a GPU, their command
 * lines masked.
 */
import { type Attempt, isLive } from '../../model/task.ts';
import type { Task } from '../../protocol/taskApi.ts';
import type { PlacedGpu } from './gpus.ts';
import { type GpuPlace, numberOfTask } from './numbers.ts';
import { type OlderStatus, olderStatus } from './states.ts';

export interface OlderProcess {
  cmd: string;
  /** -1 for a task without one. */
  gpu_id: number;
  /** 0 before it is known. */
  pid: number;
  process_id: number;
  /** Unix seconds. */
  start_time: number;
  status: OlderStatus;
  task_id: number;
}

export type OlderProcesses = Record<string, OlderProcess>;

/** What is told of a task and its attempts. */
type ToldAttempt = Pick<Attempt, 'state' | 'nodeId' | 'gpus' | 'pid' | 'leasedAtMs' | 'startedAtMs'>;
type ToldTask = Pick<Task, 'id' | 'command'> & { attempts: readonly ToldAttempt[] };

type NumberOf = (place: GpuPlace) => number;

/**
 * The attempts of these tasks that live.
 * @param onGpu only those that were given this card
 */
export function processesBody(
  tasks: readonly ToldTask[],
  numberOf: NumberOf,
  onGpu: number | null = null,
): OlderProcesses {
  const processes: OlderProcesses = {};
  for (const { id, command, attempts } of tasks) {
    const attempt = attempts.findLast(({ state }) => isLive(state));
    if (!attempt) continue;
    const gpus = attempt.gpus.map(({ index }) => numberOf({ nodeId: attempt.nodeId, index }));
    if (onGpu !== null && !gpus.includes(onGpu)) continue;
    const number = numberOfTask(id);
    processes[number] = {
      cmd: command,
      gpu_id: onGpu ?? gpus[0] ?? -1,
      pid: attempt.pid ?? 0,
      process_id: number,
      start_time: (attempt.startedAtMs ?? attempt.leasedAtMs) / 1000,
      status: olderStatus(attempt.state),
      task_id: number,
    };
  }
  return processes;
}

/** What the cards show of tasks: the largest process of each. */
export function seenProcessesBody(
  cards: readonly PlacedGpu[],
  numberOf: NumberOf,
  onGpu: number | null = null,
): OlderProcesses {
  const processes: OlderProcesses = {};
  for (const { nodeId, gpu } of cards) {
    const gpuNumber = numberOf({ nodeId, index: gpu.index });
    if (onGpu !== null && gpuNumber !== onGpu) continue;
    for (const { task, pid, command, startedAtMs } of gpu.processes) {
      if (task === null) continue;
      const number = numberOfTask(task);
      processes[number] ??= {
        cmd: command ?? 'No command',
        gpu_id: gpuNumber,
        pid,
        process_id: number,
        start_time: (startedAtMs ?? 0) / 1000,
        status: 'RUNNING',
        task_id: number,
      };
    }
  }
  return processes;
}
