import { describe, expect, test } from 'vitest';
import { doctorBed } from '../../../test/support/doctorBed.ts';
import type { HubHealth } from './facts.ts';

const { find } = doctorBed();

describe('port, hub and clock', () => {
  const health = (hereAheadMs: number) => async (): Promise<HubHealth> => ({
    version: '1.0.0',
    nowMs: 1_000_000,
    hereNowMs: 1_000_000 + hereAheadMs,
    hasQueueTrouble: false,
  });

  test('a port that another program holds is told by its name', async () => {
    expect(await find('listen', { whoListens: async () => 'nginx (pid 7)' })).toMatchObject({
      result: 'note',
      found: 'port 3569 is held by nginx (pid 7)',
    });
    expect((await find('listen', { askHealth: health(0) })).found).toContain('a FlowLine hub listens');
  });

  test('no hub is a note, unless somebody named one', async () => {
    expect((await find('hub')).result).toBe('note');
    expect(await find('hub', { isHubNamed: true })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('another version is a note', async () => {
    expect(await find('hub', { askHealth: health(0), version: '0.9.0' })).toMatchObject({ result: 'note' });
  });

  test.each([
    [800, 'ok', '0.8 s from'],
    [-5000, 'note', '5.0 s behind'],
    [60_000, 'problem', '60.0 s ahead'],
  ] as const)('a clock %i ms ahead of the hub is %s', async (aheadMs, result, words) => {
    const check = await find('clock', { askHealth: health(aheadMs) });
    expect(check.result).toBe(result);
    expect(check.found).toContain(words);
  });

  test('a link that the hub refuses is a problem', async () => {
    expect(await find('link', { link: { state: 'refused', reason: 'unknown credential' } })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('unknown credential'),
    });
  });

  test('findings are told in Chinese to who asks in Chinese', async () => {
    expect((await find('pci-device', { say: (_, chinese) => chinese })).found).toBe('PCI 上没有 NVIDIA 显卡');
  });
});
