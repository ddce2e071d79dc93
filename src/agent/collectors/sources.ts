/**
 * The machine's seams beside the drivers': what the sampler and the hub's requests need to know of processes,
 * containers, sessions and the host. The simulator puts imagined ones in their place.
 */
import type { Container } from '../../model/container.ts';
import type { Host } from '../../model/host.ts';
import type { SourceState } from '../../model/node.ts';
import type { KillOutcome, KillReason, ProcessDetails } from '../../model/process.ts';
import type { Session } from '../../model/session.ts';

/** What /proc tells of one process, before it is joined with containers, sessions and owners. */
export interface ProcessFacts
  extends Pick<
    ProcessDetails,
    | 'name'
    | 'command'
    | 'executable'
    | 'workingDirectory'
    | 'pythonEnvironment'
    | 'uid'
    | 'user'
    | 'startedAtMs'
    | 'cpuPercent'
    | 'hostMemoryBytes'
  > {
  pid: number;
  parentPid: number | null;
  /** Parent, grandparent and so on, nearest first: what a session or a task is found by. */
  ancestorPids: readonly number[];
  /** Full id of the container its control group names, or null. */
  containerId: string | null;
}

/** A process to end: its pid and when it started, so that a reused pid is never signalled. */
export interface KillTarget {
  pid: number;
  /** Null only where the asker could not know it: then the process is looked up once, now. */
  startedAtMs: number | null;
}

export interface KillResult {
  pid: number;
  outcome: KillOutcome;
  reason: KillReason | null;
  /** What happened, in a sentence. */
  message: string;
}

/** Who asks, as far as this node must know: an administrator may end anybody's process, a user his own uid's. */
export interface KillAuthority {
  /** `everyone`: an administrator; else the login names on this node whose processes may be ended. */
  may: 'everyone' | string[];
}

export interface ProcessSource {
  /** Details of these pids, read now; a pid that is gone or unreadable is left out. Cheap enough for each second. */
  inspect(pids: readonly number[]): Promise<Map<number, ProcessFacts>>;
  /** Every process of the machine, at most about 10 s old (read in small parts, spread over time). */
  all(): Promise<ProcessFacts[]>;
  /** Whether a process of this pid is there, and hidden from this agent (`hidepid`). */
  hides(pid: number): boolean;
  /** SIGTERM, then SIGKILL after `graceMs`; an answer per process, none waits for an unkillable one. */
  kill(targets: readonly KillTarget[], authority: KillAuthority, graceMs: number): Promise<KillResult[]>;
  stop(): Promise<void>;
}

/** A container with what is needed to join processes to it and to find its owner. */
export interface FoundContainer {
  container: Container;
  /** Value of the label `flowline.owner`. */
  ownerLabel: string | null;
  /** Host paths mounted from `/home/X`. */
  homeMounts: string[];
}

export interface ContainerSource {
  /** The containers as last told by the engine's events; figures from their control groups at most 5 s old. */
  read(): Promise<{ state: SourceState; containers: FoundContainer[] }>;
  stop(): Promise<void>;
}

/** A session with the process at its root: processes below it belong to it. */
export interface FoundSession {
  session: Session;
  rootPids: number[];
}

export interface SessionSource {
  /** The sessions, 10 s old or a little more; of tmux's, names and who is attached half a minute, of an idle server's two. */
  read(): Promise<{ screen: SourceState; tmux: SourceState; sessions: FoundSession[] }>;
  stop(): Promise<void>;
}

export interface HostSource {
  /** The machine's figures, read now; disks at most 10 s old. */
  read(): Promise<Host>;
  stop(): Promise<void>;
}
