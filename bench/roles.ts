/** What FlowLine costs the machine that it watches: `agent` and `up` with their driver child, at 1 Hz, over a busy driver. */
import { execFileSync, spawn } from 'node:child_process';
import { constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJoinToken } from '../test/support/administrator.ts';
import { commandOf, descendantsOf } from '../test/support/processTree.ts';
import { startHubProgram, startProgram, temporaryFolder } from '../test/support/program.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { busyDriver } from './support/busyDriver.ts';
import { rounded } from './support/figures.ts';
import { cpuMilliseconds, type Memory, memoryOf } from './support/processCost.ts';

export interface RoleCost {
  /** Of the role's own process and of its driver child, each sample; the library's time is in it. */
  cpuMsPerSample: { role: number; driverChild: number };
  /** Of one core, both together. */
  cpuPercent: number;
  memory: { role: Memory; driverChild: Memory };
  driverCallsPerSample: number;
  /** The loop in C that ran beside it, at the same pace. */
  bareLoop: BareLoop;
  /** Time inside the library, taken from the loop's cost of a call; part of the driver child's. */
  libraryMsPerSample: number;
}

interface BareLoop {
  callsPerSample: number;
  cpuMsPerSample: number;
}

const PROGRAM = join(import.meta.dirname, '..', 'bin', 'flowline.mjs');
type Program = readonly string[];

/** V8 compiles and collects most in the first seconds; what lasts is measured. */
const SETTLE_MS = 15_000;

/** Measures one role for so many seconds. */
export async function measureRole(role: 'agent' | 'up', seconds: number): Promise<RoleCost> {
  const driver = await busyDriver();
  const folder = await temporaryFolder();
  // A Node of their own: pages that the bench's and the hub's Node had in common with theirs would be counted to those.
  const node = join(folder.path, 'node');
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  const start = role === 'up' ? startUp : startAgent;
  const running = await start(driver.environment, [node, PROGRAM]);
  try {
    const driverChild = await waitFor('the driver child', () =>
      descendantsOf(running.pid).find((pid) => commandOf(pid).includes('driver-child')),
    );
    await pause(SETTLE_MS);
    const bareLoop = startBareLoop(driver.environment, seconds);
    const before = {
      role: cpuMilliseconds(running.pid),
      driverChild: cpuMilliseconds(driverChild),
      atMs: performance.now(),
    };
    await pause(seconds * 1000);
    const samples = (performance.now() - before.atMs) / 1000;
    const cpuMsPerSample = {
      role: (cpuMilliseconds(running.pid) - before.role) / samples,
      driverChild: (cpuMilliseconds(driverChild) - before.driverChild) / samples,
    };
    const memory = { role: memoryOf(running.pid), driverChild: memoryOf(driverChild) };
    const lifeSeconds = (performance.now() - running.startedAtMs) / 1000;
    await running.stop();
    const bare = await bareLoop;
    const driverCallsPerSample = driver.calls() / lifeSeconds;
    return {
      cpuMsPerSample,
      cpuPercent: (cpuMsPerSample.role + cpuMsPerSample.driverChild) / 10,
      memory,
      driverCallsPerSample: Math.round(driverCallsPerSample),
      bareLoop: bare,
      libraryMsPerSample: rounded((bare.cpuMsPerSample / bare.callsPerSample) * driverCallsPerSample),
    };
  } finally {
    await running.end();
    await driver.stop();
    await folder.remove();
  }
}

interface RunningRole {
  pid: number;
  startedAtMs: number;
  stop(): Promise<unknown>;
  end(): Promise<void>;
}

async function startUp(environment: Record<string, string>, program: Program): Promise<RunningRole> {
  const startedAtMs = performance.now();
  const up = await startHubProgram('up', [], environment, undefined, program);
  return { pid: up.child.pid ?? 0, startedAtMs, stop: up.stop, end: up.end };
}

async function startAgent(environment: Record<string, string>, program: Program): Promise<RunningRole> {
  const hub = await startHubProgram('hub');
  const folder = await temporaryFolder();
  const FLOWLINE_JOIN_TOKEN = await createJoinToken(hub, 1);
  const startedAtMs = performance.now();
  const agent = startProgram(
    ['agent', 'join', hub.url, '--data', folder.path],
    { ...environment, FLOWLINE_JOIN_TOKEN },
    undefined,
    program,
  );
  return {
    pid: agent.child.pid ?? 0,
    startedAtMs,
    stop: agent.stop,
    async end() {
      await agent.stop();
      await hub.end();
      await folder.remove();
    },
  };
}

/** Builds the loop and lets it run for so long, once a second. */
async function startBareLoop(environment: Record<string, string>, seconds: number): Promise<BareLoop> {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-bare-'));
  const program = join(folder, 'bareLoop');
  execFileSync('gcc', [
    '-O2',
    '-w',
    '-o',
    program,
    join(import.meta.dirname, 'support', 'bareLoop.c'),
    '-ldl',
  ]);
  const loop = spawn(program, [environment.FLOWLINE_NVML ?? '', String(seconds), '1000'], {
    env: { ...process.env, ...environment, FLOWLINE_STANDIN_CALLS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const text of loop.stdout) output += String(text);
  rmSync(folder, { recursive: true });
  return JSON.parse(output) as BareLoop;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
