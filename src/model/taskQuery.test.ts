import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesTask, parseTaskQuery, type Searched } from './taskQuery.ts';

const task: Searched = {
  id: 't427',
  name: 'rotate 3',
  owner: 'lin.wei',
  table: 'sweep-vit.csv',
  state: 'queued',
  class: 'gpu_oom',
  node: 'vega',
  parameters: [
    ['model', 'vit_l'],
    ['lr', '3e-4'],
    ['data', 'http://store/x'],
  ],
};
const found = (query: string): boolean => matchesTask(parseTaskQuery(query), task);

describe('a search among tasks', () => {
  it.each([
    '',
    'vit',
    't427',
    'ROTATE',
    'model:vit_l',
    'Model:VIT_L',
    'lr:>1e-4',
    'lr:<=3e-4 lr:>=0.0003',
    'state:queued',
    'state:failed,queued class:gpu_oom',
    'node:vega owner:lin.wei',
    'http://store',
  ])('%j finds it', (query) => expect(found(query)).toBe(true));

  it.each([
    't42',
    'model:vit',
    'lr:>3e-4',
    'lr:<x',
    'model:>1',
    'state:running',
    'class:program',
    'vit_l seed:3',
    'vit_l resnet',
  ])('%j does not', (query) => expect(found(query)).toBe(false));

  it('takes any text, and finds at most what fewer words find', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        if (found(`${one} ${other}`)) expect(found(one)).toBe(true);
      }),
    );
  });
});

it('a word matches the name of its table, and table: all of it', () => {
  expect(found('SWEEP')).toBe(true);
  expect(found('table:sweep-vit.csv')).toBe(true);
  expect(found('table:other.csv')).toBe(false);
});
