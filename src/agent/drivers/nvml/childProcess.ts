/**
 * Starts the driver's process and speaks with it over a channel of its own (descriptor 3): our standard output belongs
 * to whoever called the command, and libraries write where they like. What the child may do to time is keepChild.ts's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parseMessage } from './messageSchema.ts';
import type { ChildMessage, ChildRequest } from './messages.ts';

/**
 * For Node, before the program: the child does little and for long, so that code made for speed, helper threads and
 * room for garbage only cost memory. Measured: 13 instead of 20 MiB of its own, 1.0 instead of 0.7 ms a sample.
 */
export const driverChildFlags: readonly string[] = [
  '--no-opt',
  '--no-maglev',
  '--single-threaded',
  '--max-semi-space-size=1',
];

/** How to start the hidden role: the program with its arguments, and the environment that it inherits. */
export interface ChildCommand {
  command: readonly [program: string, ...rest: string[]];
  environment: NodeJS.ProcessEnv;
}

export interface ChildListener {
  onMessage(message: ChildMessage): void;
  /** Once, when the process is gone and all it said was heard. `how` says what ended it, in words. */
  onEnd(how: string): void;
}

export interface RunningChild {
  pid: number | null;
  ask(request: ChildRequest): void;
  /** Closes the channel: a child that is not blocked then ends by itself. */
  close(): void;
  kill(): void;
  /** Lets this process end although the child does not. */
  abandon(): void;
}

export type StartChild = (listener: ChildListener) => RunningChild;

/** A full sample of 8 GPUs is some 12 KiB; one of 128 GPUs with a hundred processes each stays below 4 MiB. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;
/** How much of what the child said on its standard error is kept, to tell why it ended. */
const MAX_LAST_WORDS = 400;
/** How long the last lines of an ended child are waited for. */
const LAST_LINES_MS = 500;

/** Never throws: a process that cannot be started is one that ended, and its words say why. */
export function startChild({ command, environment }: ChildCommand, listener: ChildListener): RunningChild {
  const end = once(listener.onEnd);
  try {
    const [program, ...rest] = command;
    // In a session of its own: Ctrl-C in a terminal ends the agent in its order, and the child by the kernel
    // (dieWithParent.ts).
    const child = spawn(program, rest, {
      env: environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    return converse(child, listener.onMessage, end);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    setImmediate(() => end(`could not be started: ${words}`));
    return { pid: null, ask: () => {}, close: () => {}, kill: () => {}, abandon: () => {} };
  }
}

/** @throws TypeError when the system gave no channel, as without a free descriptor */
function converse(
  child: ChildProcess,
  onMessage: ChildListener['onMessage'],
  onEnd: ChildListener['onEnd'],
): RunningChild {
  const channel = child.stdio?.[3];
  if (!(channel instanceof Duplex)) throw new TypeError('there is no channel to it');
  let lastWords = '';
  let fault: string | null = null;

  child.stderr?.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-MAX_LAST_WORDS);
  });
  channel.on('error', () => {
    // Closed under our hands: the end of the process tells.
  });
  onLines(channel, (line) => {
    if (fault !== null) return;
    const message = line === null ? { misunderstood: 'a line without end' } : parseMessage(line);
    if ('say' in message) {
      onMessage(message);
    } else {
      fault = `said something that cannot be understood (${message.misunderstood})`;
      child.kill('SIGKILL');
    }
  });
  child.on('exit', (code, signal) => {
    const tell = () => onEnd(fault ?? `ended by ${signal ?? `exit code ${code}`}${quoted(lastWords)}`);
    child.on('close', tell);
    // The library starts helpers, which may hang and hold the channel open: the process is gone all the same.
    setTimeout(tell, LAST_LINES_MS).unref();
  });

  return {
    pid: child.pid ?? null,
    ask: (request) => channel.write(`${JSON.stringify(request)}\n`),
    close: () => channel.end(),
    kill: () => child.kill('SIGKILL'),
    abandon: () => {
      child.unref();
      child.stderr?.destroy();
      channel.destroy();
    },
  };
}

/** Only the first call counts. */
function once(call: (how: string) => void): (how: string) => void {
  let called = false;
  return (how) => {
    if (!called) call(how);
    called = true;
  };
}

const NEWLINE = 10;

/** Hands over whole lines; null for one that is longer than any message can be. */
function onLines(channel: Duplex, take: (line: string | null) => void): void {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  channel.on('data', (bytes: Buffer) => {
    pending += decoder.write(bytes);
    if (pending.length <= MAX_LINE_CHARACTERS && !bytes.includes(NEWLINE)) return;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (pending.length <= MAX_LINE_CHARACTERS) return;
    pending = '';
    take(null);
  });
}

function quoted(words: string): string {
  return words.trim() === '' ? '' : `, saying: ${words.trim()}`;
}
