/**
 * How a run's state changes: the one function that does it (architecture.md: "one pure function changes a task's state,
 * one store records it"). Everything that happens is an event; an event that does not belong to the state is refused with
 * a reason, and nothing changes.
 *
 * A run is submitted as `queued`, or `held` until it is released. When the scheduler found room, the attempt and its fence
 * are committed and the run is `starting` (leased); the node says `started` and it is `running`. It ends by itself, or
 * because somebody asked: `stopping`, until the node says that the whole process tree is gone. A silent node makes it
 * `unreachable`, which is no end: its GPUs stay counted, and the node's word brings it back. An end is a verdict of the
 * budgets (scheduling/retry.ts): `again` queues the run anew, behind the others, or it is final. `run again` is
 * somebody's word and takes a final run back into the queue.
 */
import type { EndClass, RunState } from './task.ts';

export type RunEvent =
  | { kind: 'leased' }
  | { kind: 'started' }
  | { kind: 'stop-asked' }
  /** The attempt is over and nothing of it lives. `again`: the budgets allow another. */
  | { kind: 'ended'; class: EndClass; again: boolean }
  /** The lease never became a process: the node refused it, or never heard of it. Costs nothing. */
  | { kind: 'not-started' }
  | { kind: 'node-silent' }
  /** The node spoke again, and the attempt is alive there. */
  | { kind: 'node-back'; stopping: boolean; started: boolean }
  /** Somebody confirmed, or the node booted again: nothing of it can be alive. `again` as for `ended`. */
  | { kind: 'gone'; again: boolean }
  | { kind: 'held' }
  | { kind: 'released' }
  | { kind: 'cancelled' }
  | { kind: 'impossible' }
  | { kind: 'run-again' };

/** The final state of an attempt's end. */
const FINAL_OF: Record<EndClass, RunState> = {
  ok: 'succeeded',
  program: 'failed',
  gpu_oom: 'failed',
  host_oom: 'failed',
  infra: 'failed',
  preempted: 'failed',
  timeout: 'timed_out',
  user_kill: 'cancelled',
};

/** The state after an event, or null where the event does not belong to the state. */
export function transition(state: RunState, event: RunEvent): RunState | null {
  switch (event.kind) {
    case 'leased':
      return state === 'queued' ? 'starting' : null;
    case 'started':
      return state === 'starting' || state === 'unreachable' ? 'running' : null;
    case 'stop-asked':
      return state === 'starting' || state === 'running' || state === 'unreachable' ? 'stopping' : null;
    case 'ended':
      if (!['starting', 'running', 'stopping', 'unreachable'].includes(state)) return null;
      // What somebody killed is never queued again (defect 2), whatever a budget says.
      if (event.again && event.class !== 'ok' && event.class !== 'user_kill') return 'queued';
      return FINAL_OF[event.class];
    case 'not-started':
      if (state === 'stopping') return 'cancelled';
      return state === 'starting' || state === 'unreachable' ? 'queued' : null;
    case 'node-silent':
      return state === 'starting' || state === 'running' || state === 'stopping' ? 'unreachable' : null;
    case 'node-back':
      if (state !== 'unreachable') return null;
      if (event.stopping) return 'stopping';
      return event.started ? 'running' : 'starting';
    case 'gone':
      if (!['starting', 'running', 'stopping', 'unreachable'].includes(state)) return null;
      return event.again ? 'queued' : 'lost';
    case 'held':
      return state === 'queued' ? 'held' : null;
    case 'released':
      return state === 'held' ? 'queued' : null;
    case 'cancelled':
      return state === 'queued' || state === 'held' ? 'cancelled' : null;
    case 'impossible':
      return state === 'queued' || state === 'held' ? 'impossible' : null;
    case 'run-again':
      return ['failed', 'cancelled', 'timed_out', 'impossible', 'lost'].includes(state) ? 'queued' : null;
  }
}

/** A task's state, derived from its runs: the one that lives or waits, else the worst end, else succeeded. */
export function taskState(runs: readonly RunState[]): RunState {
  const order: readonly RunState[] = [
    'running',
    'stopping',
    'unreachable',
    'starting',
    'queued',
    'held',
    'failed',
    'timed_out',
    'lost',
    'impossible',
    'cancelled',
  ];
  return order.find((state) => runs.includes(state)) ?? 'succeeded';
}
