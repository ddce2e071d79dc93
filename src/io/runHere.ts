/**
 * Runs a command in this terminal as if it had been typed: it has our stdin, stdout and stderr, what others signal us is
 * passed on to it, and its end is answered as a shell would.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** As env(1) and shells answer for a program that is not there, or cannot be executed. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const PASSED_ON: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGWINCH',
];
/** A terminal gives these to everything in its foreground, the command among it: passed on it would take them twice. */
const FROM_THE_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH'];

export interface RanHere {
  /** Its own, or 128 and the number of the signal that ended it. */
  exitCode: number;
  /** Why it could not be started; null where it ran. */
  failure: string | null;
}

/** @param started told its pid once it runs */
export function runHere(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
  started: (pid: number) => void,
): Promise<RanHere> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { env: environment, stdio: 'inherit' });
  const hasTerminal = process.stdin.isTTY === true || process.stderr.isTTY === true;
  const passOn = (name: NodeJS.Signals): void => {
    if (hasTerminal && FROM_THE_TERMINAL.includes(name)) return;
    child.kill(name);
  };
  for (const name of PASSED_ON) process.on(name, passOn);
  return new Promise<RanHere>((resolve) => {
    child.once('spawn', () => {
      if (child.pid !== undefined) started(child.pid);
    });
    child.once('error', (failure: NodeJS.ErrnoException) =>
      resolve({
        exitCode: failure.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE,
        failure: failure.code === 'ENOENT' ? 'there is no such program' : failure.message,
      }),
    );
    child.once('exit', (code, signal) =>
      resolve({
        exitCode: code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0)),
        failure: null,
      }),
    );
  }).finally(() => {
    for (const name of PASSED_ON) process.off(name, passOn);
  });
}

/** Tells of the first signal that asks this program to end, instead of ending it; answers how to stop listening. */
export function onEndSignal(call: (exitCode: number) => void): () => void {
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const heard = (name: NodeJS.Signals): void => {
    forget();
    call(128 + (constants.signals[name] ?? 0));
  };
  const forget = (): void => {
    for (const name of names) process.off(name, heard);
  };
  for (const name of names) process.on(name, heard);
  return forget;
}
