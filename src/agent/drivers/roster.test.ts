/** Who is missing, and who is who when a card does not tell its name. */
import { describe, expect, test } from 'vitest';
import { blankReading } from '../../model/blankReading.ts';
import type { GpuReading } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE } from '../../model/limits.ts';
import { createRoster } from './roster.ts';

function gpu(index: number, uuid: string | null, more: Partial<GpuReading> = {}): GpuReading {
  return { ...blankReading(index), uuid, ...more };
}

const summary = (gpus: readonly GpuReading[]) =>
  gpus.map(({ index, uuid, state }) => `${index} ${uuid} ${state}`);

describe('the roster', () => {
  test('a GPU that vanished is missing at the end, without figures, with its name', () => {
    const roster = createRoster();
    roster.call([gpu(0, 'a', { name: 'H100', powerWatts: 90, slowTakenAtMs: 5 }), gpu(1, 'b')]);
    const called = roster.call([gpu(0, 'b')]);
    expect(summary(called)).toEqual(['0 b ok', '0 a missing']);
    expect(called[1]).toMatchObject({ name: 'H100', powerWatts: null, slowTakenAtMs: null });
    expect(called[1]?.message).toContain('no longer counts');
  });

  test('a GPU that came back is missing no more', () => {
    const roster = createRoster();
    roster.call([gpu(0, 'a'), gpu(1, 'b')]);
    roster.call([gpu(0, 'b')]);
    expect(summary(roster.call([gpu(0, 'a'), gpu(1, 'b')]))).toEqual(['0 a ok', '1 b ok']);
  });

  test('a lost GPU that no longer tells its uuid is the one that was at its place', () => {
    const roster = createRoster();
    roster.call([gpu(0, 'a'), gpu(1, 'b')]);
    expect(summary(roster.call([gpu(0, 'a'), gpu(1, null, { state: 'lost' })]))).toEqual([
      '0 a ok',
      '1 b lost',
    ]);
  });

  test('it is not taken for one that is counted elsewhere', () => {
    const roster = createRoster();
    roster.call([gpu(0, 'a'), gpu(1, 'b')]);
    const called = roster.call([gpu(0, null, { state: 'lost' }), gpu(1, 'a')]);
    expect(summary(called)).toEqual(['0 null lost', '1 a ok', '1 b missing']);
  });

  test('one known by its index alone leaves no ghost once it tells its uuid', () => {
    const roster = createRoster();
    roster.call([gpu(0, null, { state: 'failed' })]);
    expect(summary(roster.call([gpu(0, 'a')]))).toEqual(['0 a ok']);
    expect(summary(roster.call([gpu(0, 'a')]))).toEqual(['0 a ok']);
  });

  test('without a uuid the PCI bus id tells who is who', () => {
    const roster = createRoster();
    roster.call([
      gpu(0, null, { pciBusId: '00000000:01:00.0' }),
      gpu(1, null, { pciBusId: '00000000:02:00.0' }),
    ]);
    const called = roster.call([gpu(0, null, { pciBusId: '00000000:02:00.0' })]);
    expect(called.map(({ pciBusId, state }) => `${pciBusId} ${state}`)).toEqual([
      '00000000:02:00.0 ok',
      '00000000:01:00.0 missing',
    ]);
  });

  test('it remembers no more GPUs than a node may have, the latest ones', () => {
    const roster = createRoster();
    for (let round = 0; round <= MAX_GPUS_PER_NODE + 9; round++) roster.call([gpu(0, `gpu-${round}`)]);
    const called = roster.call([gpu(0, 'now')]);
    expect(called).toHaveLength(MAX_GPUS_PER_NODE);
    expect(called.map(({ uuid }) => uuid)).not.toContain('gpu-0');
  });
});
