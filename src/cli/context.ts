/**
 * What every command is handed by main: the outside world, and the functions that start a role or read this machine
 * (a command never imports agent or hub). Also the one way in which commands end.
 */
import type { Language } from '../fleet/words.ts';
import type { LineEditor, LineEditorOptions } from '../io/lineEditor.ts';
import type { ServiceHost } from '../io/serviceHost.ts';
import type { Check } from '../model/check.ts';
import type { DialectOptions } from '../model/dialect.ts';
import type { NodeStatus } from '../model/node.ts';
import type { TableWrite, TableWritten } from '../protocol/tableSync.ts';

export interface RoleOptions {
  dataFolder: string;
  listen: { host: string; port: number };
  hostNames: string[];
  readers: 'link' | 'everyone';
  intervalMs: number;
  /** Files that name nodes of older systems. */
  configFiles: string[];
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  dialects: DialectOptions;
}

export interface AgentRoleOptions {
  dataFolder: string;
  /** Null: the hub that was joined before. */
  hubUrl: string | null;
  /** Where a hub may be if none was said and none was joined; null: nobody knows. */
  likelyHubUrl: string | null;
  /** A slave.json of the older FlowLine Monitor. */
  configFile: string | null;
  joinToken: string | null;
  /** By `agent join`: another hub than the known one may answer at its address by now. */
  joinsAnew: boolean;
  /** It joins, and ends. */
  joinsOnly: boolean;
  intervalMs: number;
  logLevel: RoleOptions['logLevel'];
  dialects: DialectOptions;
  /** Names by which its older dialects may be called, beside loopback and the machine's own. */
  hostNames: string[];
}

export interface DemoRoleOptions extends RoleOptions {
  machines: number;
  /** The same seed gives the same fleet. */
  seed: string;
}

export interface CommandContext {
  environment: Record<string, string | undefined>;
  version: string;
  /** How to start this very program again: what a task needs that is answered by a role of ours. */
  selfCommand: readonly string[];
  /** The pids of this very command: no search that it makes is to find them. */
  ownPids: readonly number[];
  /** Login name of whoever typed the command; null where it has none (a container's bare number). */
  userName: string | null;
  /** What hubs know this machine by; null where it never joined one and has no id of its own. */
  machineId(dataFolder: string): Promise<string | null>;
  /** Writes results into a table of the user's own, here. */
  writeTable(write: TableWrite): Promise<TableWritten>;
  /** Columns of the terminal; null where stdout is none. */
  terminalColumns: number | null;
  print(text: string): void;
  printError(text: string): void;
  /** As it is, without a line's end: what a task wrote. */
  write(text: string, stream: 'out' | 'err'): void;
  /** Whether somebody sees stderr in a terminal. */
  isErrorTerminal: boolean;
  /** The line that was typed; null where nobody sits at a terminal. */
  ask(question: string): Promise<string | null>;
  /** Each runs until a signal ends it. */
  roles: {
    up(options: RoleOptions): Promise<void>;
    hub(options: RoleOptions): Promise<void>;
    agent(options: AgentRoleOptions): Promise<void>;
    demo(options: DemoRoleOptions): Promise<void>;
  };
  /** Hub, this machine's agent and the page in this process, until stopped: for a command that found no hub. */
  startUp(options: RoleOptions): Promise<{ stop(): Promise<void> }>;
  /** A command in this terminal, as if it had been typed; its end is answered. */
  runHere(
    argv: readonly string[],
    environment: Record<string, string | undefined>,
    started: (pid: number) => void,
  ): Promise<{ exitCode: number; failure: string | null }>;
  /** Tells of the first signal that asks to end, with the exit code for it, instead of ending; answers how to stop listening. */
  onEndSignal(call: (exitCode: number) => void): () => void;
  /** Lines that somebody types, one by one. */
  openLines(options: LineEditorOptions): Promise<LineEditor>;
  /** This machine, read by itself, once, within 10 s. */
  readThisMachine(): Promise<NodeStatus>;
  /** This machine's systemd and accounts. */
  serviceHost: ServiceHost;
  /** The hub that the agent with this data folder joined before; null for none, or where it may not be read. */
  joinedHub(dataFolder: string): Promise<string | null>;
  /** What is wrong here. */
  examineThisMachine(options: {
    dataFolder: string;
    hubUrl: string;
    /** True where somebody named the hub: it ought to be there. */
    isHubNamed: boolean;
    language: Language;
  }): Promise<Check[]>;
}

/** Exit codes that scripts rely on (product.md). */
export const EXIT = { done: 0, failed: 1, usage: 2, hubNotReached: 3, notAllowed: 4 } as const;

/** Ends a command: the exit code, what happened, and what to do next. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  readonly hint: string | null;

  constructor(exitCode: number, message: string, hint: string | null = null) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** A wrong usage, as the words of a terminal tell it. */
export const wrongUsage = ({ what, hint }: { what: string; hint: string | null }): CommandFailure =>
  new CommandFailure(EXIT.usage, what, hint);
