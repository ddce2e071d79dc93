import { expect, test } from 'vitest';
import { fleetNode } from '../../src/fleet/view.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { en } from './en.ts';
import { gpuLabel } from './sentences.ts';

test('a GPU whose memory was never told is read out without a figure of it', () => {
  const gpu = imagineLab(Date.UTC(2026, 0, 1)).flatMap((node) => fleetNode(node).sample?.gpus ?? [])[0];
  if (!gpu) throw new Error('no GPU');
  expect(gpuLabel(en, 'atlas', gpu, 'working')).toMatch(/^atlas GPU 0, .*\d+ of \d+ GiB$/);
  const untold = { ...gpu, memoryUsedBytes: null, memoryTotalBytes: null };
  expect(gpuLabel(en, 'atlas', untold, 'working')).not.toMatch(/GiB|–/);
});
