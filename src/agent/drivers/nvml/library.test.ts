/** How the library is looked for, and what is said where it is not, is another, or is an older one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readUntil, withoutTimes } from '../../../../test/support/driverContract/bed.ts';
import { imagineGpu, imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import {
  createStandInBed,
  createStandInWorld,
  type StandInBedOptions,
} from '../../../../test/support/standInBed.ts';
import { buildStandIn, whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import type { ImaginedMachine } from '../../../simulator/imagined.ts';
import type { DriverReading } from '../driver.ts';
import type { KernelSide } from './kernelSide.ts';
import { startNvml, type Trouble } from './library.ts';
import { createNvmlDriver } from './nvmlDriver.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-library-'));
  folders.push(folder);
  const path = join(folder, 'libnvidia-ml.so.1');
  writeFileSync(path, content);
  return path;
}

/** @returns a library that was linked with another, which was then taken away */
function libraryWithout(needed: string): string {
  const path = fileWith('');
  const folder = dirname(path);
  writeFileSync(join(folder, 'needed.c'), 'int needed(void) { return 1; }');
  writeFileSync(join(folder, 'library.c'), 'int needed(void);\nint nvmlInit_v2(void) { return needed(); }');
  const gcc = (...args: string[]) => execFileSync('gcc', ['-shared', '-fPIC', ...args], { cwd: folder });
  gcc('needed.c', '-o', needed);
  gcc('library.c', '-o', path, needed);
  rmSync(join(folder, needed));
  return path;
}

const kernel = (hasModule: boolean, mayHaveCard: boolean): KernelSide => ({
  hasModule: () => hasModule,
  mayHaveCard: () => mayHaveCard,
});

async function readOnce(machine: ImaginedMachine, options: StandInBedOptions): Promise<DriverReading> {
  const bed = createStandInBed(machine, options);
  try {
    return await bed.driver.read(15_000);
  } finally {
    await bed.stop();
  }
}

describe('the library', () => {
  test('that is not where FLOWLINE_NVML says is absent, and only that path was tried', () => {
    const trouble = startNvml('/nowhere/libnvidia-ml.so.1') as Trouble;
    expect(trouble.state).toBe('absent');
    expect(trouble.message).toContain('tried /nowhere/libnvidia-ml.so.1.');
  });

  test('that is nowhere is absent, and every path tried is told', async () => {
    const world = createStandInWorld(imagineMachine(0));
    // The child is asked without FLOWLINE_NVML, with a loader that has an empty place of its own.
    const { FLOWLINE_NVML: _, ...environment } = world.child.environment;
    const driver = createNvmlDriver({ child: { ...world.child, environment } });
    const { driver: said } = await readUntil({ driver }, (reading) => reading.driver.state !== 'starting');
    await driver.stop();
    world.remove();
    // A machine with a driver has it, which is as well.
    if (said.state !== 'absent') return;
    for (const place of [
      'libnvidia-ml.so.1,',
      '/usr/lib/wsl/lib/',
      '/run/opengl-driver/lib/',
      'nvidia/current/',
    ]) {
      expect(said.message).toContain(place);
    }
  });

  test.skipIf(whyNot !== null)('that needs another one which is not there is failed, and says which', () => {
    const path = libraryWithout('libneeded.so');
    const trouble = startNvml(path) as Trouble;
    expect(trouble.state).toBe('failed');
    expect(trouble.message).toContain('libneeded.so');
  });

  test('that is there and is none is failed, with the words of the loader', () => {
    const trouble = startNvml(fileWith('not a library')) as Trouble;
    expect(trouble.state).toBe('failed');
    expect(trouble.message).toMatch(/cannot be opened: .*libnvidia-ml.so.1 \(.+\)/);
  });
});

