/** The contract, kept by the simulator's driver. */
import { describeDriverContract } from '../../test/support/driverContract.ts';
import { createSimulatedDriver } from './simulatedDriver.ts';

describeDriverContract('the simulated driver', (machine, deadlines) => {
  const driver = createSimulatedDriver(machine, deadlines);
  // It reads the machine itself: there is nothing to hand over.
  return { driver, apply: () => {}, stop: driver.stop };
});
