/** Promises of `find … -- COMMAND` on the ledger, beside tasks of the queue. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gpu, queueBed } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { GpuProcess } from '../../model/process.ts';

const GIB = 1024 ** 3;

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const wish = { gpus: 1, memoryBytes: 40 * GIB, model: null, machineId: 'machine atlas', waitMs: 10_000 };

/** The hub's own user: the local token stands for him. */
const owner = async (): Promise<string> => {
  const { userInfo } = await import('node:os');
  return userInfo().username;
};

const process = async (pid: number, bytes: number, startedAtMs: number): Promise<GpuProcess> => ({
  pid,
  type: 'compute',
  memoryUsedBytes: bytes,
  smUtilizationPercent: null,
  memoryUtilizationPercent: null,
  encoderUtilizationPercent: null,
  decoderUtilizationPercent: null,
  name: 'python',
  command: 'python train.py',
  executable: null,
  workingDirectory: null,
  pythonEnvironment: null,
  uid: 1000,
  user: await owner(),
  owner: await owner(),
  ownerRule: 'uid',
  startedAtMs,
  cpuPercent: null,
  hostMemoryBytes: null,
  container: null,
  session: null,
  task: null,
});

const card = (processes: GpuProcess[]) => {
  const used = processes.reduce((sum, { memoryUsedBytes }) => sum + (memoryUsedBytes ?? 0), 0);
  return gpu(0, { processes, memoryUsedBytes: used, memoryFreeBytes: 80 * GIB - used });
};
const ledger = async () => (await bed.client().call('queue')).gpus[0];

describe('a promise that ended', () => {
  test('leaves nothing free that its process still holds', async () => {
    const atlas = await bed.agent('atlas');
    const { promise } = await bed.client().call('takePromise', { body: wish });
    const parameters = { id: promise?.id ?? '' };
    atlas.setGpus([card([await process(4711, 40 * GIB, Date.now())])]);
    await bed.client().call('keepPromise', { parameters, body: { pid: 4711 } });
    await waitFor('its memory', async () => ((await ledger())?.freeBytes ?? 0) < 40 * GIB);
    expect(await ledger()).toMatchObject({ externalBytes: 0 });
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 50 * GIB } });
    await bed.client().call('endPromise', { parameters });
    await waitFor('it to be a stranger', async () => (await ledger())?.externalBytes === 40 * GIB);
    expect(await bed.task(id)).toMatchObject({ waiting: { kind: 'memory', holder: { pid: 4711 } } });
    expect(atlas.leases).toEqual([]);
    atlas.setGpus([card([])]);
  });

  test('gives its cards back with the next sample', async () => {
    const atlas = await bed.agent('atlas', { intervalMs: 200 });
    const { promise } = await bed.client().call('takePromise', { body: wish });
    atlas.setGpus([card([await process(4711, 40 * GIB, Date.now())])]);
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 50 * GIB } });
    await waitFor('a reason', async () => (await bed.task(id)).waiting?.kind === 'memory');
    await bed.client().call('endPromise', { parameters: { id: promise?.id ?? '' } });
    atlas.setGpus([card([])]);
    await waitFor('the lease', () => atlas.leases.length === 1, 5000);
  });
});

describe('a promise', () => {
  test('does not hide what the same person runs there since before', async () => {
    const atlas = await bed.agent('atlas');
    await bed.client().call('takePromise', { body: wish });
    atlas.setGpus([
      card([await process(17, 20 * GIB, Date.now() - 3_600_000), await process(4711, GIB, Date.now())]),
    ]);
    await waitFor('both to be seen', async () => {
      const told = await ledger();
      return told?.promisedBytes === 40 * GIB && told.externalBytes === 20 * GIB;
    });
  });
});
