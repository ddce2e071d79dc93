import { describe, expect, test } from 'vitest';
import { doctorBed, sampleWith } from '../../../test/support/doctorBed.ts';
import { examine } from './doctor.ts';

const { facts, find } = doctorBed();

describe('the whole examination', () => {
  test('names are stable and in one order', async () => {
    const checks = await examine(
      facts({
        sample: Promise.resolve(sampleWith({ state: 'ok' })),
        link: { state: 'connected', sinceMs: 1 },
        askHealth: async () => ({ version: '1.0.0', nowMs: 5, hereNowMs: 5, hasQueueTrouble: false }),
      }),
    );
    expect(checks.map((check) => check.name)).toEqual([
      'driver-library',
      'driver-module',
      'pci-device',
      'device-files',
      'refused-figures',
      'permissions',
      'docker',
      'screen',
      'tmux',
      'glibc',
      'node',
      'data-folder',
      'task-tools',
      'control-group',
      'python',
      'listen',
      'hub',
      'queue-store',
      'clock',
      'link',
    ]);
  });

  test('a machine without a card has notes, and no problem', async () => {
    const checks = await examine(facts());
    expect(checks.filter((check) => check.result === 'problem')).toEqual([]);
  });

  test('a check that hangs is a finding, and holds nobody up', async () => {
    const startedAtMs = performance.now();
    const checks = await examine(facts(), 50, [
      ['hangs', () => new Promise(() => {})],
      ['works', () => ({ result: 'ok', found: 'fine', advice: null })],
    ]);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    expect(checks.map(({ name, result }) => [name, result])).toEqual([
      ['hangs', 'problem'],
      ['works', 'ok'],
    ]);
  });

  test('a check that fails does not hide the others', async () => {
    const checks = await examine(facts(), 1000, [
      [
        'fails',
        () => {
          throw new Error('EIO');
        },
      ],
      ['works', () => ({ result: 'ok', found: 'fine', advice: null })],
    ]);
    expect(checks[0]).toMatchObject({ result: 'note', found: 'could not be looked at: EIO' });
    expect(checks[1]?.result).toBe('ok');
  });

  test('a driver that never answers is a problem, told in time', async () => {
    expect(await find('driver-library', { sample: Promise.resolve(null) })).toMatchObject({
      result: 'problem',
    });
  });
});
