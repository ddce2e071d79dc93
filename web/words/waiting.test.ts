import { describe, expect, it } from 'vitest';
import { WaitingReason } from '../../src/model/waiting.ts';
import { en } from './en.ts';
import { waitingParts } from './waiting.ts';
import { zh } from './zh.ts';

const GIB = 2 ** 30;
const memory: WaitingReason = {
  kind: 'memory',
  node: 'mira',
  gpuIndex: 0,
  totalBytes: 48 * GIB,
  externalBytes: 18 * GIB,
  promisedBytes: 0,
  headroomBytes: 0,
  freeBytes: 30 * GIB,
  askedBytes: 42 * GIB,
  holder: { pid: 4711, owner: 'alice', task: null, bytes: 18 * GIB },
};

/** One of each kind: a kind without a line here does not compile. */
const REASONS: { [Kind in WaitingReason['kind']]: Extract<WaitingReason, { kind: Kind }> } = {
  memory,
  gpus: { kind: 'gpus', node: 'atlas', fitting: 5, asked: 8 },
  'warm-up': { kind: 'warm-up', node: 'vega', gpuIndex: 3, task: 't1' },
  strangers: { kind: 'strangers', node: 'vega', gpuIndex: 3, holder: memory.holder },
  limit: { kind: 'limit', limit: 'user', running: 24, allowed: 24, handStarted: 1 },
  dependency: { kind: 'dependency', task: 't431', state: 'queued', wanted: 'ok' },
  time: { kind: 'time', untilMs: 60_000 },
  backoff: { kind: 'backoff', untilMs: 48_000, class: 'infra', retry: 2, budget: 5 },
  'previous-run': { kind: 'previous-run', run: 1 },
  reservation: { kind: 'reservation', task: 't9', node: 'atlas' },
  paused: { kind: 'paused', by: 'failures', message: null, trouble: null },
  held: { kind: 'held', by: 'user' },
  nodes: {
    kind: 'nodes',
    online: 2,
    allowed: 0,
    matching: 0,
    usableGpus: 0,
    isNoGpuThere: false,
    asOwner: 0,
    trouble: null,
  },
  turn: { kind: 'turn', before: 3 },
  impossible: { kind: 'impossible', askedBytes: 96 * GIB, askedGpus: 1, largestBytes: 80 * GIB, mostGpus: 8 },
};

const sentence = (words: typeof en, reason: WaitingReason): string =>
  Object.values(waitingParts(words, reason, 0)).join(' ');

describe('why a run waits', () => {
  it('is arithmetic where it is memory', () => {
    expect(waitingParts(en, memory, 0)).toEqual({
      lead: 'mira GPU 0: ',
      strong: '12 GiB short',
      rest: '',
      second: '30 free, 42 asked; 18 held by pid 4711, alice',
    });
    expect(waitingParts(zh, memory, 0).second).toBe('余 30，要 42；pid 4711，alice 占 18');
  });

  it('adds up: what is used, promised and kept is told where it is not the holder’s', () => {
    const second = waitingParts(
      en,
      {
        ...memory,
        externalBytes: 61 * GIB,
        promisedBytes: 12.6 * GIB,
        headroomBytes: 2.4 * GIB,
        freeBytes: 4 * GIB,
        holder: { pid: null, owner: null, task: 't437', bytes: 12.6 * GIB },
      },
      0,
    ).second;
    expect(second).toBe('4 free, 42 asked; 61 used, 12.6 promised to t437, 2.4 kept free');
  });

  it.each(Object.values(REASONS))('$kind has its words in both languages', (reason) => {
    expect(WaitingReason.parse(reason)).toEqual(reason);
    for (const words of [en, zh]) {
      expect(sentence(words, reason)).not.toMatch(/undefined|NaN/);
      expect(sentence(words, reason).length).toBeGreaterThan(5);
    }
    expect(sentence(zh, reason)).toMatch(/[\u4e00-\u9fff]/);
  });

  it('makes names from outside harmless', () => {
    expect(sentence(en, { ...memory, node: 'mi\u202era' })).toContain('mi<U+202E>ra');
  });
});
