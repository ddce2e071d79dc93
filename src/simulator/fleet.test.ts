import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { GpuDriver } from '../agent/drivers/driver.ts';
import type { Machine } from '../agent/sampler.ts';
import { gpuCondition, isSlowed } from '../fleet/gpuCondition.ts';
import { holdersOf } from '../fleet/view.ts';
import { Container } from '../model/container.ts';
import { GpuReading } from '../model/gpu.ts';
import { Host } from '../model/host.ts';
import { Driver, SourceState } from '../model/node.ts';
import { ProcessDetails } from '../model/process.ts';
import { Session } from '../model/session.ts';
import { type FleetMachine, imagineFleet, startImaginedFleet } from './fleet.ts';

const START_MS = Date.UTC(2026, 4, 11, 9, 0, 0);
const facts = ProcessDetails.omit({
  owner: true,
  ownerRule: true,
  container: true,
  session: true,
  task: true,
});

/** A fleet whose clock the test owns: `to` moves it to so many seconds after the start. */
function fleetWithClock(options: { nodes?: number; seed?: string } = {}) {
  let nowMs = START_MS;
  const fleet = imagineFleet({ ...options, now: () => nowMs });
  const to = (seconds: number): void => {
    nowMs = START_MS + seconds * 1000;
    fleet.advanceTo(nowMs);
  };
  return { fleet, to };
}

/** Every machine of a fleet, opened once. */
const openAll = (fleet: { machines: FleetMachine[] }): Machine[] => fleet.machines.map((one) => one.open());

const driverOf = (fleet: { machines: FleetMachine[] }, id: string): GpuDriver => {
  const machine = fleet.machines.find((one) => one.id === id);
  if (!machine) throw new Error(`no machine ${id}`);
  return machine.open().driver;
};

