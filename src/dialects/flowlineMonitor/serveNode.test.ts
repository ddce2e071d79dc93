import { describe, expect, test } from 'vitest';
import { recordedBody } from '../../../test/support/recorded.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import { sampleOfSlave } from '../../../test/support/recordedSlave.ts';
import { bareSample } from '../../../test/support/samples.ts';
import type { NodeSample } from '../../model/node.ts';
import { elapsedTime, type SlaveInfo, slaveHealth, slaveInfo, startTime } from './serveNode.ts';

const recording = (name: string): SlaveInfo => recordedBody('flowline-monitor', name) as SlaveInfo;

/** Recorded and ours, without what differs by right: how old a process is (its age is read a moment later there), the share of memory (used is there without caches). */
function comparable(info: SlaveInfo): unknown {
  const { timestamp, system, gpus } = info;
  return {
    timestamp: Math.floor(timestamp * 1000),
    system: { ...system, memory: { ...system.memory, percent: typeof system.memory.percent } },
    gpus: gpus.map((gpu) => ({
      ...gpu,
      processes: gpu.processes.map((process) => ({ ...process, elapsed_time: typeof process.elapsed_time })),
    })),
  };
}

describe('a slave of FlowLine Monitor', () => {
  test.each(['slave-info', 'slave-info-rtx', 'slave-info-nodriver'])(
    'tells of the machine of %s what the older one told',
    (name) => {
      const theirs = recording(name);
      expect(comparable(slaveInfo(sampleOfSlave(theirs)))).toEqual(comparable(theirs));
    },
  );

  test('writes names in the order of the older one', () => {
    const names = (info: SlaveInfo): string =>
      JSON.stringify(comparable(info)).replaceAll(/[^:{},[\]"a-z_]/g, '');
    const theirs = recording('slave-info-rtx');
    expect(names(slaveInfo(sampleOfSlave(theirs)))).toBe(names(theirs));
  });

  test.each(['slave-info-lost', 'slave-info-lostq'])('lists the others where a card is lost (%s)', (name) => {
    const theirs = recording(name);
    const sample = sampleOfSlave(theirs);
    const lost = { ...cardOf(3, {}), state: 'lost' as const, memoryTotalBytes: null };
    expect(comparable(slaveInfo({ ...sample, gpus: [lost, ...sample.gpus] }))).toEqual(comparable(theirs));
  });

  test('has no GPUs once the driver has not answered for long, and the last figures before', () => {
    const sample = sampleOfSlave(recording('slave-info'));
    const since = (ms: number): NodeSample => ({
      ...sample,
      driver: { ...sample.driver, state: 'unresponsive', answeredAtMs: sample.takenAtMs - ms },
    });
    expect(slaveInfo(since(2000)).gpus).toHaveLength(8);
    expect(slaveInfo(since(20_000)).gpus).toEqual([]);
  });

  test('says Unknown, N/A and 0 where it knows nothing, and leaves the processor out', () => {
    const gone = processOf(7, null, { name: null, command: null, uid: null, startedAtMs: null });
    const sample = machineOf('bare', 1_000_000, {
      gpus: [
        cardOf(0, {
          name: null,
          memoryTotalBytes: null,
          utilizationPercent: null,
          temperatureCelsius: null,
          powerWatts: null,
          powerLimitWatts: null,
          processes: [gone],
        }),
      ],
    });
    expect(slaveInfo(sample)).toEqual({
      timestamp: 1000,
      system: {
        hostname: 'bare',
        cpu_model: 'Unknown',
        cpu_cores: 0,
        cpu_temperature: { package: null },
        memory: { total: 0, used: 0, available: 0, percent: 0 },
        swap: { total: 0, used: 0, free: 0, percent: 0 },
        os: 'Unknown',
      },
      gpus: [
        {
          id: 0,
          name: 'Unknown',
          memory: { total: 0, used: 0, free: 0 },
          utilization: 0,
          temperature: 0,
          power: { current: 0, max: 0 },
          processes: [
            {
              pid: 7,
              name: 'Unknown',
              username: 'Unknown',
              cmdline: 'N/A',
              start_time: 'N/A',
              elapsed_time: 'N/A',
              memory_mb: 0,
            },
          ],
        },
      ],
    });
  });

  test('names the container of a process, and five words of its command', () => {
    const inside = processOf(7, 1.55 * MEBIBYTE, {
      container: 'lab-a',
      command: 'python train.py --lr 0.1 --seed 7 -v',
    });
    const [gpu] = slaveInfo(machineOf('a', 0, { gpus: [cardOf(0, { processes: [inside] })] })).gpus;
    expect(gpu?.processes[0]).toMatchObject({
      username: 'lab-a',
      cmdline: 'python train.py --lr 0.1 --seed',
      memory_mb: 1.6,
    });
  });

  test('is alive', () => {
    expect(slaveHealth(1_706_000_000_500)).toEqual({ status: 'ok', timestamp: 1_706_000_000.5 });
    expect(slaveInfo(bareSample('a', 5)).gpus).toEqual([]);
  });

  test.each([
    [0, '00:00'],
    [59_999, '00:59'],
    [3_723_000, '01:02:03'],
    [90_061_000, '1-01:01:01'],
    [-5000, '00:00'],
  ])('%d ms are %s, as ps writes it', (ms, text) => {
    expect(elapsedTime(ms)).toBe(text);
  });

  test('a day of one digit has a blank before it, as ps writes it', () => {
    expect(startTime(new Date(2026, 10, 2, 3, 4, 5).getTime())).toBe('Mon Nov  2 03:04:05 2026');
  });
});
