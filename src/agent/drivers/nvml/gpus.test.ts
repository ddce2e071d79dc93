/** Trouble of single calls: a figure's error is told and hides nothing else; odd answers do no harm. */
import { afterEach, describe, expect, test } from 'vitest';
import { faultOf, readingOf } from '../../../../test/support/driverContract/bed.ts';
import { imagineMachine, imagineXid } from '../../../../test/support/imaginedMachines.ts';
import { createStandInBed, type StandInBed } from '../../../../test/support/standInBed.ts';
import { standInFigures, whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import type { ImaginedMachine } from '../../../simulator/imagined.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

describe.skipIf(whyNot !== null)(`single calls${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  const beds: StandInBed[] = [];
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.stop();
  });

  async function readWith(machine: ImaginedMachine, ...lines: string[]) {
    const bed = createStandInBed(machine);
    beds.push(bed);
    bed.apply(new Map([[0, lines]]));
    return bed.driver.read(5_000);
  }

  test('an error of one call leaves that figure null, says which, and hides no other', async () => {
    const { gpus } = await readWith(imagineMachine(1), 'error power 999');
    expect(gpus[0]).toMatchObject({ state: 'ok', powerWatts: null, temperatureCelsius: 54 });
    expect(gpus[0]?.message).toBe('could not read power: Unknown Error (NVML 999)');
  });

  test('what could not be read of the slow figures is told until they are read again', async () => {
    const bed = createStandInBed(imagineMachine(1), { slowEveryMs: 60_000 });
    beds.push(bed);
    bed.apply(new Map([[0, ['error powerLimit 999']]]));
    await bed.driver.read(15_000);
    const { gpus } = await bed.driver.read(5_000);
    expect(gpus[0]?.message).toBe('could not read power limit: Unknown Error (NVML 999)');
  });

  test('what a card is, is asked again where it could not be read', async () => {
    const bed = createStandInBed(imagineMachine(1));
    beds.push(bed);
    bed.apply(new Map([[0, ['error slowdownTemperature 999']]]));
    const first = await bed.driver.read(15_000);
    expect(first.gpus[0]?.slowdownTemperatureCelsius).toBeNull();
    bed.apply();
    const { gpus } = await bed.driver.read(5_000);
    expect(gpus[0]?.slowdownTemperatureCelsius).toBe(
      readingOf(imagineMachine(1), 0).slowdownTemperatureCelsius,
    );
  });

  test('a driver that does not know the recovery action is in no trouble', async () => {
    const { gpus } = await readWith(imagineMachine(1), 'error recoveryAction 999');
    expect(gpus[0]).toMatchObject({ state: 'ok', message: null, recoveryAction: null });
  });

  test('a negative number where none can be is dropped and counted', async () => {
    const { gpus, refusedFigures } = await readWith(
      imagineMachine(1),
      `figure power ${2 ** 32 - 5}`,
      `figure memoryTemperature ${2 ** 32 - 5}`,
      `figure clockSm ${2 ** 31}`,
      `figure pcieReceive ${2 ** 32 - 2}`,
    );
    expect(gpus[0]).toMatchObject({ powerWatts: null, memoryTemperatureCelsius: null, smClockMHz: null });
    expect(gpus[0]?.pcie.receiveBytesPerSecond).toBeNull();
    expect(refusedFigures).toEqual({
      'gpu.powerWatts': 1,
      'gpu.memoryTemperatureCelsius': 1,
      'gpu.smClockMHz': 1,
      'gpu.pcie.receiveBytesPerSecond': 1,
    });
  });

  test('samples of utilisation that the driver left empty are nobody, and not counted', async () => {
    const bed = createStandInBed(imagineMachine(1, 2));
    beds.push(bed);
    await bed.driver.read(15_000);
    bed.apply(new Map([[0, ['sample 0 0 0 0 0 0 1', 'sample 0 0 0 0 0 0 1']]]));
    const { gpus, refusedFigures } = await bed.driver.read(5_000);
    expect(gpus[0]?.processes.map((process) => process.smUtilizationPercent)).toEqual([40, 40]);
    expect(refusedFigures).toEqual({});
  });

  test('a card that still knows its name and fails at everything else is failed, and stays so', async () => {
    const machine = imagineMachine(1);
    const bed = createStandInBed(machine);
    beds.push(bed);
    bed.apply(new Map([[0, standInFigures().map((figure) => `error ${figure} 999`)]]));
    for (let round = 0; round < 2; round++) {
      const { gpus } = await bed.driver.read(5_000);
      expect(gpus[0]).toMatchObject({
        state: 'failed',
        name: 'NVIDIA H100 80GB HBM3',
        temperatureCelsius: null,
      });
    }
  });

  test('a card that has no figure at all is failed, and not well with nothing to show', async () => {
    const { gpus } = await readWith(
      imagineMachine(2),
      ...standInFigures().map((figure) => `error ${figure} 2`),
    );
    expect(gpus.map((gpu) => gpu.state)).toEqual(['failed', 'ok']);
    expect(gpus[0]?.message).toContain('Invalid Argument (NVML 2)');
  });

  test('a figure that needs rights is null without a word', async () => {
    const { gpus } = await readWith(imagineMachine(1), 'error computeMode 4');
    expect(gpus[0]).toMatchObject({ state: 'ok', message: null, computeMode: null });
  });

  test('a card that falls off the bus in the middle of a reading is lost, and no half of it is shown', async () => {
    const { gpus } = await readWith(imagineMachine(2), 'error power 15');
    expect(gpus[0]).toMatchObject({ state: 'lost', temperatureCelsius: null, memoryUsedBytes: null });
    expect(gpus[1]).toMatchObject({ state: 'ok', powerWatts: 412.35 });
  });

  test('old utilisation samples that the driver repeats are refused and counted', async () => {
    const machine = imagineMachine(1, 2);
    const bed = createStandInBed(machine);
    beds.push(bed);
    await bed.driver.read(5_000);
    for (const process of machine.gpus[0]?.reading.processes ?? []) process.smUtilizationPercent = null;
    for (const process of machine.gpus[0]?.reading.processes ?? []) {
      process.memoryUtilizationPercent =
        process.encoderUtilizationPercent =
        process.decoderUtilizationPercent =
          null;
    }
    bed.apply(new Map([[0, ['sample 1000 5 99 0 0 0 1']]]));
    const { gpus, refusedFigures } = await bed.driver.read(5_000);
    expect(gpus[0]?.processes.map((process) => process.smUtilizationPercent)).toEqual([null, null]);
    expect(refusedFigures).toEqual({ 'gpu.processes.utilization': 1 });
  });

  test('a pid that no process can have is dropped and counted, and hides neither its GPU nor another', async () => {
    const odd = [0, 2 ** 31, 2 ** 32 - 1].map((pid) => `process compute ${pid} 4096`);
    const { driver, gpus, refusedFigures } = await readWith(imagineMachine(2, 2), ...odd);
    expect(driver.state).toBe('ok');
    expect(gpus.map((gpu) => [gpu.state, gpu.processes.length])).toEqual([
      ['ok', 2],
      ['ok', 2],
    ]);
    expect(refusedFigures).toEqual({ 'gpu.processes.pid': 3 });
  });

  test('an action or a reason that has no word here is told as other', async () => {
    const { gpus } = await readWith(
      imagineMachine(1),
      'figure recoveryAction 17',
      'figure throttleReasons 1073741828',
    );
    expect(gpus[0]).toMatchObject({
      recoveryAction: 'other',
      throttleReasons: ['software-power-cap', 'other'],
    });
  });

  test('the Xid of a GPU is told while another one is lost, and of that one once it is back', async () => {
    const machine = imagineMachine(3);
    const bed = createStandInBed(machine);
    beds.push(bed);
    await bed.driver.read(15_000);
    faultOf(machine, 0, 'lost');
    readingOf(machine, 2).xidEvents = [imagineXid(31)];
    bed.apply();
    const { gpus } = await bed.driver.read(5_000);
    expect(gpus.map((gpu) => gpu.state)).toEqual(['lost', 'ok', 'ok']);
    expect(gpus.map((gpu) => gpu.xidEvents.map((event) => event.code))).toEqual([[], [], [31]]);
    faultOf(machine, 0, 'none');
    bed.apply();
    await bed.driver.read(5_000);
    readingOf(machine, 0).xidEvents = [imagineXid(48)];
    bed.apply();
    const back = await bed.driver.read(5_000);
    expect(back.gpus[0]?.xidEvents.map((event) => event.code)).toEqual([48]);
  });

  test('a GPU that could not be asked for its Xid is asked again', async () => {
    const machine = imagineMachine(2);
    const bed = createStandInBed(machine);
    beds.push(bed);
    bed.apply(new Map([[1, ['error events 999']]]));
    await bed.driver.read(15_000);
    bed.apply();
    await bed.driver.read(5_000);
    readingOf(machine, 1).xidEvents = [imagineXid(48)];
    bed.apply();
    const { gpus } = await bed.driver.read(5_000);
    expect(gpus[1]?.xidEvents.map((event) => event.code)).toEqual([48]);
  });

  test('more processes than there was room for are all told', async () => {
    const { gpus } = await readWith(imagineMachine(1, 700));
    expect(gpus[0]?.processes).toHaveLength(700);
    expect(gpus[0]?.processes.every((process) => process.smUtilizationPercent === 40)).toBe(true);
  });

  test('the fastest of several fans is told', async () => {
    const machine = imagineMachine(1);
    Object.assign(machine.gpus[0]?.reading ?? {}, { fanPercent: 66 });
    expect((await readWith(machine)).gpus[0]?.fanPercent).toBe(66);
  });

  test('a fan faster than its noise limit is at its full speed, and one that cannot be is refused', async () => {
    const fast = await readWith(imagineMachine(1), 'figure fan 104');
    expect([fast.gpus[0]?.fanPercent, fast.refusedFigures]).toEqual([100, {}]);
    const odd = await readWith(imagineMachine(1), 'figure fan 3000');
    expect([odd.gpus[0]?.fanPercent, odd.refusedFigures]).toEqual([null, { 'gpu.fanPercent': 1 }]);
  });

  test('PCIe throughput is read of one GPU a second, in turn', async () => {
    const bed = createStandInBed(imagineMachine(3), { pcieGpusPerTurn: 1 });
    beds.push(bed);
    const known = [];
    for (let round = 0; round < 3; round++) {
      const { gpus } = await bed.driver.read(5_000);
      known.push(gpus.map((gpu) => gpu.pcie.receiveBytesPerSecond !== null));
    }
    expect(known).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  test('slow figures keep their age until they are read again', async () => {
    const machine = imagineMachine(1);
    const bed = createStandInBed(machine, { slowEveryMs: 60_000 });
    beds.push(bed);
    const first = await bed.driver.read(5_000);
    Object.assign(machine.gpus[0]?.reading ?? {}, { powerLimitWatts: 350, powerWatts: 120 });
    bed.apply();
    const second = await bed.driver.read(5_000);
    expect(second.gpus[0]).toMatchObject({ powerWatts: 120, powerLimitWatts: 700 });
    expect(second.gpus[0]?.slowTakenAtMs).toBe(first.gpus[0]?.slowTakenAtMs);
  });
});
