/**
 * The machine's own figures, from /proc and /sys and no other program: what changes is read each time, what rarely
 * changes every 10 s, what never changes once. Parsing is in the files beside; rates between two readings are made here.
 */
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../../model/host.ts';
import { readKernelFile } from '../kernelFile.ts';
import { isRatePeriod, SHORTEST_RATE_MS } from '../rate.ts';
import type { HostSource } from '../sources.ts';
import { startDisks } from './disks.ts';
import { parseMemory } from './memory.ts';
import { type MountChildCommand, startMountProber } from './mountProber.ts';
import { describeNetworks, type InterfaceCounters, parseInterfaceCounters } from './networks.ts';
import {
  busyPercent,
  countListed,
  type ProcessorTicks,
  parseLoadAverage,
  parseProcessorModel,
  parseProcessorTicks,
} from './processor.ts';
import { parseOsName, parseUptime } from './system.ts';
import { findTemperatureInputs, readTemperature } from './temperature.ts';

export interface HostSourceOptions {
  /** How to start the hidden role that calls `runMountChild`. */
  mountChild: MountChildCommand;
  /** Where /proc, /sys and /etc are looked for; tests feed recorded trees. */
  root?: string;
  /** Addresses per interface. */
  readAddresses?: () => Map<string, string[]>;
  /** A clock that only runs forward, in milliseconds. */
  readClockMs?: () => number;
}

/** Addresses, cores and sensors: changed by plugging something in. */
const SLOW_FIGURES_MS = 10_000;
/** /proc/stat has a line per core, cpuinfo twenty: the first lines are enough, and cheap with 256 cores. */
const FIRST_LINE_BYTES = 512;
const FIRST_PROCESSOR_BYTES = 4096;

/** Starts watching the machine. The first reading waits 200 ms, so that a single one already tells rates. */
export function startHostSource(options: HostSourceOptions): HostSource {
  const { root = '/', readAddresses = readSystemAddresses, readClockMs = () => performance.now() } = options;
  const read = (path: string, limitBytes?: number) => readKernelFile(`${root}/${path}`, limitBytes) ?? '';
  const disks = startDisks(startMountProber(options.mountChild), root);
  const never = {
    cpuModel: parseProcessorModel(read('proc/cpuinfo', FIRST_PROCESSOR_BYTES)),
    os: parseOsName(read('etc/os-release')),
    kernel: read('proc/sys/kernel/osrelease').trim().slice(0, 256) || null,
  };

  const readSlowly = () => ({
    takenAtMs: readClockMs(),
    cpuCores: countListed(read('sys/devices/system/cpu/online')),
    temperatureInputs: findTemperatureInputs(root),
    addresses: readAddresses(),
  });
  const readCounters = (): Counters => ({
    takenAtMs: readClockMs(),
    processor: parseProcessorTicks(read('proc/stat', FIRST_LINE_BYTES)),
    interfaces: parseInterfaceCounters(read('proc/net/dev')),
  });
  let slow = readSlowly();
  let counters = readCounters();
  let rates = ratesBetween(counters, counters, slow.addresses);

  const warm = delay(SHORTEST_RATE_MS);

  /** New rates, or the last ones again where the reading before is too recent to tell any. */
  function takeRates(): Rates {
    const now = readCounters();
    const elapsedMs = now.takenAtMs - counters.takenAtMs;
    if (elapsedMs >= 0 && elapsedMs < SHORTEST_RATE_MS) return rates;
    rates = ratesBetween(counters, now, slow.addresses);
    counters = now;
    return rates;
  }

  return {
    async read(): Promise<Host> {
      const [diskFigures] = await Promise.all([disks.read(), warm]);
      const age = readClockMs() - slow.takenAtMs;
      if (age < 0 || age >= SLOW_FIGURES_MS) slow = readSlowly();
      return {
        ...never,
        cpuCores: slow.cpuCores,
        ...takeRates(),
        loadAverage: parseLoadAverage(read('proc/loadavg')),
        cpuTemperatureCelsius: readTemperature(slow.temperatureInputs),
        ...parseMemory(read('proc/meminfo')),
        disks: diskFigures,
        uptimeSeconds: parseUptime(read('proc/uptime')),
      };
    },
    stop: disks.stop,
  };
}

interface Counters {
  takenAtMs: number;
  processor: ProcessorTicks | null;
  interfaces: Map<string, InterfaceCounters>;
}

type Rates = Pick<Host, 'cpuPercent' | 'networks'>;

/** Rates over the time between two readings; null where that time tells nothing (rate.ts). */
function ratesBetween(before: Counters, now: Counters, addresses: Map<string, string[]>): Rates {
  const elapsedMs = now.takenAtMs - before.takenAtMs;
  return {
    cpuPercent: isRatePeriod(elapsedMs) ? busyPercent(before.processor, now.processor) : null,
    networks: describeNetworks(before.interfaces, { counters: now.interfaces, addresses }, elapsedMs),
  };
}

function readSystemAddresses(): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    addresses.set(
      name,
      (entries ?? []).map((entry) => entry.address),
    );
  }
  return addresses;
}
