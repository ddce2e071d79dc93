/**
 * The contract, kept by NVML's driver: on the stand-in library, through a real child and the real foreign functions; and
 * on the real library, as far as nobody needs to break a machine for it, where FLOWLINE_TEST_REAL_NVML=1 asks for that.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { describeDriverContract } from '../../../../test/support/driverContract/contract.ts';
import { describeReadingContract } from '../../../../test/support/driverContract/readingContract.ts';
import {
  describeWitnessContract,
  type Witness,
} from '../../../../test/support/driverContract/witnessContract.ts';
import { imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import { imaginedWitness } from '../../../../test/support/imaginedWitness.ts';
import { lacking } from '../../../../test/support/needs.ts';
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
  const machine = imagineMachine(3, 4);
  describeWitnessContract(
    'the NVML driver, beside an imagined nvidia-smi',
    () => createStandInBed(machine),
    imaginedWitness(machine),
  );
} else {
  describe.skip(`the NVML driver: ${whyNot}`, () => test('is skipped', () => {}));
}

if (process.env.FLOWLINE_TEST_REAL_NVML === '1') {
  describeReadingContract('the NVML driver on the real library', startRealDriver);
  if (lacking('nvidia-smi').length === 0) {
    describeWitnessContract(
      'the NVML driver on the real library, beside nvidia-smi',
      startRealDriver,
      nvidiaSmi(),
    );
  } else {
    describe.skip('the NVML driver on the real library: nvidia-smi is not in PATH', () => {
      test('is skipped', () => {});
    });
  }
} else {
  describe.skip('the NVML driver on the real library: FLOWLINE_TEST_REAL_NVML is not 1', () => {
    test('is skipped', () => {});
  });
}

function startRealDriver() {
  const entry = fileURLToPath(new URL('../../../../test/support/driverChild.ts', import.meta.url));
  const driver = createNvmlDriver({
    child: { command: [process.execPath, ...driverChildFlags, entry], environment: process.env },
  });
  return { driver, stop: driver.stop };
}

function nvidiaSmi(): Witness {
  const ask = (what: string, fields: readonly string[]): string =>
    execFileSync('nvidia-smi', [`--query-${what}=${fields.join()}`, '--format=csv,noheader,nounits'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  /** An older one refuses a field that it does not know, and says nothing of the others: then each is asked alone. */
  const askEach = (what: string, fields: readonly string[]): string => {
    try {
      return ask(what, fields);
    } catch {
      const columns = fields.map((field) => {
        try {
          return ask(what, [field]).trim().split('\n');
        } catch {
          return [];
        }
      });
      const rows = Math.max(...columns.map((column) => column.length));
      const row = (at: number) => columns.map((column) => column[at] ?? '[N/A]').join(', ');
      return Array.from({ length: rows }, (_, at) => row(at)).join('\n');
    }
  };
  return {
    gpus: (fields) => askEach('gpu', fields),
    processes: (fields) => askEach('compute-apps', fields),
  };
}
