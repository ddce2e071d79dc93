/** An administrator sets a machine into maintenance: what is told of it, for how long, and who may. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/model/node.ts';
import { administratorOf } from '../support/administrator.ts';
import { type RunningHub, runProgram, startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

let hub: RunningHub;
beforeEach(async () => {
  hub = await startHubProgram('up');
});
afterEach(() => hub.end());

const node = (): Promise<NodeStatus> =>
  waitFor('the machine', async () => {
    const [first] = (await (await administratorOf(hub)).call('nodes')).nodes;
    return first?.state === 'online' && first;
  });
const run = (...args: string[]) =>
  runProgram([...args, '--hub', hub.url, '--data', hub.dataFolder], { LANG: 'C' });
const restart = async (): Promise<void> => {
  await hub.stop();
  hub = await startHubProgram('up', [], {}, hub);
};

test('a command sets it, it outlives a restart, a command ends it, and both are in the audit trail', async () => {
  const { id, name, absence } = await node();
  expect(absence).toBeNull();
  const on = await run('nodes', 'maintenance', name, 'on', '--message', 'new fans', '--for', '2h');
  expect(on).toMatchObject({ code: 0, output: `${name} is in maintenance for 2 h\n` });
  const set = await node();
  expect(set).toMatchObject({ state: 'online', absence: 'maintenance' });
  expect(set.maintenance).toMatchObject({ message: 'new fans', by: 'local administrator' });
  expect((set.maintenance?.untilMs ?? 0) - (set.maintenance?.sinceMs ?? 0)).toBeGreaterThan(7_190_000);
  expect((await run('status', '--json')).code).toBe(0);
  expect((await run('nodes')).output).toContain('online: maintenance');

  await restart();
  expect((await node()).maintenance).toEqual(set.maintenance);
  expect((await run('nodes', 'maintenance', id, 'off')).output).toBe(`${name} is not in maintenance\n`);
  expect(await node()).toMatchObject({ state: 'online', absence: null, maintenance: null });
  await hub.stop();
  const trail = await readFile(join(hub.dataFolder, 'audit.jsonl'), 'utf8');
  expect(trail).toMatch(/"what":"maintenance-on","on":"\w+","result":"new fans"/);
  expect(trail).toMatch(/"who":"local administrator","what":"maintenance-off"/);
});

test('with an end it is over by itself', async () => {
  const { id } = await node();
  const administrator = await administratorOf(hub);
  const untilMs = Date.now() + 1500;
  await administrator.call('changeNode', { parameters: { id }, body: { maintenance: true, untilMs } });
  expect((await node()).absence).toBe('maintenance');
  await waitFor('its end', async () => (await node()).absence === null);
  expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
});

test('who is not logged in may not; what makes no sense is refused and changes nothing', async () => {
  const { id } = await node();
  const administrator = await administratorOf(hub);
  const anonymous = await fetch(`${hub.url}/api/v1/nodes/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', origin: hub.url },
    body: '{"maintenance": true}',
  });
  expect(anonymous.status).toBe(401);
  for (const body of [
    {},
    { message: 'new fans' },
    { maintenance: false, untilMs: 1 },
    { maintenance: true, untilMs: 1 },
    { maintenance: true, message: 'x'.repeat(300) },
  ]) {
    const refused = administrator.call('changeNode', { parameters: { id }, body });
    await expect(refused, JSON.stringify(body)).rejects.toMatchObject({ status: 400 });
  }
  expect((await node()).maintenance).toBeNull();
  await administrator.call('changeNode', { parameters: { id }, body: { alias: 'bench' } });
  await administrator.call('changeNode', { parameters: { id }, body: { maintenance: true } });
  expect(await node()).toMatchObject({ alias: 'bench', absence: 'maintenance' });
});

test('a register of machines from before there was maintenance is read', async () => {
  const { id } = await node();
  await hub.stop();
  const path = join(hub.dataFolder, 'nodes.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/,?\s*"maintenance":\s*null/g, ''));
  await restart();
  expect(await node()).toMatchObject({ id, maintenance: null });
});
