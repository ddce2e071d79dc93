/**
 * Two hundred nodes of three older systems before one hub, over real HTTP: 182 that answer, ten that take the question and
 * say nothing, five where something else answers, three that take their time.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/model/node.ts';
import { administratorOf } from '../support/administrator.ts';
import {
  type Manner,
  type OlderFleet,
  type OlderNode,
  SLOW_MS,
  startOlderNodes,
} from '../support/olderNodes.ts';
import { type RunningHub, runProgram, startHubProgram, temporaryFolder } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

/** Shorter than the older systems' own, so that several rounds fit into the test. */
const INTERVAL_MS = 2000;
const TIMEOUT_MS = 1900;
const MANNERS: Manner[] = Array.from({ length: 200 }, (_, place) =>
  place % 20 === 7 ? 'silent' : place % 40 === 13 ? 'garbage' : place % 67 === 30 ? 'slow' : 'well',
);
/** For a timer that is late and a patch that is gathered for 250 ms, on a machine with other work. */
const LATENESS_MS = 1000;

let fleet: OlderFleet;
let hub: RunningHub;
let folder: { path: string; remove: () => Promise<void> };

beforeAll(async () => {
  folder = await temporaryFolder();
  fleet = await startOlderNodes(MANNERS, 8);
  const config = join(folder.path, 'old.json');
  const oldNodes = fleet.nodes.map(({ dialect, host, port }) => ({
    dialect,
    host,
    port,
    interval: `${INTERVAL_MS}ms`,
    timeout: `${TIMEOUT_MS}ms`,
  }));
  await writeFile(config, JSON.stringify({ oldNodes }));
  hub = await startHubProgram('hub', ['--config', config]);
});
afterAll(async () => {
  await hub.end();
  await fleet.stop();
  await folder.remove();
});

const nodes = async (): Promise<NodeStatus[]> => (await (await administratorOf(hub)).call('nodes')).nodes;
const of = (all: readonly NodeStatus[], wanted: Manner): [OlderNode, NodeStatus][] =>
  fleet.nodes.flatMap((node) => {
    const status = all.find(({ source }) => source?.port === node.port);
    return node.manner === wanted && status ? [[node, status] as [OlderNode, NodeStatus]] : [];
  });

describe('two hundred older nodes', () => {
  test('ten silent ones delay nobody by a second, and no figure is older than two intervals', async () => {
    expect(MANNERS.filter((manner) => manner === 'silent')).toHaveLength(10);
    expect(MANNERS.filter((manner) => manner === 'garbage')).toHaveLength(5);
    expect(MANNERS.filter((manner) => manner === 'slow')).toHaveLength(3);
    await waitFor(
      'every node that answers',
      async () => {
        const all = await nodes();
        return [...of(all, 'well'), ...of(all, 'slow')].every(([, { state }]) => state === 'online');
      },
      SLOW_MS + 8000,
    );
    // Two rounds: what a silent one held up would show as an age.
    const oldestMs = { well: 0, slow: 0 };
    const endAtMs = Date.now() + 2 * INTERVAL_MS;
    while (Date.now() < endAtMs) {
      const all = await nodes();
      const nowMs = Date.now();
      for (const manner of ['well', 'slow'] as const)
        for (const [, { lastSeenAtMs }] of of(all, manner))
          oldestMs[manner] = Math.max(oldestMs[manner], nowMs - (lastSeenAtMs ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(oldestMs.well).toBeLessThan(INTERVAL_MS + LATENESS_MS);
    expect(oldestMs.slow).toBeLessThan(2 * INTERVAL_MS + LATENESS_MS);
  });

  test('each figure is of its own node, of every system', async () => {
    const all = await nodes();
    for (const [node, status] of of(all, 'well')) {
      expect(status).toMatchObject({
        name: node.hostname,
        mayRun: false,
        source: { dialect: node.dialect, problem: null },
      });
      expect(status.sample?.gpus.map(({ state }) => state)).toEqual(Array(8).fill('ok'));
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(200);
    expect(JSON.stringify(all)).not.toContain('sk-live-1234567890abcdef');
  });

  test('what cannot be read is told for each, in words', async () => {
    const all = await nodes();
    for (const [, { source, state }] of of(all, 'silent')) {
      expect(state).toBe('unknown');
      expect(source?.problem).toMatchObject({ kind: 'no-answer' });
    }
    for (const [, { source }] of of(all, 'garbage')) {
      expect(source?.problem).toMatchObject({ kind: 'not-understood' });
      expect(source?.problem?.message).toMatch(/^this is no answer of a /);
    }
    const list = await runProgram(['nodes', '--hub', hub.url, '--data', hub.dataFolder]);
    expect(list.output).toMatch(/not seen yet: does not answer .*read by/);
    expect(list.output).toMatch(/online .*read by cluster-status/);
  });
});

test('a configuration that cannot be used ends the start with exit 2, the file, the place and what to do', async () => {
  const config = join(folder.path, 'broken.json');
  await writeFile(config, JSON.stringify({ slaves: [{ name: 'a', ip: 'no host' }] }));
  const { code, errors } = await runProgram(['hub', '--config', config, '--data', join(folder.path, 'data')]);
  expect(code).toBe(2);
  expect(errors).toContain(`${config}: slaves[0].ip: say a host name or an address`);
  expect(errors).toContain('{"name": "gpu1", "ip": "192.168.1.11"}');
  await rm(config);
});
