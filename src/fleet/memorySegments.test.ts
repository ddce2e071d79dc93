import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memorySegments } from './memorySegments.ts';

const holder = (owner: string | null, memoryUsedBytes: number | null) => ({
  owner,
  memoryUsedBytes,
  processes: 1,
  computeProcesses: 1,
  sinceMs: null,
});

it('stacks owners by size, and ends with what nobody accounts for', () => {
  const segments = memorySegments({
    memoryTotalBytes: 100,
    memoryUsedBytes: 70,
    memoryUnaccountedBytes: 10,
    holders: [holder('wang', 40), holder(null, 20)],
  });
  expect(segments).toEqual([
    { kind: 'owner', owner: 'wang', bytes: 40, share: 0.4 },
    { kind: 'nobody', owner: null, bytes: 20, share: 0.2 },
    { kind: 'unaccounted', owner: null, bytes: 10, share: 0.1 },
  ]);
});

it('shows used memory as unaccounted where the driver tells no process its memory', () => {
  const segments = memorySegments({
    memoryTotalBytes: 100,
    memoryUsedBytes: 30,
    memoryUnaccountedBytes: null,
    holders: [holder('wang', null)],
  });
  expect(segments).toEqual([{ kind: 'unaccounted', owner: null, bytes: 30, share: 0.3 }]);
});

it('draws nothing of a memory that is not known', () => {
  expect(
    memorySegments({
      memoryTotalBytes: null,
      memoryUsedBytes: 3,
      memoryUnaccountedBytes: null,
      holders: [holder('wang', 3)],
    }),
  ).toEqual([]);
});

it('never draws more than the bar', () => {
  const bytes = fc.nat(1000);
  fc.assert(
    fc.property(
      bytes,
      bytes,
      fc.option(bytes),
      fc.array(fc.option(bytes)),
      (total, used, unaccounted, held) => {
        const segments = memorySegments({
          memoryTotalBytes: total,
          memoryUsedBytes: used,
          memoryUnaccountedBytes: unaccounted,
          holders: held.map((amount, index) => holder(`u${index}`, amount)),
        });
        expect(segments.reduce((sum, segment) => sum + segment.bytes, 0)).toBeLessThanOrEqual(total);
        expect(segments.every((segment) => segment.share > 0)).toBe(true);
      },
    ),
  );
});