describe.skipIf(whyNot !== null)(`initialisation${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test.each([
    [4, 'failed', false, 'Insufficient Permissions (NVML 4); look at the rights of /dev/nvidiactl'],
    [9, 'failed', true, 'Driver Not Loaded (NVML 9); load its kernel module'],
    [18, 'mismatch', true, 'Driver/library version mismatch (NVML 18)'],
    [999, 'failed', false, 'could not be initialised: Unknown Error (NVML 999)'],
  ])('that answers %d is %s, with its words and what to do', (code, state, isLasting, words) => {
    process.env.FLOWLINE_STANDIN_STATE = fileWith(`driver 570.86.15 12080 ${code} 0 0\n`);
    const trouble = startNvml(buildStandIn(), kernel(false, true)) as Trouble;
    expect(trouble).toMatchObject({ state, isLasting });
    expect(trouble.message).toContain(words);
  });

  test('that does not reach a module that is loaded says where to look', () => {
    process.env.FLOWLINE_STANDIN_STATE = fileWith('driver 570.86.15 12080 9 0 0\n');
    const trouble = startNvml(buildStandIn(), kernel(true, true)) as Trouble;
    expect(trouble).toMatchObject({ state: 'failed', isLasting: true });
    expect(trouble.message).toContain('/dev/nvidia*');
    expect(trouble.message).not.toContain('modprobe nvidia)');
  });

  test('that finds no driver loaded on a machine without a card says so: nothing is wrong', () => {
    process.env.FLOWLINE_STANDIN_STATE = fileWith('driver 570.86.15 12080 9 0 0\n');
    const trouble = startNvml(buildStandIn(), kernel(false, false)) as Trouble;
    expect(trouble).toMatchObject({ state: 'absent', isLasting: true });
    expect(trouble.message).toContain('there is no NVIDIA card on PCI');
  });
});

describe.skipIf(whyNot !== null)(`libraries of other ages${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test('one without the newest calls gives every figure by the ones before', async () => {
    const machine = imagineMachine(2, 3);
    const { gpus } = await readOnce(machine, { generation: 2 });
    expect(withoutTimes(gpus)).toEqual(withoutTimes(machine.gpus.map((gpu) => gpu.reading)));
  });

  test.each(['535.54', '550.127'] as const)(
    'one like %s, whose process calls write another layout than they should, gives every process',
    async (generation) => {
      for (const processes of [1, 2, 3, 7, 70]) {
        const machine = imagineMachine(1, processes);
        const { gpus, refusedFigures } = await readOnce(machine, { generation });
        expect(withoutTimes(gpus)).toEqual(withoutTimes(machine.gpus.map((gpu) => gpu.reading)));
        expect(refusedFigures).toEqual({});
      }
    },
  );

  test('one that clears all the room it is given gives every process', async () => {
    for (const processes of [1, 47, 48, 50, 60, 63, 70]) {
      const machine = imagineMachine(1, processes);
      const { gpus, refusedFigures } = await readOnce(machine, { generation: 'clearing' });
      expect(withoutTimes(gpus)).toEqual(withoutTimes(machine.gpus.map((gpu) => gpu.reading)));
      expect(refusedFigures).toEqual({});
    }
  });

  test.each([1, 3] as const)(
    'a card below freezing is one, by a call of generation %d',
    async (generation) => {
      const machine = imagineMachine(1);
      for (const { reading } of machine.gpus) reading.temperatureCelsius = 2 ** 32 - 5;
      const { gpus, refusedFigures } = await readOnce(machine, { generation });
      expect(gpus[0]?.temperatureCelsius).toBe(-5);
      expect(refusedFigures).toEqual({});
    },
  );

  test('the oldest gives memory as it knows it, and nothing that it does not know', async () => {
    const imagined = imagineGpu(0, 3);
    const { reading } = imagined;
    reading.retiredPages = { singleBit: 3, doubleBit: 2, pending: true };
    const machine = { ...imagineMachine(0), gpus: [imagined] };
    const { driver, gpus } = await readOnce(machine, { generation: 1 });
    const told = {
      ...reading,
      // The driver's own part is counted as used, and nobody can tell how large it is.
      memoryUsedBytes: (reading.memoryUsedBytes ?? 0) + (reading.memoryReservedBytes ?? 0),
      memoryReservedBytes: null,
      // The first layout has the bus id in fewer letters.
      pciBusId: '0000:18:00.0',
      remappedRows: { correctable: null, uncorrectable: null, pending: null, failed: null },
      migMode: null,
    };
    expect(driver).toMatchObject({ state: 'ok', cudaVersion: '12.8' });
    expect(withoutTimes(gpus)).toEqual(withoutTimes([told]));
  });
});
