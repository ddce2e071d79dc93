/**
 * What a hub costs that reads two hundred nodes of older systems, by the bundle: 190 with 8 GPUs answer, ten are silent. How
 * regularly each is asked is counted where it is asked, so that looking costs the hub nothing; all but the first gap, by which
 * the nodes are spread over their interval.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { administratorOf } from '../test/support/administrator.ts';
import { type Manner, startOlderNodes } from '../test/support/olderNodes.ts';
import { startHubProgram, temporaryFolder } from '../test/support/program.ts';
import { rounded } from './support/figures.ts';
import { cpuMilliseconds, type Memory, memoryOf } from './support/processCost.ts';

export interface OldNodesCost {
  nodes: number;
  silent: number;
  /** How much later than its interval (4 or 5 s) a node that answers was asked again. */
  lateMs: { p50: number; p95: number; most: number };
  /** The oldest figure of a node that answers, seen at ten moments. */
  oldestFigureMs: number;
  /** Of one core. */
  cpuPercent: number;
  memory: Memory;
  /** The whole fleet by `GET /api/v1/nodes`. */
  allNodes: { milliseconds: number; megabytes: number };
}

const NODES = 200;
const SILENT = 10;
const SETTLE_MS = 12_000;
const LOOKS = 10;

/** Measures for so many seconds. */
export async function measureOldNodes(seconds: number): Promise<OldNodesCost> {
  const manners: Manner[] = Array.from({ length: NODES }, (_, place) =>
    place % (NODES / SILENT) === 7 ? 'silent' : 'well',
  );
  const folder = await temporaryFolder();
  const older = await startOlderNodes(manners);
  const config = join(folder.path, 'old.json');
  const oldNodes = older.nodes.map(({ dialect, host, port }) => ({ dialect, host, port }));
  await writeFile(config, JSON.stringify({ oldNodes }));
  const hub = await startHubProgram('hub', ['--config', config]);
  try {
    const pid = hub.child.pid ?? 0;
    await pause(SETTLE_MS);
    const before = { cpuMs: cpuMilliseconds(pid), atMs: performance.now() };
    await pause(seconds * 1000);
    const tookMs = performance.now() - before.atMs;
    const cpuPercent = rounded(((cpuMilliseconds(pid) - before.cpuMs) / tookMs) * 100);
    const memory = memoryOf(pid);
    const late = older.nodes
      .filter(({ manner }) => manner === 'well')
      .flatMap((node) =>
        gaps(node.askedAtMs())
          .slice(1)
          .map((gap) => gap - intervalMs(node.dialect)),
      )
      .sort((a, b) => a - b);

    const administrator = await administratorOf(hub);
    let oldestFigureMs = 0;
    let bytes = 0;
    const beganAt = performance.now();
    let lookedMs = 0;
    for (let look = 0; look < LOOKS; look++) {
      const lookAt = performance.now();
      const { nodes } = await administrator.call('nodes');
      lookedMs += performance.now() - lookAt;
      bytes = JSON.stringify(nodes).length;
      const nowMs = Date.now();
      for (const { source, lastSeenAtMs } of nodes)
        if (source?.problem === null) oldestFigureMs = Math.max(oldestFigureMs, nowMs - (lastSeenAtMs ?? 0));
      await pause(Math.max(0, (look + 1) * 500 - (performance.now() - beganAt)));
    }
    const at = (share: number): number => rounded(late[Math.floor((late.length - 1) * share)] ?? 0);
    return {
      nodes: NODES,
      silent: SILENT,
      lateMs: { p50: at(0.5), p95: at(0.95), most: at(1) },
      oldestFigureMs: Math.round(oldestFigureMs),
      cpuPercent,
      memory,
      allNodes: { milliseconds: rounded(lookedMs / LOOKS), megabytes: rounded(bytes / 1e6) },
    };
  } finally {
    await hub.end();
    await older.stop();
    await folder.remove();
  }
}

/** As each older main has it, and our own file where nothing else is said. */
const intervalMs = (dialect: string): number => (dialect === 'cluster-status' ? 4000 : 5000);

const gaps = (instants: readonly number[]): number[] =>
  instants.slice(1).map((instant, place) => instant - (instants[place] ?? 0));

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
