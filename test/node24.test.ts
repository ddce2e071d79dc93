/** What is said where the Node that comes along cannot run. */
import { expect, test } from 'vitest';

// Plain JavaScript without types, as the Node of a distribution reads it.
const path = '../bin/node24.mjs';
const { whyNode24Fails } = (await import(path)) as { whyNode24Fails(version?: string | null): string | null };

test.each(['2.28', '2.36', '3.0'])('glibc %s is new enough: a failure has another reason', (version) => {
  expect(whyNode24Fails(version)).toBeNull();
});

test.each(['2.17', '2.27'])('glibc %s is told to be too old, and what would do', (version) => {
  expect(whyNode24Fails(version)).toMatch(new RegExp(`glibc ${version} is too old: .* 2\\.28 or newer`));
});

test('another C library is told to be none that would do', () => {
  expect(whyNode24Fails(null)).toContain('is not glibc');
});

test('on this machine, where the tests run, it can', () => {
  expect(whyNode24Fails()).toBeNull();
});
