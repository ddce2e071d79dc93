/** What a hub costs under many agents, each with 8 GPUs and 48 processes at 1 Hz, and how late a viewer sees a sample. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createJoinToken } from '../test/support/administrator.ts';
import { startHubProgram } from '../test/support/program.ts';
import { rounded } from './support/figures.ts';
import { cpuMilliseconds, type Memory, memoryOf, waitedMilliseconds } from './support/processCost.ts';
import { spawnLoad } from './support/spawnLoad.ts';
import type { Seen } from './viewer.ts';

export interface HubCost {
  agents: number;
  /** Of one core. */
  hubCpuPercent: number;
  /** Of the time, that the hub was ready and others had the processors. */
  hubWaitedPercent: number;
  hubMemory: Memory;
  generatorCpuPercent: number;
  viewerCpuPercent: number;
  seen: Seen;
  /** That the viewer saw; as many as there are agents where none came too late to be told apart. */
  samplesPerSecond: number;
}

/** V8 compiles and the heap grows most in the first seconds. */
const SETTLE_MS = 10_000;

/** Measures a hub for so many seconds, under that many agents. */
export async function measureHub(agents: number, seconds: number): Promise<HubCost> {
  const hub = await startHubProgram('hub', [], {
    NODE_OPTIONS: process.env.FLOWLINE_BENCH_HUB_OPTIONS ?? '',
  });
  const load = await spawnLoad({
    hubUrl: hub.url,
    joinToken: await createJoinToken(hub, agents),
    agents,
    seconds: seconds + SETTLE_MS / 1000 + 2,
  });
  const viewer = spawn(process.execPath, [join(import.meta.dirname, 'viewer.ts'), hub.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await pause(SETTLE_MS);
    const pids = { hub: hub.child.pid ?? 0, viewer: viewer.pid ?? 0 };
    const before = {
      hub: cpuMilliseconds(pids.hub),
      viewer: cpuMilliseconds(pids.viewer),
      waited: waitedMilliseconds(pids.hub),
      atMs: performance.now(),
    };
    viewer.kill('SIGUSR2');
    await pause(seconds * 1000);
    const tookMs = performance.now() - before.atMs;
    const percent = (pid: number, beforeMs: number): number =>
      rounded(((cpuMilliseconds(pid) - beforeMs) / tookMs) * 100);
    const hubCpuPercent = percent(pids.hub, before.hub);
    const viewerCpuPercent = percent(pids.viewer, before.viewer);
    const hubWaitedPercent = rounded(((waitedMilliseconds(pids.hub) - before.waited) / tookMs) * 100);
    const hubMemory = memoryOf(pids.hub);
    viewer.kill('SIGUSR2');
    let output = '';
    for await (const text of viewer.stdout) output += String(text);
    const seen = JSON.parse(output) as Seen;
    const { cpuPercent } = await load.done;
    return {
      agents,
      hubCpuPercent,
      hubWaitedPercent,
      hubMemory,
      viewerCpuPercent,
      generatorCpuPercent: rounded(cpuPercent),
      seen,
      samplesPerSecond: rounded(seen.samples / (tookMs / 1000)),
    };
  } finally {
    viewer.kill();
    await load.stop();
    await hub.end();
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
