import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNodeRegistry } from './nodeRegistry.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-registry-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const atlas = { hostname: 'atlas', machineId: 'machine of atlas' };

describe('which machines may run tasks', () => {
  test('one that only joined may not; once an administrator said so it may, also after a restart', async () => {
    const registry = await openNodeRegistry(folder);
    const { node } = await registry.join(atlas, 1);
    expect(node.mayRun).toBeNull();
    await registry.change(node.id, { mayRun: true });
    expect((await openNodeRegistry(folder)).list()[0]?.mayRun).toBe(true);
  });

  test('an alias changes nothing of it', async () => {
    const registry = await openNodeRegistry(folder);
    const { node } = await registry.join(atlas, 1);
    await registry.change(node.id, { mayRun: true });
    expect((await registry.change(node.id, { alias: 'first' }))?.mayRun).toBe(true);
  });

  test('whoever joins anew under the id of an allowed machine asks again', async () => {
    const registry = await openNodeRegistry(folder);
    const { node } = await registry.join(atlas, 1);
    await registry.change(node.id, { mayRun: true });
    expect((await registry.join(atlas, 2)).node.mayRun).toBeNull();
  });

  test('the machine of this very process may at once, unless an administrator took it away', async () => {
    const registry = await openNodeRegistry(folder);
    const { node } = await registry.join(atlas, 1, true);
    expect(node.mayRun).toBe(true);
    await registry.change(node.id, { mayRun: false });
    expect((await registry.join(atlas, 2, true)).node.mayRun).toBe(false);
  });

  test('a register of before the queue loads, and lets nobody run', async () => {
    const registry = await openNodeRegistry(folder);
    await registry.join(atlas, 1);
    const { readFile, writeFile } = await import('node:fs/promises');
    const path = join(folder, 'nodes.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/,\s*"mayRun": null/g, ''));
    expect(await readFile(path, 'utf8')).not.toContain('mayRun');
    expect((await openNodeRegistry(folder)).list()[0]?.mayRun).toBeNull();
  });
});

describe('forgetting', () => {
  const others = ['vega', 'lyra'].map((hostname) => ({ hostname, machineId: `machine of ${hostname}` }));

  test('takes several at once, and of what nobody knows nothing', async () => {
    const registry = await openNodeRegistry(folder);
    const { node } = await registry.join(atlas, 1);
    const gone = await Promise.all(others.map((other) => registry.join(other, 1)));
    await registry.forget([...gone.map(({ node: { id } }) => id), 'nobody']);
    expect((await openNodeRegistry(folder)).list()).toEqual([node]);
    for (const { nodeToken } of gone) expect(registry.check(nodeToken)).toBeNull();
  });

  test('what cannot be written is not forgotten: the next start would know it again', async () => {
    const registry = await openNodeRegistry(folder);
    const { node, nodeToken } = await registry.join(atlas, 1);
    await rm(folder, { recursive: true });
    await expect(registry.forget([node.id])).rejects.toThrow();
    expect(registry.check(nodeToken)).toEqual(node);
  });
});
