import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryReading } from '../../../test/support/readings.ts';
import { recorded, recordedBody } from '../../../test/support/recorded.ts';
import { cardOf, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import type { NodeSample } from '../../model/node.ts';
import { type GpuInfo, gpuInfo, zonedTime } from './serveNode.ts';

const recording = (name: string): GpuInfo => recordedBody('distributed-monitor', name) as GpuInfo;
/** 0 is its word for unknown. */
const known = (figure: number): number | null => (figure === 0 ? null : figure);

/** The state of the recorded machine, in our units. */
function sampleOf(theirs: GpuInfo): NodeSample {
  return machineOf(theirs.node_name, Date.parse(theirs.timestamp), {
    gpus: theirs.gpus.map((gpu, index) =>
      cardOf(index, {
        pciBusId: gpu.id,
        name: gpu.name,
        utilizationPercent: known(gpu.utilization),
        temperatureCelsius: known(gpu.temperature),
        memoryTotalBytes: known(gpu.memory_total),
        memoryUsedBytes: known(gpu.memory_used),
        powerWatts: gpu.power_usage === 0 ? null : gpu.power_usage / 1000,
        powerLimitWatts: gpu.power_limit === 0 ? null : gpu.power_limit / 1000,
        processes: gpu.processes.map(({ pid, name, used }) =>
          name === '[Not Found]'
            ? processOf(pid, known(used), { command: null, executable: null, name: null })
            : processOf(pid, known(used)),
        ),
      }),
    ),
  });
}

const atOneInstant = (info: GpuInfo | { failure: string }): unknown =>
  'failure' in info ? info : { ...info, timestamp: Date.parse(info.timestamp) };

describe('a server of the distributed monitor', () => {
  test.each([
    'gpu-info',
    'gpu-info-rtx4090',
    'gpu-info-rtx4090-na',
    'gpu-info-old-driver',
    'gpu-info-tz-seoul',
  ])('tells of the machine of %s what the older one told', (name) => {
    const theirs = recording(name);
    const ours = gpuInfo(sampleOf(theirs));
    expect(atOneInstant(ours)).toEqual(atOneInstant(theirs));
    const names = (info: unknown): string => JSON.stringify(info).replaceAll(/"timestamp":"[^"]*"/g, '');
    expect(names(ours)).toBe(names(theirs));
  });

  test('fails in words that begin as theirs where there is no driver, no GPU, or none that can be read', () => {
    const begin = recorded('distributed-monitor', 'gpu-info-no-driver').text.slice(
      0,
      'Failed to get GPU info: '.length,
    );
    const sample = machineOf('a', 50_000, { gpus: [] });
    const absent = { ...sample.driver, state: 'absent' as const, answeredAtMs: null, message: 'no library' };
    const lost = { ...cardOf(0, {}), state: 'lost' as const, message: 'it fell off the bus' };
    const failures: [NodeSample, string][] = [
      [{ ...sample, driver: absent }, 'no library'],
      [sample, 'the driver counts no GPU'],
      [{ ...sample, gpus: [lost] }, 'it fell off the bus'],
    ];
    for (const [failing, words] of failures) {
      expect(gpuInfo(failing)).toEqual({ failure: `${begin}${words}` });
    }
  });

  test('a lost card takes no other with it', () => {
    const lost = { ...cardOf(0, {}), state: 'lost' as const };
    expect(gpuInfo(machineOf('a', 0, { gpus: [lost, cardOf(1, {})] }))).toMatchObject({
      gpus: [{ power_usage: 238_000 }],
    });
  });

  test('names a program by its first word, or by its path where that has blanks', () => {
    const names = [
      processOf(1, 1, { command: '/usr/bin/python train.py', executable: '/usr/bin/python3.11' }),
      processOf(2, 1, { command: '/opt/my lab/run --x', executable: '/opt/my lab/run' }),
      processOf(3, 1, { command: null, executable: '/bin/x' }),
    ];
    expect(gpuInfo(machineOf('a', 0, { gpus: [cardOf(0, { processes: names })] }))).toMatchObject({
      gpus: [{ processes: [{ name: '/usr/bin/python' }, { name: '/opt/my lab/run' }, { name: '/bin/x' }] }],
    });
  });

  test('whatever the machine says, its aggregator can decode it: unsigned whole numbers, texts, a time with zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        arbitraryReading(0),
        (takenAtMs, reading) => {
          const gpu = { ...cardOf(0, {}), ...reading, processes: [] };
          const info = gpuInfo(machineOf('a', takenAtMs, { gpus: [gpu] }));
          if ('failure' in info) return;
          expect(info.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/);
          expect(Date.parse(info.timestamp)).toBe(takenAtMs);
          for (const { memory_used, memory_total, temperature, power_usage, power_limit } of info.gpus) {
            for (const figure of [memory_used, memory_total, temperature, power_usage, power_limit]) {
              // As digits alone: `1e21` is no number to the older aggregator.
              expect(JSON.stringify(figure)).toMatch(/^\d+$/);
            }
          }
        },
      ),
    );
  });

  test('a frosty card is 0 °C: below that there is no number there', () => {
    const info = gpuInfo(machineOf('a', 0, { gpus: [cardOf(0, { temperatureCelsius: -3.4 })] }));
    expect(JSON.stringify(info)).toContain('"temperature":0,');
  });

  test('a time names the machine’s zone', () => {
    const ms = Date.UTC(2026, 10, 22, 11, 29, 50, 484);
    expect(Date.parse(zonedTime(ms))).toBe(ms);
  });
});
