/** The contract, kept by NVML's driver on the stand-in library: through a real child and the real foreign functions. */
import { describe, test } from 'vitest';
import { describeDriverContract } from '../../../../test/support/driverContract.ts';
import { createStandInBed } from '../../../../test/support/standInBed.ts';
import { whyNoStandIn } from '../../../../test/support/standInLibrary.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

if (whyNot === null) {
  describeDriverContract('the NVML driver', (machine, deadlines) =>
    createStandInBed(machine, { times: deadlines }),
  );
} else {
  describe.skip(`the NVML driver: ${whyNot}`, () => test('is skipped', () => {}));
}
