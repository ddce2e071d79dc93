/** The three groups together are every figure of a GPU: none is left at home, none sent twice. */
import { expect, test } from 'vitest';
import { GpuReading } from '../../../model/gpu.ts';
import { fastFigures, slowFigures, staticFigures } from './messages.ts';

test('every figure of a reading travels in exactly one group', () => {
  const sent = [...staticFigures, ...slowFigures, ...fastFigures, 'xidEvents'];
  expect(sent.toSorted()).toEqual(Object.keys(GpuReading.shape).toSorted());
});
