import { expect, it } from 'vitest';
import { linePath, means } from './linePath.ts';

const box = { width: 100, height: 10, low: 0, high: 100 };

it('draws from left to right, high values on top', () => {
  expect(linePath([0, 50, 100], box)).toBe('M0 10L50 5L100 0');
});

it('leaves a gap where a figure is missing, and keeps a lone one visible', () => {
  expect(linePath([0, null, 100, 100], box)).toBe('M-0.7 10h1.5M66.7 0L100 0');
});

it('ends in a gap, not in a flat line, when the newest figures are missing', () => {
  expect(linePath([100, 100, null, null], box)).toBe('M0 0L33.3 0');
});

it('draws nothing of nothing', () => {
  expect(linePath([], box)).toBe('');
  expect(linePath([null, null], box)).toBe('');
});

it('draws the mean of what one point stands for, and passes over missing ones', () => {
  expect(means([0, 10, null, 30, null, null], 3)).toEqual([5, 30, null]);
});

it('keeps values beyond the box inside it', () => {
  expect(linePath([-20, 300], box)).toBe('M0 10L100 0');
});
