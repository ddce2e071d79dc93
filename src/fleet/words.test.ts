import { describe, expect, test } from 'vitest';
import { imagineGpu } from '../../test/support/imaginedFleet.ts';
import type { Gpu } from '../model/gpu.ts';
import { type KillOutcome, KillReason } from '../model/process.ts';
import { sickWords, stateWords } from './words.ts';

const healthy = imagineGpu(0, 'H100 80GB HBM3', 80, 700);

describe('what is wrong with a GPU, in words', () => {
  test.each<[string, Partial<Gpu>]>([
    ['fell off the bus', { state: 'lost' }],
    ['no longer counted by the driver', { state: 'missing' }],
    ['could not be read', { state: 'failed' }],
    ['the driver asks for a reset of this GPU', { recoveryAction: 'drain-and-reset' }],
    ['the driver asks for a reboot', { recoveryAction: 'node-reboot' }],
    ['the driver asks for an action that has no name here', { recoveryAction: 'other' }],
    [
      'a memory page is retired at the next reboot',
      { retiredPages: { singleBit: 1, doubleBit: 0, pending: true } },
    ],
    ['1 uncorrected memory error', { ecc: { ...healthy.ecc, volatileUncorrected: 1 } }],
    ['7 uncorrected memory errors', { ecc: { ...healthy.ecc, volatileUncorrected: 7 } }],
  ])('%s', (words, sick) => {
    expect(sickWords(stateWords.en, { ...healthy, ...sick })).toBe(words);
  });

  test('a row that could not be replaced is graver than one that waits', () => {
    const remappedRows = { correctable: 1, uncorrectable: 1, pending: true, failed: true };
    expect(sickWords(stateWords.zh, { ...healthy, remappedRows })).toBe('有显存行无法替换');
  });

  test('the newest Xid stands beside it', () => {
    const xidEvents = [{ code: 79, meaning: 'fallen off the bus', pid: null, atMs: 1 }];
    expect(sickWords(stateWords.zh, { ...healthy, state: 'lost', xidEvents })).toBe('已从总线掉卡，Xid 79');
  });
});

test('in Chinese every end of a process is told, but for a failure that only its own words explain', () => {
  const { killTold } = stateWords.zh;
  const ends: [KillOutcome | 'no-answer', KillReason[]][] = [
    ['done', ['asked', 'forced']],
    ['not-allowed', ['protected', 'of-task', 'not-yours', 'agent-may-not', 'no-agent']],
    ['failed', ['elsewhere']],
  ];
  expect(ends.flatMap(([, reasons]) => reasons).sort()).toEqual([...KillReason.options].sort());
  const told = ends.flatMap(([outcome, reasons]) => reasons.map((reason) => killTold(outcome, reason)));
  const others = ['gone', 'other-process', 'unkillable', 'no-answer'] as const;
  told.push(...others.map((outcome) => killTold(outcome, null)));
  expect(told).not.toContain(null);
  expect(new Set(told).size).toBe(12);
  expect(killTold('failed', null)).toBeNull();
  // From an older agent, which tells no reason.
  expect(killTold('done', null)).toBeNull();
});
