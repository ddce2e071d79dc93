import { expect, it } from 'vitest';
import { fleetNode } from '../../../src/fleet/view.ts';
import { imagineLab } from '../../../test/support/imaginedLab.ts';
import { ANYTHING, environmentOf, findCommand, offersOf, wishOf } from './offers.ts';

const GIB = 2 ** 30;
const nodes = imagineLab(1_800_000_000_000).map(fleetNode);
const wish = (entries: Partial<typeof ANYTHING>) => {
  const meant = wishOf({ ...ANYTHING, ...entries });
  if (meant === null) throw new Error('not understood');
  return meant;
};

it('understands how many, and memory with and without a unit; nothing else', () => {
  expect(wish({ gpus: '2', memory: '40', model: 'H100 80 GB' })).toEqual({
    gpus: 2,
    memoryBytes: 40 * GIB,
    model: 'H100 80 GB',
    mayBeSpread: false,
  });
  expect(wish({ memory: '512M' }).memoryBytes).toBe(GIB / 2);
  for (const entries of [{ gpus: '0' }, { gpus: '1.5' }, { gpus: 'x' }, { memory: 'much' }, { memory: '0' }])
    expect(wishOf({ ...ANYTHING, ...entries })).toBeNull();
});

it('offers each machine once, and at most as many as asked for', () => {
  const { offers, result } = offersOf(nodes, wish({}), new Set(), 50);
  const names = offers.map(({ node }) => node.name);
  expect(names.length).toBeGreaterThan(2);
  expect(new Set(names).size).toBe(names.length);
  expect(result.found?.[0]?.node.name).toBe(names[0]);
  expect(offersOf(nodes, wish({}), new Set(), 2).offers).toHaveLength(2);
});

it('offers nothing that the queue promised, and says why', () => {
  const all = new Set(nodes.flatMap((node) => node.sample?.gpus.flatMap((gpu) => gpu.uuid ?? []) ?? []));
  const { offers, result } = offersOf(nodes, wish({}), all, 5);
  expect(offers).toEqual([]);
  expect(result.misses.taken).toBeGreaterThan(0);
});

it('says the same as a command', () => {
  expect(findCommand(wish({}), false)).toBe('flowline find');
  expect(findCommand(wish({ gpus: '2', memory: '40', model: 'H100 80 GB' }), true)).toBe(
    "flowline find --gpus 2 --memory 40G --model 'H100 80 GB' --wait",
  );
  expect(findCommand(wish({ model: "x' $(rm -rf ~) `id`" }), false)).toBe(
    "flowline find --model 'x'\\'' $(rm -rf ~) `id`'",
  );
  const [offer] = offersOf(nodes, wish({ gpus: '2' }), new Set(), 1).offers;
  expect(offer && environmentOf(offer)).toMatch(/^CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=\d,\d$/);
});
