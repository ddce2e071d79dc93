import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coloursOnMachine, OWNER_COLOURS, ownerColours } from './ownerColours.ts';
import type { FleetNode } from './view.ts';

/** A machine of which each name holds one GPU. */
const machine = (...owners: string[]): FleetNode =>
  ({
    sample: { gpus: owners.map((owner) => ({ holders: [{ owner }] })) },
  }) as unknown as FleetNode;

const NOBODY = new Map<string, number>();
const name = fc.constantFrom(...'abcdefghijklmnopqrst');
const fleet = fc.array(fc.uniqueArray(name, { maxLength: OWNER_COLOURS }), { maxLength: 12 });

it('gives the first eight people eight colours, wherever they work', () => {
  const nodes = ['m.okafor', 'chen.yu', 'liu.jx', 'zhao.k', 'wang.ll', 'lin.wei', 'a.silva', 'k.ito'].map(
    (owner) => machine(owner),
  );
  expect(new Set(ownerColours(NOBODY, nodes).values()).size).toBe(8);
});

it('never changes a colour that somebody has, whoever comes or goes', () => {
  fc.assert(
    fc.property(fleet, fleet, (before, after) => {
      const given = ownerColours(
        NOBODY,
        before.map((owners) => machine(...owners)),
      );
      const then = ownerColours(
        given,
        after.map((owners) => machine(...owners)),
      );
      for (const [owner, place] of given) expect(then.get(owner)).toBe(place);
    }),
  );
});

it('gives nobody the colour of somebody on his machine while there is another', () => {
  const many = Array.from('abcdefghijklmnopqrst', (owner) => machine(owner));
  const given = ownerColours(NOBODY, many);
  const shared = ['a', 'f', 'k', 'new1', 'new2'];
  const then = ownerColours(given, [...many, machine(...shared)]);
  const places = (owners: string[]) => owners.map((owner) => then.get(owner));
  for (const newcomer of ['new1', 'new2']) {
    expect(places(shared.filter((owner) => owner !== newcomer))).not.toContain(then.get(newcomer));
  }
});

it('serves who holds most first', () => {
  const given = ownerColours(NOBODY, [machine('rare'), machine('often', 'often', 'often')]);
  expect([...given.keys()]).toEqual(['often', 'rare']);
});

it('stays the same object while nobody is new', () => {
  const given = ownerColours(NOBODY, [machine('a', 'b')]);
  expect(ownerColours(given, [machine('b')])).toBe(given);
});

it('uses every colour before one has two people more than another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (people) => {
      const nodes = Array.from({ length: people }, (_, number) => machine(`user${number}`));
      const uses = Array<number>(OWNER_COLOURS).fill(0);
      for (const place of ownerColours(NOBODY, nodes).values()) uses[place] = (uses[place] ?? 0) + 1;
      expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1);
    }),
  );
});

it('forgets who left rather than remember without end', () => {
  const crowd = Array.from({ length: 1000 }, (_, number) => machine(`user${number}`));
  const given = ownerColours(NOBODY, crowd);
  const then = ownerColours(given, [machine('user7', 'late')]);
  expect([...then.keys()]).toEqual(['user7', 'late']);
});

it('shows no two people alike on one machine, and moves nobody who stands alone in his colour', () => {
  fc.assert(
    fc.property(fleet, fc.uniqueArray(name, { maxLength: OWNER_COLOURS }), (before, owners) => {
      const places = ownerColours(
        NOBODY,
        [...before, owners].map((names) => machine(...names)),
      );
      const shown = coloursOnMachine(places, machine(...owners));
      const colours = owners.map((owner) => shown.get(owner));
      expect(new Set(colours).size).toBe(owners.length);
      for (const owner of owners) {
        const alike = owners.filter((other) => places.get(other) === places.get(owner));
        if (alike.length === 1) expect(shown.get(owner)).toBe(places.get(owner));
      }
      for (const [owner, place] of places) if (!owners.includes(owner)) expect(shown.get(owner)).toBe(place);
    }),
  );
});

it('stays the same object for a machine where nobody is alike, and ends where more people are than colours', () => {
  const places = new Map([
    ['a', 1],
    ['b', 1],
    ['c', 2],
  ]);
  expect(coloursOnMachine(places, machine('a', 'c'))).toBe(places);
  expect(coloursOnMachine(places, machine('a', 'b', 'c')).get('b')).toBe(3);
  const crowd = Array.from({ length: 12 }, (_, number) => `user${number}`);
  const many = ownerColours(NOBODY, [machine(...crowd)]);
  expect(new Set(coloursOnMachine(many, machine(...crowd)).values()).size).toBe(OWNER_COLOURS);
});
