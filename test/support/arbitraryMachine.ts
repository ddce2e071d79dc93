/** Random machines whose driver is well, in figures that are possible together: for what must survive a change of format. */
import fc from 'fast-check';
import type { Gpu } from '../../src/model/gpu.ts';
import { type Host, UNKNOWN_HOST } from '../../src/model/host.ts';
import type { NodeSample } from '../../src/model/node.ts';
import { type GpuProcess, UNKNOWN_DETAILS } from '../../src/model/process.ts';
import { arbitraryReading } from './readings.ts';
import { machineOf } from './recordedMachines.ts';

const orNull = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(arbitrary, { nil: null, freq: 5 });
const word = fc.stringMatching(/^[a-z][a-z0-9-]{2,11}$/);
const bytes = fc.integer({ min: 0, max: 2 ** 41 });

const command = fc.oneof(
  fc.constantFrom(
    'python train.py --lr 0.1 --seed 7 --out runs/a',
    '/opt/conda/bin/python -u main.py',
    'sleep 86400',
    './train.sh 训练 "a b"',
    `python ${'x'.repeat(600)}`,
  ),
  fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
);

function arbitraryProcess(takenAtMs: number, pid: number): fc.Arbitrary<GpuProcess> {
  return fc
    .record({
      type: fc.constantFrom('compute', 'graphics', 'both', 'mps'),
      memoryUsedBytes: orNull(bytes),
      isKnown: fc.boolean(),
      command,
      user: orNull(word),
      container: orNull(word),
      ageMs: orNull(fc.integer({ min: 0, max: 40 * 86_400_000 })),
      uid: fc.integer({ min: 0, max: 70_000 }),
    })
    .map(({ type, memoryUsedBytes, isKnown, ageMs, ...details }): GpuProcess => {
      const process = {
        pid,
        type,
        memoryUsedBytes,
        smUtilizationPercent: 1,
        memoryUtilizationPercent: 2,
        encoderUtilizationPercent: 3,
        decoderUtilizationPercent: 4,
      } as const;
      if (!isKnown) return { ...process, ...UNKNOWN_DETAILS };
      return {
        ...process,
        ...UNKNOWN_DETAILS,
        ...details,
        name: details.command.split(' ')[0]?.split('/').at(-1) ?? null,
        workingDirectory: '/home',
        cpuPercent: 12,
        hostMemoryBytes: 5,
        task: 't4',
        startedAtMs: ageMs === null ? null : takenAtMs - ageMs,
      };
    });
}

function arbitraryGpu(takenAtMs: number, index: number): fc.Arbitrary<Gpu> {
  const processes = fc
    .integer({ min: 0, max: 3 })
    .chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, place) => arbitraryProcess(takenAtMs, 100 * index + place + 2)),
      ),
    );
  const shares = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }));
  return fc
    .record({
      reading: arbitraryReading(index),
      processes,
      name: orNull(
        fc.constantFrom('NVIDIA H100 80GB HBM3', 'NVIDIA GeForce RTX 4090', 'Tesla V100-SXM2-32GB'),
      ),
      shares,
      celsius: orNull(fc.double({ min: 0, max: 110, noNaN: true })),
      watts: orNull(fc.double({ min: 0, max: 1000, noNaN: true })),
      percent: orNull(fc.double({ min: 0, max: 100, noNaN: true })),
    })
    .map(({ reading, processes: own, name, shares: [used, reserved], celsius, watts, percent }): Gpu => {
      const total = reading.memoryTotalBytes;
      // Used and reserved are parts of the whole.
      const part = (percent: number): number | null =>
        total === null ? null : Math.floor((total / 100) * percent);
      return {
        ...reading,
        name,
        state: 'ok',
        pciBusId: `00000000:${(16 + index).toString(16)}:00.0`,
        memoryUsedBytes: reading.memoryUsedBytes === null ? null : part(used),
        memoryReservedBytes:
          reading.memoryReservedBytes === null ? null : part(Math.min(reserved, 100 - used)),
        temperatureCelsius: celsius,
        powerWatts: watts,
        utilizationPercent: percent,
        memoryUnaccountedBytes: null,
        processes: [...own],
      };
    });
}

const arbitraryHost: fc.Arbitrary<Host> = fc
  .record({
    cpuModel: orNull(fc.constantFrom('AMD EPYC 7763', 'Intel(R) Xeon(R) CPU E5-2680 v4')),
    cpuCores: orNull(fc.integer({ min: 1, max: 512 })),
    cpuPercent: orNull(fc.double({ min: 0, max: 100, noNaN: true })),
    cpuTemperatureCelsius: orNull(fc.integer({ min: 1, max: 110 })),
    memoryTotalBytes: fc.integer({ min: 2 ** 28, max: 2 ** 43 }),
    used: fc.integer({ min: 0, max: 100 }),
    swapTotalBytes: bytes,
    kernel: fc.constantFrom('5.15.0-52-generic', '6.12.48'),
    networks: fc.uniqueArray(fc.tuple(word, fc.ipV4(), fc.boolean()), {
      maxLength: 4,
      selector: ([, address]) => address,
    }),
  })
  .map(({ used, networks, memoryTotalBytes, swapTotalBytes, ...rest }) => {
    const memoryUsedBytes = Math.floor((memoryTotalBytes / 100) * used);
    return {
      ...UNKNOWN_HOST,
      ...rest,
      os: 'Debian GNU/Linux 12 (bookworm)',
      loadAverage: [1, 2, 3],
      uptimeSeconds: 5,
      memoryTotalBytes,
      memoryUsedBytes,
      memoryAvailableBytes: memoryTotalBytes - memoryUsedBytes,
      swapTotalBytes,
      swapUsedBytes: Math.floor(swapTotalBytes / 3),
      networks: networks.map(([name, address, hasIpv4]) => ({
        interface: name,
        addresses: hasIpv4 ? ['fe80::1', address, '10.9.9.9'] : ['fe80::1'],
        receiveBytesPerSecond: 1,
        transmitBytesPerSecond: 2,
      })),
    };
  });

/** One to three GPUs, some processes on each, at an instant of the years that we will see. */
export const arbitraryMachine = (): fc.Arbitrary<NodeSample> =>
  fc
    .tuple(
      fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2036, 0, 1) }),
      fc.integer({ min: 1, max: 3 }),
      word,
    )
    .chain(([takenAtMs, count, hostname]) =>
      fc
        .tuple(
          arbitraryHost,
          fc.tuple(...Array.from({ length: count }, (_, index) => arbitraryGpu(takenAtMs, index))),
        )
        .map(([host, gpus]) => ({
          ...machineOf(hostname, takenAtMs, { host, gpus: [...gpus] }),
          bootId: 'boot',
          refusedFigures: { 'gpu.name': 3 },
        })),
    );
