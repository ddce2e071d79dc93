/** A sick GPU and a sick driver, through the whole product: library → child → agent → link → hub → interface. */
import { afterEach, describe, expect, test } from 'vitest';
import { NodeStatus } from '../../src/model/node.ts';
import type { ImaginedGpu, ImaginedMachine } from '../../src/simulator/imagined.ts';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { runProgram } from '../support/program.ts';
import { standInDriver } from '../support/standInDriver.ts';
import { whyNoStandIn } from '../support/standInLibrary.ts';
import { type WatchedMachine, watchMachine } from '../support/watchedMachine.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function watch(machine: ImaginedMachine): Promise<WatchedMachine> {
  const watched = await watchMachine(machine);
  endings.push(watched.end);
  return watched;
}

function gpuOf(machine: ImaginedMachine, index: number): ImaginedGpu {
  const gpu = machine.gpus[index];
  if (gpu === undefined) throw new RangeError(`no imagined GPU ${index}`);
  return gpu;
}

describe.skipIf(whyNot !== null)(`a sick GPU${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test('one that is lost from the start hides neither the others nor the machine', async () => {
    const machine = imagineMachine(3, 1);
    gpuOf(machine, 1).fault = 'lost';
    const { until } = await watch(machine);
    const { driver, gpus, host } = await until('three GPUs', (sample) => sample.gpus.length === 3);
    expect(driver.state).toBe('ok');
    expect(gpus.map((gpu) => gpu.state)).toEqual(['ok', 'lost', 'ok']);
    expect(gpus[1]?.message).toContain('fallen off the bus');
    expect(gpus[1]?.powerWatts).toBeNull();
    expect(gpus[2]).toMatchObject({ powerWatts: 412.35, utilizationPercent: 87 });
    expect(gpus[2]?.processes).toHaveLength(1);
    expect(host.memoryTotalBytes).toBeGreaterThan(0);
  });

  test('one that is lost later, fails or vanishes is told so, and comes back', async () => {
    const machine = imagineMachine(4);
    const { until, apply } = await watch(machine);
    await until('four healthy GPUs', ({ gpus }) => gpus.filter((gpu) => gpu.state === 'ok').length === 4);
    gpuOf(machine, 0).fault = 'lost';
    gpuOf(machine, 1).fault = 'failing';
    apply();
    const sick = await until('two sick GPUs', ({ gpus }) =>
      ['lost', 'failed', 'ok', 'ok'].every((state, place) => gpus[place]?.state === state),
    );
    expect(sick.gpus[0]?.uuid).toBe(gpuOf(machine, 0).reading.uuid);
    expect(sick.gpus[1]?.message).toContain('could not be read');
    expect(sick.gpus[2]?.powerWatts).toBe(412.35);
    gpuOf(machine, 0).fault = 'none';
    gpuOf(machine, 1).fault = 'none';
    gpuOf(machine, 3).fault = 'vanished';
    apply();
    const { gpus } = await until('the last one missing', (sample) => sample.gpus[3]?.state === 'missing');
    expect(gpus[3]?.uuid).toBe(gpuOf(machine, 3).reading.uuid);
    gpuOf(machine, 3).fault = 'none';
    apply();
    await until('four healthy GPUs again', (sample) => sample.gpus.every((gpu) => gpu.state === 'ok'));
  });

  test('memory that no process accounts for is told, and is unknown where a process tells none', async () => {
    const machine = imagineMachine(2, 3);
    const [hidden] = gpuOf(machine, 1).reading.processes;
    if (hidden) hidden.memoryUsedBytes = null;
    const { until } = await watch(machine);
    const { gpus } = await until('two GPUs', (sample) => sample.gpus.length === 2);
    const held = gpuOf(machine, 0).reading.processes.reduce(
      (sum, process) => sum + (process.memoryUsedBytes ?? 0),
      0,
    );
    expect(gpus[0]?.memoryUnaccountedBytes).toBe((gpuOf(machine, 0).reading.memoryUsedBytes ?? 0) - held);
    expect(gpus[1]?.memoryUnaccountedBytes).toBeNull();
  });

  test('status --json: exit code 0, and nothing but JSON on stdout', async () => {
    const machine = imagineMachine(3);
    gpuOf(machine, 0).fault = 'lost';
    gpuOf(machine, 2).fault = 'failing';
    const driver = standInDriver(machine);
    endings.push(driver.remove);
    const { code, output } = await runProgram(['status', '--json'], driver.environment);
    expect(code).toBe(0);
    const { nodes } = JSON.parse(output) as { nodes: unknown[] };
    const { sample } = NodeStatus.parse(nodes[0]);
    expect(sample?.gpus.map((gpu) => gpu.state)).toEqual(['lost', 'ok', 'failed']);
  });
});

describe.skipIf(whyNot !== null)(`a sick driver${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test('one that is absent is told so, and read once it is loaded', async () => {
    const machine = imagineMachine(2);
    machine.driver.behaviour = 'absent';
    const { until, apply } = await watch(machine);
    const without = await until('an absent driver', ({ driver }) => driver.state === 'absent');
    expect(without.driver.message).toContain('no NVIDIA driver library');
    expect(without.gpus).toEqual([]);
    machine.driver.behaviour = 'ok';
    apply();
    const { gpus } = await until('the driver', ({ driver }) => driver.state === 'ok');
    expect(gpus).toHaveLength(2);
  });

  test('one whose library and kernel module differ says so, with what to do', async () => {
    const machine = imagineMachine(1);
    machine.driver.behaviour = 'mismatch';
    const { until } = await watch(machine);
    const { driver, host } = await until('a mismatch', (sample) => sample.driver.state === 'mismatch');
    expect(driver.message).toMatch(/reboot/);
    expect(host.memoryTotalBytes).toBeGreaterThan(0);
  });

  test('one that takes longer than 3 s is starting, with the machine already shown', async () => {
    const machine = imagineMachine(1);
    machine.driver.delayMs = 6_000;
    const { until, apply } = await watch(machine);
    const { driver, host } = await until('a first sample', () => true, 8_000);
    expect(driver).toMatchObject({ state: 'starting', answeredAtMs: null });
    expect(host.memoryTotalBytes).toBeGreaterThan(0);
    machine.driver.delayMs = 0;
    apply();
    await until('the driver', (sample) => sample.driver.state === 'ok');
  });

  test('status on a driver that hangs answers within 10 s, with exit code 0 and only JSON', async () => {
    const machine = imagineMachine(1);
    machine.driver.behaviour = 'hanging';
    const driver = standInDriver(machine);
    endings.push(driver.remove);
    const beforeMs = performance.now();
    const { code, output } = await runProgram(['status', '--json'], driver.environment);
    expect(performance.now() - beforeMs).toBeLessThan(10_000);
    expect(code).toBe(0);
    const { nodes } = JSON.parse(output) as { nodes: unknown[] };
    expect(NodeStatus.parse(nodes[0]).sample?.driver.state).toBe('starting');
  });
});
