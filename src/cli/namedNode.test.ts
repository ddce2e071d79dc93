import { expect, test } from 'vitest';
import { nodeOf } from '../../test/support/olderScheduler.ts';
import { CommandFailure } from './context.ts';
import { namedNode } from './namedNode.ts';
import { en } from './words/en.ts';

const source = { dialect: 'cluster-status' as const, host: 'atlas', port: 7080, name: null, problem: null };

test('of a machine that is changing over, the one with the agent is meant', () => {
  const nodes = [nodeOf('atlas', { id: 'cluster-status:atlas:7080', source }), nodeOf('atlas', { id: 'a1' })];
  expect(namedNode(nodes, 'atlas', en).id).toBe('a1');
  expect(namedNode(nodes, 'cluster-status:atlas:7080', en).id).toBe('cluster-status:atlas:7080');
  expect(namedNode(nodes.slice(0, 1), 'atlas', en).id).toBe('cluster-status:atlas:7080');
});

test('two machines of one name are told, with their ids', () => {
  const nodes = [nodeOf('atlas', { id: 'a1' }), nodeOf('rigel', { id: 'a2', alias: 'atlas' })];
  expect(() => namedNode(nodes, 'atlas', en)).toThrow(CommandFailure);
});
