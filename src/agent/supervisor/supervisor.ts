/**
 * The supervisor's door: runs attempts on this node and survives everything but the machine (scheduling.md, 9). Whoever
 * holds it never sees a process or a file: leases go in, reports come out, again and again until they are acknowledged.
 */

import type { StopReason } from '../../model/endRemark.ts';
import type { NodeSample } from '../../model/node.ts';
import type { Fence } from '../../model/task.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import type {
  Acknowledgement,
  AttemptReport,
  CleanedLog,
  Inventory,
  Lease,
  LogLimits,
  LogSlice,
} from '../../protocol/supervision.ts';
import type { RunningTask } from '../collectors/joinDetails.ts';

/** `launched`: the lease is on disk and its wrapper executes. `refused`: nothing of it lives, and never will. */
export type LaunchAnswer = Extract<AgentAnswer, { kind: 'launched' | 'refused' }>;
export type LogRequest = Omit<Extract<AgentRequest, { kind: 'read-log' }>, 'kind'>;
export type OrderRequest = Omit<Extract<AgentRequest, { kind: 'order-gpus' }>, 'kind'>;

export interface StopRequest {
  attempt: string;
  /** Of the attempt, or higher. One of a lower epoch ends nothing (trust.md, 18). */
  fence: Fence;
  reason: StopReason;
  /** Null: the lease's own. 0: SIGKILL at once. */
  graceSeconds: number | null;
}

export interface Supervisor {
  /** Writes the lease, then executes. Asked again with the same fence it answers the same and starts nothing. Never throws. */
  launch(lease: Lease): Promise<LaunchAnswer>;
  /** Begins to end an attempt; reports tell how it goes. False where no such attempt is known here, or the fence is too low. */
  stop(request: StopRequest): Promise<boolean>;
  /** Every attempt that the hub has not acknowledged as ended. */
  inventory(): Inventory;
  /** Called with every change, and every few seconds with what is not acknowledged; the stop forgets the listener. */
  onReport(listener: (reports: AttemptReport[]) => void): () => void;
  /** The hub has committed these: a final one is forgotten here, its logs stay. */
  acknowledge(acknowledgements: readonly Acknowledgement[]): void;
  /**
   * Part of a log, by attempt id only.
   * @throws LogNotThere
   */
  readLog(request: LogRequest): Promise<LogSlice>;
  /** Removes logs that are older or more than the limits; one cleaning at a time. */
  cleanLogs(limits: LogLimits): Promise<{ cleaned: CleanedLog[]; isMore: boolean }>;
  /**
   * Asks a program of the owner's for the order in which it would take these GPUs.
   * @throws OwnerProgramError
   */
  orderGpus(request: OrderRequest): Promise<string[]>;
  /** The tasks whose processes run here, for the sampler. */
  runningTasks(): RunningTask[];
  /** The tasks that these processes belong to, as they are now; those of none are left out. */
  tasksOf(pids: readonly number[]): Map<number, string>;
  /** Learns the peaks of attempts from a sample. */
  noteSample(sample: NodeSample): void;
  /** Lets go of everything. Attempts go on, and are adopted by whoever opens the same folder next. */
  close(): Promise<void>;
}
