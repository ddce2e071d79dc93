import { expect, it } from 'vitest';
import { fleetNode } from '../../../src/fleet/view.ts';
import { imagineLab } from '../../../test/support/imaginedLab.ts';
import { EVERYTHING, fleetItems, gpusOf } from './fleetChoice.ts';

const nodes = imagineLab(1_800_000_000_000).map(fleetNode);
const shown = (choice: Partial<typeof EVERYTHING>) =>
  fleetItems(nodes, { ...EVERYTHING, ...choice }).map((item) => item.key);

it('keeps the configured order: sick machines do not jump up', () => {
  expect(shown({}).slice(0, 5)).toEqual(['atlas', 'vega', 'orion', 'rigel', 'deneb']);
});

it('finds what asks for attention', () => {
  expect(shown({ show: 'concerns' }).slice(0, 5)).toEqual(['atlas', 'vega', 'orion', 'rigel', 'deneb']);
  expect(shown({ show: 'offline' })).toEqual(['deneb']);
  expect(shown({ show: 'sick' })).toEqual(['orion', 'rigel']);
});

it('filters by name, alias, model and person; several words must all match', () => {
  expect(shown({ text: '甲机' })).toEqual(['atlas']);
  expect(shown({ text: 'hadar l4' })).toEqual(['hadar']);
  expect(shown({ text: 'zhao.k 4090' })).toEqual(['vega']);
  expect(shown({ text: 'nobody-has-this' })).toEqual([]);
});

it('puts a line before the machines of each model', () => {
  const keys = shown({ group: 'model', text: 'h100' });
  expect(keys).toEqual(['group H100 80 GB', 'atlas', 'lyra']);
});

it('keeps a machine’s stripe whatever is filtered away', () => {
  const all = fleetItems(nodes, EVERYTHING);
  const one = fleetItems(nodes, { ...EVERYTHING, text: 'orion' });
  expect(one[0]).toEqual(all[2]);
});

it('counts a card as roomy by what it has left, not by its name', () => {
  expect(shown({ show: 'roomy' })).toContain('atlas');
  expect(shown({ show: 'roomy' })).not.toContain('bellatrix');
});

it('shows whose cards the reader holds, and nobody’s to nobody', () => {
  const named = (me: string | null) =>
    fleetItems(nodes, { ...EVERYTHING, show: 'mine' }, me).map((item) => item.key);
  expect(named('zhao.k')).toContain('vega');
  expect(gpusOf(nodes, 'zhao.k')).toBeGreaterThanOrEqual(named('zhao.k').length);
  expect(named(null)).toEqual([]);
  expect(gpusOf(nodes, null)).toBe(0);
});
