import { describe, expect, test } from 'vitest';
import { doctorBed, sampleWith } from '../../../test/support/doctorBed.ts';

const { find } = doctorBed();

describe('tools and runtime', () => {
  test('Docker that may not be asked is a note with advice', async () => {
    const sample = sampleWith({ state: 'ok' });
    const sources = {
      ...sample.sources,
      docker: { state: 'denied' as const, message: 'no right', remarks: null },
    };
    expect(await find('docker', { sample: Promise.resolve({ ...sample, sources }) })).toMatchObject({
      result: 'note',
      found: 'no right',
      advice: expect.stringContaining('docker'),
    });
  });

  test.each([
    ['2.27', 'problem'],
    ['2.28', 'ok'],
    ['2.100', 'ok'],
    [null, 'note'],
  ] as const)('glibc %s is %s', async (glibcVersion, result) => {
    expect((await find('glibc', { glibcVersion })).result).toBe(result);
  });

  test('an old Node is a problem', async () => {
    expect((await find('node', { nodeVersion: 'v22.9.0' })).result).toBe('problem');
  });
});
