/** The built program as a user starts it: `bin/flowline.mjs` in its own data folder, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './waitFor.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'flowline.mjs');

export interface RunningProgram {
  child: ChildProcess;
  output(): string;
  errors(): string;
  exit: Promise<number | null>;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
}

/** How the built program is called. */
const BUILT = [process.execPath, PROGRAM];

/**
 * Starts a command, in this folder or ours; its environment is ours with `environment` laid over it.
 * @param program another than the built one: a file of its own, say.
 */
export function startProgram(
  args: readonly string[],
  environment: Record<string, string> = {},
  folder?: string,
  program: readonly string[] = BUILT,
): RunningProgram {
  const [file = '', ...first] = program;
  const child = spawn(file, [...first, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (data) => {
    output += String(data);
  });
  child.stderr?.on('data', (data) => {
    errors += String(data);
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    output: () => output,
    errors: () => errors,
    exit,
    stop() {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

/** Runs a command to its end. */
export async function runProgram(
  args: readonly string[],
  environment: Record<string, string> = {},
  folder?: string,
  program?: readonly string[],
): Promise<{ code: number | null; output: string; errors: string }> {
  const running = startProgram(args, environment, folder, program);
  const code = await running.exit;
  return { code, output: running.output(), errors: running.errors() };
}

/** A folder that is removed by `remove`. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  return folderAt(await mkdtemp(join(tmpdir(), 'flowline-')));
}

function folderAt(path: string): { path: string; remove: () => Promise<void> } {
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface RunningHub extends RunningProgram {
  url: string;
  dataFolder: string;
  /** The link that opens a session. */
  link(): string;
  /** Stops it and removes its data folder. */
  end(): Promise<void>;
}

/** Starts `up`, `hub` or `demo` and waits until it answers; at the `place` of one that ended, or at one of its own. */
export async function startHubProgram(
  role: 'up' | 'hub' | 'demo',
  args: readonly string[] = [],
  environment: Record<string, string> = {},
  place?: Pick<RunningHub, 'url' | 'dataFolder'>,
  command?: readonly string[],
): Promise<RunningHub> {
  const folder = place ? folderAt(place.dataFolder) : await temporaryFolder();
  const url = place?.url ?? `http://127.0.0.1:${await freePort()}`;
  const { port } = new URL(url);
  const program = startProgram(
    [role, '--listen', `127.0.0.1:${port}`, '--data', folder.path, ...args],
    environment,
    undefined,
    command,
  );
  await waitFor(`${role} to answer`, async () => {
    if (program.child.exitCode !== null) throw new Error(`it ended: ${program.errors()}`);
    return (await fetch(`${url}/api/v1/health`)).ok;
  });
  return {
    ...program,
    url,
    dataFolder: folder.path,
    link: () => /http:\S+#code=\S+/.exec(program.output())?.[0] ?? '',
    async end() {
      await program.stop();
      await folder.remove();
    },
  };
}
