/**
 * The NVIDIA driver, read by NVML in a child process: what it last said, how old that is, and what is wrong with it.
 * How the child is kept alive is keepChild.ts's affair; what is read and how, the files' that child.ts leads to.
 */

import { blankReading } from '../../../model/blankReading.ts';
import type { GpuReading } from '../../../model/gpu.ts';
import type { Driver, DriverState } from '../../../model/node.ts';
import type { Said } from '../../said.ts';
import type { DriverReading, GpuDriver } from '../driver.ts';
import { createRoster } from '../roster.ts';
import { createXidLog } from '../xidLog.ts';
import { createCadence } from './cadence.ts';
import { type ChildCommand, type StartChild, startChild } from './childProcess.ts';
import { type KeeperTimes, keepChild, keeperTimes } from './keepChild.ts';
import { watchForDriver } from './libraryPlaces.ts';
import type { GpuLine, ReadyMessage, SampleMessage } from './messages.ts';

export interface NvmlDriverOptions {
  /** Starts the hidden role `driver-child` of this program. */
  child: ChildCommand;
  /** Other deadlines than the product's, for tests of what happens past them. */
  times?: Partial<KeeperTimes>;
  /** How often slow figures are read; 5 s. */
  slowEveryMs?: number;
  /** Of how many GPUs the PCIe throughput is read in one turn; 1. */
  pcieGpusPerTurn?: number;
}

/**
 * Starts the child at once; until the first sample there are no GPUs, and the driver is `starting` or says what is
 * wrong. Vanished cards and Xid errors are remembered over all its children. Never throws: a child that cannot be
 * started is a state of the driver.
 */
export function createNvmlDriver(options: NvmlDriverOptions): GpuDriver {
  const roster = createRoster();
  const xidLog = createXidLog();
  const cadence = createCadence(options.slowEveryMs ?? 5_000, options.pcieGpusPerTurn ?? 1);
  const refusedFigures: Record<string, number> = {};
  let driver: Driver = {
    state: 'starting',
    version: null,
    cudaVersion: null,
    message: null,
    remarks: null,
    answeredAtMs: null,
  };
  /** In the driver's order, as this child told them. */
  let told: GpuReading[] = [];
  let gpus: GpuReading[] = [];
  /** Readers that wait for news. */
  const waiting = new Set<() => void>();

  const start: StartChild = (listener) => startChild(options.child, listener);
  const seeSigns = watchForDriver(options.child.environment.FLOWLINE_NVML || null);
  const times = { ...keeperTimes, ...options.times };
  const keeper = keepChild(start, times, { onReady, onSample, onTrouble }, seeSigns);

  function onReady({ version, cudaVersion }: ReadyMessage): void {
    driver = { ...driver, version, cudaVersion };
    told = [];
    cadence.restart();
    if (waiting.size > 0) ask();
  }

  function onSample(sample: SampleMessage): void {
    driver = { ...driver, state: 'ok', message: null, remarks: null, answeredAtMs: sample.takenAtMs };
    told = sample.gpus.map((line, place) => assemble(line, told[place]));
    gpus = roster.call(told).map((gpu, place) => xidLog.remember(gpu, sample.gpus[place]?.xidEvents ?? []));
    for (const [name, count] of Object.entries(sample.refusedFigures)) {
      refusedFigures[name] = (refusedFigures[name] ?? 0) + count;
    }
    wakeReaders();
  }

  /** The GPUs stay as they were last read: their ages tell. */
  function onTrouble(state: DriverState, { message, remarks }: Said): void {
    driver = { ...driver, state, message, remarks };
    wakeReaders();
  }

  function ask(): void {
    keeper.ask({ ask: 'sample', ...cadence.next(performance.now()) });
  }

  function wakeReaders(): void {
    for (const wake of waiting) wake();
    waiting.clear();
  }

  async function read(patienceMs: number): Promise<DriverReading> {
    if (keeper.phase() === 'ready') ask();
    if (newsMayCome()) await news(patienceMs);
    return { driver, gpus, refusedFigures: { ...refusedFigures } };
  }

  /** A driver in trouble is not waited for again: its state is the answer until it gives a sample. */
  function newsMayCome(): boolean {
    return keeper.phase() === 'asked' || (keeper.phase() === 'starting' && driver.state === 'starting');
  }

  function news(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, patienceMs);
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
    });
  }

  async function stop(): Promise<void> {
    await keeper.stop();
    wakeReaders();
  }

  return { read, stop };
}

/** A line has the groups that were read again; what it leaves out stays as it was told before. */
function assemble(line: GpuLine, before: GpuReading | undefined): GpuReading {
  return {
    ...(before ?? blankReading(line.fast.index)),
    ...line.statics,
    ...line.slow,
    ...line.fast,
    xidEvents: [],
  };
}
