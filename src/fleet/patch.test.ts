import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch, diff, type Json, PatchMismatch, UNCHANGED } from './patch.ts';

/** Any JSON value whose keys do not begin with `$`, which the patch language keeps for itself. */
const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value), (_, inner) => withoutReserved(inner)) as Json);

function withoutReserved(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !key.startsWith('$') && key !== '__proto__'),
  );
}

const overTheWire = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

describe('patch', () => {
  test('what was different before is the same after', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch = diff(before, after);
        const result = patch === UNCHANGED ? before : applyPatch(before, overTheWire(patch));
        expect(result).toEqual(after);
      }),
      { numRuns: 1000 },
    );
  });

  test('a value has no difference to its own copy', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(diff(value, overTheWire(value))).toBe(UNCHANGED);
      }),
    );
  });

  test('applying a patch leaves what was before as it was', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const copy = overTheWire(before);
        const patch = diff(before, after);
        if (patch !== UNCHANGED) applyPatch(before, patch);
        expect(before).toEqual(copy);
      }),
    );
  });

  test('one changed figure among many is one line on the wire', () => {
    const before = {
      gpus: [
        { index: 0, powerWatts: 300, name: 'H100' },
        { index: 1, powerWatts: 80, name: 'H100' },
      ],
    };
    const after = {
      gpus: [
        { index: 0, powerWatts: 310, name: 'H100' },
        { index: 1, powerWatts: 80, name: 'H100' },
      ],
    };
    expect(diff(before, after)).toEqual({ gpus: { length: 2, at: { 0: { powerWatts: 310 } } } });
  });

  test('a figure that became unknown is null, not removed', () => {
    expect(applyPatch({ powerWatts: 300 }, diff({ powerWatts: 300 }, { powerWatts: null }) as Json)).toEqual({
      powerWatts: null,
    });
  });

  test.each<[string, Json]>([
    ['a list patch without a length', { at: {} }],
    ['a list patch with a place outside the list', { length: 1, at: { 5: 1 } }],
    ['a list that grows by more than its patch fills', { length: 4, at: { 3: 1 } }],
    ['a huge list', { length: 1e9, at: {} }],
    ['a negative length', { length: -1, at: {} }],
  ])('%s is refused', (_, patch) => {
    expect(() => applyPatch([1, 2], patch)).toThrow(PatchMismatch);
  });

  test('a patch cannot reach the prototype', () => {
    const evil = JSON.parse('{"__proto__": {"polluted": true}}') as Json;
    expect(() => applyPatch({ a: 1 }, evil)).toThrow(PatchMismatch);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
