import { describe, expect, test } from 'vitest';
import { nodeOf } from '../../../test/support/olderScheduler.ts';
import { recorded, recordedBody } from '../../../test/support/recorded.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import { gpusBody, type OlderGpu, placedGpus } from './gpus.ts';

describe('GPUs', () => {
  test('are told of as the older FlowLine told, switched off ones as disabled', () => {
    const theirs = recordedBody('flowline', 'gpus') as Record<string, OlderGpu>;
    const gpus = Array.from({ length: 8 }, (_, index) =>
      cardOf(index, {
        memoryFreeBytes: 15252 * MEBIBYTE,
        processes: [1, 2, 3, 4, 5, 6].map((pid) => processOf(pid, 10874 * MEBIBYTE)),
      }),
    );
    const cards = placedGpus([nodeOf('a', { sample: machineOf('a', 0, { gpus }) })]);
    const off = new Set(gpus.slice(1).map(({ uuid }) => uuid ?? ''));
    const ours = gpusBody(cards, [0, 1, 2, 3, 4, 5, 6, 7], off);
    expect(ours).toEqual(theirs);
    expect(JSON.stringify(ours)).toBe(recorded('flowline', 'gpus').text.replaceAll('.0,', ','));
  });

  test('of several machines are numbered through, each named with its machine', () => {
    const sample = machineOf('a', 0, { gpus: [cardOf(0, { powerWatts: null, powerLimitWatts: null })] });
    const cards = placedGpus([
      nodeOf('a', { sample }),
      nodeOf('away', { sample, state: 'offline' }),
      nodeOf('witness', {
        sample,
        source: { dialect: 'cluster-status', host: 'w', port: 7080, name: null, problem: null },
      }),
      nodeOf('b', { sample, alias: 'lab', state: 'stale' }),
    ]);
    expect(gpusBody(cards, [0, 5], new Set())).toMatchObject({
      0: { name: 'a: NVIDIA H100 80GB HBM3', power: 0, max_power: '?' },
      5: { name: 'lab: NVIDIA H100 80GB HBM3' },
    });
  });

  test('tell how many of their processes are ours', () => {
    const gpu = cardOf(0, { processes: [processOf(1, 1, { task: 't4' }), processOf(2, 1)] });
    const cards = placedGpus([nodeOf('a', { sample: machineOf('a', 0, { gpus: [gpu] }) })]);
    expect(gpusBody(cards, [0], new Set())[0]).toMatchObject({ user_process_num: 1, all_process_num: 2 });
  });
});
