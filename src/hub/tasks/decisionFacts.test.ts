import { expect, test } from 'vitest';
import { manualClock } from '../../../test/support/manualClock.ts';
import { nodeOf } from '../../../test/support/olderScheduler.ts';
import { type GatheringSources, gathering } from './decisionFacts.ts';

test('a machine that an older system tells of is no part of any decision, nor is who works there', () => {
  const source = { dialect: 'cluster-status' as const, host: 'old', port: 7080, name: null, problem: null };
  const all = [nodeOf('atlas', {}), nodeOf('old', { source })];
  const facts = gathering({ fleet: { all: () => all }, clock: manualClock() } as unknown as GatheringSources);
  expect(facts.nodes().map(({ name }) => name)).toEqual(['atlas']);
});
