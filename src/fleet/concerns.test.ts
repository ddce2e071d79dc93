import { expect, it } from 'vitest';
import { DriverState } from '../model/node.ts';
import { concernsOf } from './concerns.ts';
import type { FleetNode } from './view.ts';

const machine = (state: DriverState): FleetNode =>
  ({ state: 'online', sample: { driver: { state }, gpus: [], host: { disks: [] } } }) as unknown as FleetNode;

it('asks for attention where a driver fails, not where there is none or it only starts', () => {
  const asking = DriverState.options.filter((state) => concernsOf(machine(state)).length > 0);
  expect(asking.sort()).toEqual(['failed', 'mismatch', 'unresponsive']);
});

it('says of a machine that is away only that', () => {
  const away = { ...machine('failed'), state: 'offline' as const };
  expect(concernsOf(away)).toEqual([{ kind: 'absent', severity: 'off', node: away }]);
});

it('asks for nobody where somebody cares for the machine, connected or not', () => {
  for (const state of ['online', 'offline'] as const)
    expect(concernsOf({ ...machine('failed'), state, absence: 'maintenance' })).toEqual([]);
});
