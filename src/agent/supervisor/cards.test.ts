import { afterEach, beforeEach, expect, test } from 'vitest';
import { answeredDriver } from '../../../test/support/samples.ts';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { systemClock } from '../../io/clock.ts';
import { blankReading } from '../../model/blankReading.ts';
import type { GpuReading } from '../../model/gpu.ts';
import type { NodeSample } from '../../model/node.ts';
import { createCardWatch } from './cards.ts';

const CARD = { uuid: 'GPU-1', index: 3, promisedBytes: null };
let bed: SupervisorBed;
let gpus: GpuReading[];
beforeEach(async () => {
  gpus = [cardWith([])];
  bed = await openSupervisorBed({ gpus: () => gpus });
});
afterEach(() => bed.close());

function cardWith(pids: readonly number[], bytes = 1000): GpuReading {
  const processes = pids.map((pid) => ({
    pid,
    type: 'compute' as const,
    memoryUsedBytes: bytes,
    smUtilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
  }));
  return { ...blankReading(3), uuid: 'GPU-1', processes };
}

test('a card is free only once the driver lists none of its processes, also after they are gone', async () => {
  await bed.supervisor.launch(leaseOf('t1.1.1', 'echo $$; sleep 0.5', { gpus: [CARD] }));
  const pid = await waitFor('its pid', async () => Number(await bed.log('t1.1.1')) || null);
  expect(bed.supervisor.tasksOf([pid, 1])).toEqual(new Map([[pid, 't1']]));
  gpus = [cardWith([pid])];
  const ended = await bed.until('t1.1.1', 'to end', ({ state }) => state === 'ended');
  expect(ended.cardsFree).toBe(false);
  gpus = [];
  bed.supervisor.acknowledge([ended]);
  expect(bed.supervisor.inventory().reports).toHaveLength(1);
  gpus = [cardWith([1])];
  const over = await bed.untilOver('t1.1.1', 2000);
  expect(over).toMatchObject({ cardsFree: true, class: 'ok' });
  expect(over.sequence).toBeGreaterThan(ended.sequence);
  bed.supervisor.acknowledge([over]);
  expect(bed.supervisor.inventory().reports).toEqual([]);
});

test('its GPU and its facts reach the program', async () => {
  const words = ['printenv', 'CUDA_VISIBLE_DEVICES', 'FLOWLINE_GPUS'];
  await bed.supervisor.launch(leaseOf('t7.2.1', { kind: 'argv', words }, { gpus: [CARD] }));
  await bed.untilOver('t7.2.1');
  expect(await bed.log('t7.2.1')).toBe('GPU-1\n3\n');
  const facts = [
    'echo',
    { at: 'start' as const, fact: 'gpu' as const },
    [
      'out/',
      { at: 'start' as const, fact: 'task' as const },
      '.',
      { at: 'start' as const, fact: 'run' as const },
    ],
  ];
  await bed.supervisor.launch(leaseOf('t8.2.1', { kind: 'argv', words: facts }, { gpus: [CARD] }));
  await bed.untilOver('t8.2.1');
  expect(await bed.log('t8.2.1')).toBe('3 out/t8.2\n');
});

test('the most that its processes held is told, by card', async () => {
  await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30', { gpus: [CARD] }));
  const sample = (bytes: number) =>
    ({
      gpus: [
        {
          ...cardWith([]),
          processes: [
            { task: 't1', memoryUsedBytes: bytes },
            { task: 't1', memoryUsedBytes: 5 },
            { task: null, memoryUsedBytes: 900 },
          ],
        },
      ],
    }) as unknown as NodeSample;
  for (const bytes of [100, 700, 300]) bed.supervisor.noteSample(sample(bytes));
  await bed.supervisor.stop({
    attempt: 't1.1.1',
    fence: { epoch: 1, number: 1 },
    reason: 'user',
    graceSeconds: 0,
  });
  expect((await bed.untilOver('t1.1.1')).gpuMemoryPeakBytes).toEqual([{ uuid: 'GPU-1', bytes: 705 }]);
});

test('what ran out of GPU memory says so, with what it asked for', async () => {
  const line =
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 23.65 GiB';
  await bed.supervisor.launch(leaseOf('t1.1.1', `echo "${line}" >&2; exit 1`, { gpus: [CARD] }));
  const over = await bed.untilOver('t1.1.1');
  expect(over).toMatchObject({ class: 'gpu_oom', outOfMemory: { triedBytes: 2.5 * 2 ** 30 } });
  expect(over.outOfMemory?.line).toContain('Tried to allocate');
  await bed.supervisor.launch(
    leaseOf('t2.1.1', 'echo "my own words"; exit 1', { gpus: [CARD], outOfMemoryTexts: ['my own'] }),
  );
  expect(await bed.untilOver('t2.1.1')).toMatchObject({ class: 'gpu_oom' });
});

test('what the driver said before it was asked says nothing', async () => {
  let answeredAtMs = Date.now() - 1;
  const reading = () => ({
    driver: answeredDriver(answeredAtMs),
    gpus: [cardWith([])],
    refusedFigures: {},
  });
  let reads = 0;
  const watch = createCardWatch({
    readGpus: async () => {
      reads += 1;
      return reading();
    },
    clock: systemClock,
  });
  let isFree = false;
  void watch
    .whenFree(['GPU-1'], () => true)
    .free.then(() => {
      isFree = true;
    });
  await waitFor('some old answers', () => reads >= 3);
  expect(isFree).toBe(false);
  answeredAtMs = Date.now() + 60_000;
  await waitFor('a new one', () => isFree);
  watch.stop();
});