describe('an imagined fleet', () => {
  afterEach(() => vi.useRealTimers());

  test('every reading of every machine is valid at any time, memory adds up, counters only grow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 3, maxLength: 6 }),
        async (seed, pauses) => {
          const { fleet, to } = fleetWithClock({ nodes: 15, seed });
          const machines = openAll(fleet);
          const joules = new Map<string, number>();
          let seconds = 0;
          for (const pause of pauses) {
            seconds += pause;
            to(seconds);
            for (const machine of machines) await expectValid(machine, joules);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test('shows one of each within ten seconds: working, free, idle since hours, slowed, lost, unresponsive, gone', async () => {
    const { fleet, to } = fleetWithClock();
    const machines = openAll(fleet);
    const away: string[] = [];
    fleet.onPresence((machine, isPresent) => {
      if (!isPresent) away.push(machine.id);
    });
    for (let second = 1; second <= 10; second++) {
      to(second);
      for (const machine of machines) await machine.driver.read(0);
    }
    const shown = new Set<string>();
    for (const machine of machines) {
      const { driver, gpus } = await machine.driver.read(0);
      const details = await machine.processes.inspect(
        gpus.flatMap((gpu) => gpu.processes.map(({ pid }) => pid)),
      );
      shown.add(`driver ${driver.state}`);
      for (const gpu of gpus) {
        if (gpu.state === 'lost') shown.add('lost');
        const holders = gpu.processes.map((process) => ({
          ...unknownDetails,
          ...process,
          ...details.get(process.pid),
        }));
        const condition = gpuCondition({
          nodeState: 'online',
          absence: null,
          driver,
          gpu: { ...gpu, holders: holdersOf(holders) },
        });
        const sinceMs = Math.min(...holders.map((holder) => holder.startedAtMs ?? Number.POSITIVE_INFINITY));
        if (condition === 'holding-idle' && sinceMs < START_MS - 3 * 3_600_000) shown.add('idle since hours');
        if (condition === 'working' && isSlowed(gpu)) shown.add('slowed');
        shown.add(condition);
      }
    }
    expect([...shown]).toEqual(
      expect.arrayContaining([
        'working',
        'free',
        'idle since hours',
        'slowed',
        'sick',
        'lost',
        'no-answer',
        'driver ok',
        'driver absent',
        'driver unresponsive',
      ]),
    );
    expect(away).toEqual(['deneb']);
  });

  test('shows a process on two cards as one, a card that is divided without utilisation, and one that is asleep', async () => {
    const { fleet, to } = fleetWithClock();
    to(20);
    const lyra = fleet.machines.find(({ id }) => id === 'lyra')?.open();
    const { gpus } = (await lyra?.driver.read(100)) ?? { gpus: [] };
    const pids = gpus.slice(0, 2).map(({ processes }) => processes.map(({ pid }) => pid));
    expect(pids[0]).toHaveLength(1);
    expect(pids[1]).toEqual(pids[0]);
    const all = (await lyra?.processes.all()) ?? [];
    const [process] = all.filter(({ pid }) => pid === pids[0]?.[0]);
    expect(process?.hostMemoryBytes).toBeGreaterThan(0);
    expect(all).toHaveLength(new Set(all.map(({ pid }) => pid)).size);
    const target = { pid: process?.pid ?? 0, startedAtMs: process?.startedAtMs ?? null };
    const results = await lyra?.processes.kill([target], { may: 'everyone' }, 100);
    expect(results).toMatchObject([{ outcome: 'done' }]);
    to(21);
    const left = ((await lyra?.driver.read(100))?.gpus ?? []).slice(0, 2);
    expect(left.flatMap(({ processes }) => processes)).toEqual([]);

    const divided = (await driverOf(fleet, 'orion').read(100)).gpus[6];
    expect(divided).toMatchObject({ state: 'ok', migMode: true, utilizationPercent: null });
    expect(divided?.processes).toHaveLength(2);
    const asleep = (await driverOf(fleet, 'deneb').read(100)).gpus[1];
    expect(asleep).toMatchObject({ state: 'asleep', name: 'NVIDIA GeForce RTX 3090', memoryUsedBytes: null });
  });

  test('a machine that left returns, and says so once', async () => {
    const { fleet, to } = fleetWithClock();
    const heard: string[] = [];
    const stopHearing = fleet.onPresence((machine, isPresent) => heard.push(`${machine.id} ${isPresent}`));
    for (const second of [5, 7, 60, 130, 131]) to(second);
    expect(heard).toEqual(['deneb false', 'deneb true']);
    stopHearing();
    to(367);
    expect(heard).toHaveLength(2);
  });

  test('a hung driver returns with figures of now', async () => {
    const { fleet, to } = fleetWithClock();
    const driver = driverOf(fleet, 'rigel');
    await driver.read(0);
    to(4);
    await driver.read(0);
    to(10);
    const hung = await driver.read(0);
    expect(hung.driver.state).toBe('unresponsive');
    expect(hung.gpus).toHaveLength(4);
    to(190);
    await expect.poll(async () => (await driver.read(100)).driver.state, { timeout: 15_000 }).toBe('ok');
  });

  test('a card that is lost later takes its job with it and leaves its neighbours', async () => {
    const { fleet, to } = fleetWithClock();
    const driver = driverOf(fleet, 'capella');
    expect((await driver.read(100)).gpus[5]?.state).toBe('ok');
    to(241);
    const { gpus } = await driver.read(100);
    expect(gpus[5]).toMatchObject({ state: 'lost', utilizationPercent: null, processes: [] });
    expect(gpus[5]?.xidEvents[0]?.code).toBe(79);
    expect(gpus[4]?.state).toBe('ok');
  });

  test('an agent that is stopped and started again finds its machine as it is by then', async () => {
    const { fleet, to } = fleetWithClock();
    const [atlas] = openAll(fleet);
    const [first] = (await atlas?.processes.all()) ?? [];
    await atlas?.processes.stop();
    await atlas?.driver.stop();
    to(30);
    const [again] = openAll(fleet);
    expect((await again?.processes.all())?.[0]).toEqual(first);
    expect((await again?.driver.read(100))?.gpus).toHaveLength(8);
    expect(again?.bootId).toBe(atlas?.bootId);
  });

  test('its own clock ticks each second until it is stopped', async () => {
    vi.useFakeTimers({ now: START_MS });
    const fleet = startImaginedFleet({ nodes: 1 });
    const [atlas] = openAll(fleet);
    const uptime = async (): Promise<number> => (await atlas?.host.read())?.uptimeSeconds ?? 0;
    const before = await uptime();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await uptime()).toBe(before + 5);
    fleet.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await uptime()).toBe(before + 5);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('has as many machines as one asks for, each with an id and address of its own', () => {
    const { fleet } = fleetWithClock({ nodes: 120 });
    expect(fleet.machines).toHaveLength(120);
    expect(new Set(fleet.machines.map(({ id }) => id)).size).toBe(120);
    expect(new Set(fleet.machines.map(({ address }) => address)).size).toBe(120);
    expect(fleetWithClock({ nodes: 2 }).fleet.machines.map(({ id }) => id)).toEqual(['atlas', 'vega']);
  });

  test('consumer cards have no error correction, no memory temperature and no instances', async () => {
    const { fleet } = fleetWithClock();
    const [card] = (await driverOf(fleet, 'deneb').read(100)).gpus;
    expect(card).toMatchObject({ memoryTemperatureCelsius: null, migMode: null, serial: null });
    expect(card?.ecc).toEqual({
      enabled: null,
      volatileCorrected: null,
      volatileUncorrected: null,
      aggregateCorrected: null,
      aggregateUncorrected: null,
    });
  });
});

const unknownDetails = {
  ...{
    name: null,
    command: null,
    executable: null,
    workingDirectory: null,
    pythonEnvironment: null,
    uid: null,
  },
  ...{ user: null, owner: null, ownerRule: 'unknown' as const, startedAtMs: null, cpuPercent: null },
  ...{ hostMemoryBytes: null, container: null, session: null, task: null },
};

async function expectValid(machine: Machine, joules: Map<string, number>): Promise<void> {
  const { driver, gpus, refusedFigures } = await machine.driver.read(0);
  Driver.parse(driver);
  expect(refusedFigures).toEqual({});
  for (const gpu of gpus) {
    GpuReading.parse(gpu);
    if (gpu.state !== 'ok') continue;
    const {
      memoryTotalBytes: total,
      memoryUsedBytes: used,
      memoryFreeBytes: free,
      memoryReservedBytes: kept,
    } = gpu;
    expect((used ?? 0) + (free ?? 0) + (kept ?? 0)).toBe(total);
    const held = gpu.processes.reduce((sum, process) => sum + (process.memoryUsedBytes ?? 0), 0);
    expect(held).toBeLessThanOrEqual(used ?? 0);
    expect(gpu.temperatureCelsius).toBeLessThan(gpu.shutdownTemperatureCelsius ?? 0);
    expect(gpu.powerWatts).toBeLessThanOrEqual(gpu.powerLimitWatts ?? 0);
    expect(gpu.energyJoules).toBeGreaterThanOrEqual(joules.get(gpu.uuid ?? '') ?? 0);
    joules.set(gpu.uuid ?? '', gpu.energyJoules ?? 0);
  }
  Host.parse(await machine.host.read());
  const { state, containers } = await machine.containers.read();
  SourceState.parse(state);
  for (const { container } of containers) Container.parse(container);
  const { screen, tmux, sessions } = await machine.sessions.read();
  SourceState.parse(screen);
  SourceState.parse(tmux);
  for (const { session } of sessions) Session.parse(session);
  const everybody = await machine.processes.all();
  for (const { pid, parentPid, ancestorPids, containerId, ...details } of everybody) {
    facts.strict().parse(details);
    expect(ancestorPids[0] ?? null).toBe(parentPid);
    expect(pid).toBeGreaterThan(0);
    if (parentPid !== null) expect(everybody.some((one) => one.pid === parentPid)).toBe(true);
    if (containerId !== null)
      expect(containers.some(({ container }) => container.id === containerId)).toBe(true);
  }
  expect(new Set(everybody.map(({ pid }) => pid)).size).toBe(everybody.length);
}
