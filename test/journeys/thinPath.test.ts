/** From /proc to whoever looks: `up` on this machine, by its interface, its live socket and `status`. */
import { hostname, totalmem } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { NodeStatus } from '../../src/model/node.ts';
import { LiveMessage } from '../../src/protocol/live.ts';
import {
  freePort,
  type RunningHub,
  runProgram,
  startHubProgram,
  temporaryFolder,
} from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

let up: RunningHub;
let olderUrl: string;
beforeAll(async () => {
  const port = await freePort();
  olderUrl = `http://127.0.0.1:${port}`;
  up = await startHubProgram('up', ['--dialect', `distributed-monitor=${port}`]);
});
afterAll(() => up.end());

const nodes = async (): Promise<NodeStatus[]> => {
  const body = (await (await fetch(`${up.url}/api/v1/nodes`)).json()) as { nodes: unknown[] };
  return body.nodes.map((node) => NodeStatus.parse(node));
};

describe('one machine', () => {
  test('the interface shows this machine with its own figures', async () => {
    const node = await waitFor('this machine online', async () =>
      (await nodes()).find((one) => one.state === 'online'),
    );
    expect(node.name).toBe(hostname());
    expect(node.sample?.host.memoryTotalBytes).toBe(totalmem());
    expect(node.sample?.host.cpuCores).toBeGreaterThan(0);
  });

  test('an older dialect that was asked for is spoken, and said at the start', async () => {
    const told = await waitFor('this machine online', async () => {
      const [node] = (await (await fetch(`${olderUrl}/api/nodes`)).json()) as { status: string }[];
      return node?.status === 'online' && node;
    });
    expect(told).toMatchObject({ name: hostname(), alias: '' });
    expect(up.output()).toContain(`speaks distributed-monitor at ${olderUrl}`);
  });

  test('samples keep coming, about one a second', async () => {
    const first = await waitFor('a sample', async () => (await nodes())[0]?.sample?.takenAtMs);
    const later = await waitFor('three more samples', async () => {
      const takenAtMs = (await nodes())[0]?.sample?.takenAtMs ?? 0;
      return takenAtMs >= first + 2500 && takenAtMs;
    });
    expect(later - first).toBeLessThan(10_000);
  });

  test('the live socket sends everything once, then only what changed, without a gap', async () => {
    const socket = new WebSocket(`${up.url.replace('http', 'ws')}/api/v1/live`);
    const heard: LiveMessage[] = [];
    socket.on('message', (data) => heard.push(LiveMessage.parse(JSON.parse(String(data)))));
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', scope: 'fleet' })));
    await waitFor(
      'a snapshot and two patches',
      () => heard.filter((message) => message.type === 'patch').length >= 2,
    );
    socket.close();
    const numbered = heard.filter((message) => message.type === 'snapshot' || message.type === 'patch');
    expect(numbered[0]?.type).toBe('snapshot');
    const sequences = numbered.map((message) => message.sequence);
    expect(sequences).toEqual(sequences.map((_, place) => (sequences[0] ?? 0) + place));
    const [snapshot, patch] = numbered.map((message) => JSON.stringify(message).length);
    expect(patch).toBeLessThan((snapshot ?? 0) / 2);
  });

  test('status --json prints the same machine without a hub, and nothing but JSON', async () => {
    const { code, output } = await runProgram(['status', '--json'], { FLOWLINE_HUB: 'http://127.0.0.1:1' });
    expect(code).toBe(0);
    const answer = JSON.parse(output) as { nodes: unknown[] };
    expect(NodeStatus.parse(answer.nodes[0]).name).toBe(hostname());
  });

  test('status --hub asks the hub, and says so where there is none', async () => {
    expect((await runProgram(['status', '--hub', up.url])).output).toContain(hostname());
    const { code, errors } = await runProgram(['status', '--hub', 'http://127.0.0.1:1']);
    expect(code).toBe(3);
    expect(errors).toContain('http://127.0.0.1:1');
  });

  test('a second hub on the same port says who has it, and what to do', async () => {
    const folder = await temporaryFolder();
    const { port } = new URL(up.url);
    const { code, errors } = await runProgram(['up', '--listen', `127.0.0.1:${port}`, '--data', folder.path]);
    await folder.remove();
    expect(code).toBe(1);
    expect(errors).toContain(`pid ${up.child.pid}`);
    expect(errors).toContain('--listen');
  });

  test('a second hub in the same data folder is refused; kill -9 leaves no lock behind', async () => {
    const folder = await temporaryFolder();
    const start = async () => {
      const port = await freePort();
      const { startProgram } = await import('../support/program.ts');
      return startProgram(['hub', '--listen', `127.0.0.1:${port}`, '--data', folder.path]);
    };
    const first = await start();
    await waitFor('the first', () => first.output().includes('FlowLine shows'));
    const second = await start();
    expect(await second.exit).toBe(1);
    expect(second.errors()).toContain(String(first.child.pid));
    first.child.kill('SIGKILL');
    await first.exit;
    const third = await start();
    await waitFor('the third', () => third.output().includes('FlowLine shows'));
    expect(await third.stop()).toBe(0);
    await folder.remove();
  });

  test('SIGTERM ends it in order, with exit code 0', async () => {
    const program = await startHubProgram('up');
    expect(await program.stop()).toBe(0);
    await program.end();
  });
});
