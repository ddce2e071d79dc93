import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { queueBed } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const mayRun = async (nodeId: string) =>
  (await bed.client().call('node', { parameters: { id: nodeId } })).mayRun;

describe('a credential that was copied', () => {
  test('to a machine with another id asks again, once: the machine that is allowed then stays so', async () => {
    const { nodeId, nodeToken } = await bed.agent('atlas', { machineId: 'machine atlas' });
    expect(await mayRun(nodeId)).toBe(true);
    await bed.connect({ hostname: 'copy', nodeToken, machineId: 'machine of a copy' });
    await waitFor('the question', async () => !(await mayRun(nodeId)));
    expect(await bed.audit()).toContain('ask-again');
    await bed.client().call('changeNode', { parameters: { id: nodeId }, body: { mayRun: true } });
    await bed.connect({ hostname: 'copy', nodeToken, machineId: 'machine of a copy' });
    expect(await mayRun(nodeId)).toBe(true);
  });

  test('with the whole disk asks again as soon as both run', async () => {
    const { nodeId, nodeToken } = await bed.agent('atlas', { bootId: 'boot one' });
    await bed.connect({ hostname: 'clone', nodeToken, bootId: 'boot two' });
    await waitFor('the question', async () => !(await mayRun(nodeId)));
  });

  test('is not seen in a machine that only connects again', async () => {
    const { nodeId, nodeToken } = await bed.agent('atlas', {
      bootId: 'boot one',
      machineId: 'machine atlas',
    });
    await bed.connect({ hostname: 'atlas', nodeToken, bootId: 'boot one', machineId: 'machine atlas' });
    expect(await mayRun(nodeId)).toBe(true);
  });
});

describe('a node that says too much', () => {
  test('may report 400 attempts that end at once, each twice', async () => {
    const atlas = await bed.agent('atlas');
    for (let place = 0; place < 800; place++) atlas.say({ type: 'reports', reports: [] });
    await bed.client().call('nodes');
    expect(atlas.isOpen()).toBe(true);
  });

  test('without end is cut off', async () => {
    const atlas = await bed.agent('atlas');
    for (let place = 0; place < 30_000; place++) atlas.say({ type: 'reports', reports: [] });
    expect((await atlas.closed).reason).toMatch(/more than/);
  });

  test('of anything but reports is cut off sooner', async () => {
    const atlas = await bed.agent('atlas');
    for (let place = 0; place < 300; place++) atlas.say({ type: 'goodbye', reason: 'stopped' });
    expect((await atlas.closed).code).toBe(4400);
  });
});
