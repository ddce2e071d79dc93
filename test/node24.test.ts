/** How the Node that comes along is started, and what is said where it cannot run. */
import { expect, test } from 'vitest';
import { missingNodeFlags, nodeFlagsOf } from '../src/roles/nodeFlags.ts';

// Plain JavaScript without types, as the Node of a distribution reads it.
const path = '../bin/node24.mjs';
const starter = (await import(path)) as {
  whyNode24Fails(version?: string | null): string | null;
  nodeFlagsOf(role?: string): string[];
};
const { whyNode24Fails } = starter;

test.each(['agent', 'hub', 'up', 'demo', 'status', 'constructor', undefined])(
  'Node gets the same options for `%s` from whoever starts it',
  (role) => {
    expect(starter.nodeFlagsOf(role)).toEqual(nodeFlagsOf(role));
    expect(nodeFlagsOf(role).length > 0).toBe(['agent', 'hub', 'up', 'demo'].includes(role ?? ''));
  },
);

test('only what Node was not started with is asked for', () => {
  expect(missingNodeFlags('agent', ['--inspect', '--single-threaded'])).toEqual(['--max-semi-space-size=1']);
  expect(missingNodeFlags('agent', nodeFlagsOf('agent'))).toEqual([]);
  expect(missingNodeFlags('status', [])).toEqual([]);
});

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
