/** The contract, kept by the simulator's driver. */
import { describeDriverContract } from '../../test/support/driverContract/contract.ts';
import { describeReadingContract } from '../../test/support/driverContract/readingContract.ts';
import { imagineMachine } from '../../test/support/imaginedMachines.ts';
import { createSimulatedDriver } from './simulatedDriver.ts';

describeDriverContract('the simulated driver', (machine, deadlines) => {
  const driver = createSimulatedDriver(machine, deadlines);
  // It reads the machine itself: there is nothing to hand over.
  return { driver, apply: () => {}, stop: driver.stop };
});

describeReadingContract('the simulated driver, left alone', () => {
  const driver = createSimulatedDriver(imagineMachine(8, 6));
  return { driver, stop: driver.stop };
});
