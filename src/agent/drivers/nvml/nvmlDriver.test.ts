/**
 * The contract, kept by NVML's driver: on the stand-in library, through a real child and the real foreign functions; and
 * on the real library, as far as nobody needs to break a machine for it, where FLOWLINE_TEST_REAL_NVML=1 asks for that.
 */
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { describeDriverContract } from '../../../../test/support/driverContract/contract.ts';
import { describeReadingContract } from '../../../../test/support/driverContract/readingContract.ts';
import { imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import { createStandInBed } from '../../../../test/support/standInBed.ts';
import { whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import { driverChildFlags } from './childProcess.ts';
import { createNvmlDriver } from './nvmlDriver.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

if (whyNot === null) {
  describeDriverContract('the NVML driver', (machine, deadlines) =>
    createStandInBed(machine, { times: deadlines }),
  );
  describeReadingContract('the NVML driver, left alone', () => createStandInBed(imagineMachine(8, 6)));
} else {
  describe.skip(`the NVML driver: ${whyNot}`, () => test('is skipped', () => {}));
}

if (process.env.FLOWLINE_TEST_REAL_NVML === '1') {
  describeReadingContract('the NVML driver on the real library', () => {
    const entry = fileURLToPath(new URL('../../../../test/support/driverChild.ts', import.meta.url));
    const driver = createNvmlDriver({
      child: { command: [process.execPath, ...driverChildFlags, entry], environment: process.env },
    });
    return { driver, stop: driver.stop };
  });
} else {
  describe.skip('the NVML driver on the real library: FLOWLINE_TEST_REAL_NVML is not 1', () => {
    test('is skipped', () => {});
  });
}
