import { afterEach, beforeEach, expect, test } from 'vitest';
import { administratorOf } from '../../../test/support/administrator.ts';
import { startTestHub, type TestHub } from '../../../test/support/hubInProcess.ts';
import { manualClock } from '../../../test/support/manualClock.ts';
import { tableOf } from '../../../test/support/queueBed.ts';
import { bareSample } from '../../../test/support/samples.ts';
import { HubFailure } from '../../client/hubClient.ts';
import { blankReading } from '../../model/blankReading.ts';
import type { NodeSample } from '../../model/node.ts';
import { UNKNOWN_DETAILS } from '../../model/process.ts';
import { fleetNow } from '../fleetNow.ts';
import { witnesses } from './witnesses.ts';

const clock = manualClock(Date.UTC(2026, 0, 1));
let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub(0, undefined, clock);
});
afterEach(() => hub.end());

const nodeAt = {
  dialect: 'cluster-status' as const,
  host: '10.0.0.7',
  port: 7080,
  name: 'gpu7',
  alias: null,
  offlineAfterMs: null,
};
const ID = 'cluster-status:10.0.0.7:7080';

/** A machine with one card that nobody uses, and one process on it if a pid is given. */
function sampleOf(hostname: string, pid?: number): NodeSample {
  const processes =
    pid === undefined
      ? []
      : [
          {
            ...UNKNOWN_DETAILS,
            pid,
            type: 'compute' as const,
            memoryUsedBytes: 5,
            smUtilizationPercent: null,
            memoryUtilizationPercent: null,
            encoderUtilizationPercent: null,
            decoderUtilizationPercent: null,
            name: 'python',
            user: 'wang',
          },
        ];
  return {
    ...bareSample(hostname, clock.nowMs(), 4000),
    agentVersion: null,
    gpus: [{ ...blankReading(0), memoryUsedBytes: 5, memoryUnaccountedBytes: null, processes }],
  };
}
const reading = (hostname: string, pid?: number) => ({ sample: sampleOf(hostname, pid), processes: null });
const never = async (): Promise<void> => {};
const nodes = async () => (await (await administratorOf(hub)).call('nodes')).nodes;
const codeOf = (failure: unknown): string => (failure instanceof HubFailure ? failure.code : String(failure));

test('a machine that is polled has a namespaced id, is told by whom it is read, and ages by its own interval', async () => {
  expect(await hub.witnesses.add(nodeAt, never)).toBe(ID);
  expect(await nodes()).toMatchObject([{ id: ID, name: 'gpu7', state: 'unknown', mayRun: false }]);
  hub.witnesses.heard(ID, reading('gpu-seven'), '10.0.0.7');
  expect(await nodes()).toMatchObject([
    {
      id: ID,
      name: 'gpu-seven',
      address: '10.0.0.7',
      state: 'online',
      source: { dialect: 'cluster-status', host: '10.0.0.7', port: 7080, name: null, problem: null },
    },
  ]);
  clock.pass(8400);
  expect((await nodes())[0]?.state).toBe('online');
  clock.pass(200);
  expect((await nodes())[0]?.state).toBe('stale');
  clock.pass(20_000);
  expect((await nodes())[0]?.state).toBe('offline');
});

test('one that cannot be read keeps its last truth, and tells why and since when, until it is heard again', async () => {
  await hub.witnesses.add(nodeAt, never);
  hub.witnesses.heard(ID, reading('gpu7'), null);
  const problem = { kind: 'not-reached' as const, message: 'nothing listens on that port' };
  hub.witnesses.failed(ID, problem, true);
  const sinceMs = clock.nowMs();
  clock.pass(4000);
  hub.witnesses.failed(ID, problem, true);
  clock.pass(7000);
  expect((await nodes())[0]).toMatchObject({
    state: 'offline',
    absence: 'silent',
    sample: { hostname: 'gpu7' },
    source: { problem: { ...problem, sinceMs } },
  });
  hub.witnesses.heard(ID, reading('gpu7'), null);
  expect((await nodes())[0]).toMatchObject({ state: 'online', absence: null, source: { problem: null } });
});

test('one that stands still is shown with what it said, as long ago as it said it', async () => {
  await hub.witnesses.add({ ...nodeAt, offlineAfterMs: 60_000 }, never);
  const truth = { sample: sampleOf('gpu7'), lastSeenAtMs: clock.nowMs() - 3_600_000 };
  hub.witnesses.failed(ID, { kind: 'standing', message: 'its figures stand still' }, false, truth);
  expect((await nodes())[0]).toMatchObject({
    state: 'offline',
    lastSeenAtMs: truth.lastSeenAtMs,
    source: { problem: { kind: 'standing' } },
  });
});

test('it is known again after a restart, with its last truth', async () => {
  await hub.witnesses.add(nodeAt, never);
  hub.witnesses.heard(ID, reading('gpu7'), '10.0.0.7');
  clock.pass(60_000);
  hub = await hub.restart();
  expect(await nodes()).toEqual([]);
  await hub.witnesses.add(nodeAt, never);
  expect((await nodes())[0]).toMatchObject({ id: ID, state: 'offline', sample: { hostname: 'gpu7' } });
});

test('one that reports by itself is known from its first report, whatever it calls itself', async () => {
  const id = await hub.witnesses.reported('gpu-monitor', '../gpu 8/ü', reading('../gpu 8/ü'), '10.0.0.8');
  expect(id).toBe('gpu-monitor:..%2Fgpu%208%2F%C3%BC');
  await hub.witnesses.reported('gpu-monitor', 'gpu9', reading('gpu9'), '10.0.0.9');
  expect((await nodes()).map(({ name, source }) => [name, source])).toEqual([
    ['../gpu 8/ü', { dialect: 'gpu-monitor', host: null, port: null, name: null, problem: null }],
    ['gpu9', { dialect: 'gpu-monitor', host: null, port: null, name: null, problem: null }],
  ]);
});

test('machines that nobody knows cannot fill the memory', async () => {
  const processes = Array.from({ length: 4000 }, (_, place) => ({
    ...UNKNOWN_DETAILS,
    ...{ pid: place + 1, gpus: [], gpuMemoryBytes: null, name: 'x' },
  }));
  const found = async (host: string) => hub.witnesses.search(`gpu-monitor:${host}`, 'x')?.length;
  for (let place = 0; place < 80; place++)
    await hub.witnesses.reported(
      'gpu-monitor',
      `g${place}`,
      { sample: sampleOf(`g${place}`), processes },
      null,
    );
  expect([await found('g0'), await found('g74'), await found('g75')]).toEqual([4000, 4000, 0]);
  expect(await nodes()).toHaveLength(80);
});

test('names without end push out the silent, and never one that we ask', async () => {
  const fleet = fleetNow();
  const forgotten: string[] = [];
  const door = await witnesses({
    ...{ fleet, clock, lastTruth: async () => null, sampled: () => {} },
    reporters: { list: () => [], note: () => {}, forget: () => {}, stop: async () => {} },
    forgotten: (id) => void forgotten.push(id),
    limits: { machinesPerAddress: 2, machines: 3, reportedEntries: 5 },
  });
  const report = (hostname: string, listed = 0) =>
    door.reported(
      'gpu-monitor',
      hostname,
      {
        ...reading(hostname, 1),
        processes: Array.from({ length: listed }, (_, pid) => ({
          ...UNKNOWN_DETAILS,
          ...{ pid, gpus: [], gpuMemoryBytes: null },
        })),
      },
      null,
    );
  await report('a');
  await report('b');
  await report('a');
  await door.add(nodeAt, never);
  await report('c');
  expect(fleet.order()).toEqual(['gpu-monitor:a', ID, 'gpu-monitor:c']);
  await door.add({ ...nodeAt, port: 7081 }, never);
  expect(fleet.order()).toEqual([ID, 'gpu-monitor:c', 'cluster-status:10.0.0.7:7081']);
  await report('d', 3);
  expect(fleet.order()).toEqual([ID, 'cluster-status:10.0.0.7:7081', 'gpu-monitor:d']);
  expect(forgotten).toEqual(['gpu-monitor:b', 'gpu-monitor:a', 'gpu-monitor:c']);
  expect(door.search('gpu-monitor:d', '')).toHaveLength(3);
  await door.add({ ...nodeAt, port: 7082 }, never);
  await expect(report('e')).rejects.toThrow('3 older machines');
});

test('of one address only so many stand at once, over a restart too; somebody can forget them all', async () => {
  const report = (hostname: string, from: string) =>
    hub.witnesses.reported('gpu-monitor', hostname, reading(hostname), null, from);
  for (let place = 0; place < 300; place += 1) {
    clock.pass(1);
    await report(`flood${place}`, '10.0.0.66');
  }
  const real = await report('real', '10.0.0.7');
  expect((await nodes()).map(({ name }) => name).slice(0, 2)).toEqual(['flood44', 'flood45']);
  expect(await nodes()).toHaveLength(257);
  hub = await hub.restart();
  await report('flood300', '10.0.0.66');
  expect(await nodes()).toHaveLength(257);
  const administrator = await administratorOf(hub);
  await hub.witnesses.add(nodeAt, never);
  const forgotten: string[] = [];
  hub.witnesses.whenForgotten(({ hostname }) => void forgotten.push(hostname));
  const ids = (await nodes()).map(({ id }) => id).filter((id) => id !== real);
  const { results } = await administrator.call('forgetNodes', { body: { ids: [...ids, 'nobody'] } });
  expect(Object.groupBy(results, ({ outcome }) => outcome)).toMatchObject({
    forgotten: { length: 256 },
    configured: [{ nodeId: ID }],
    unknown: [{ nodeId: 'nobody', nodeName: null }],
  });
  expect((await nodes()).map(({ name }) => name)).toEqual(['real', nodeAt.name]);
  expect(forgotten).toHaveLength(256);
});

test('a machine whose name would be cut is not taken for another', async () => {
  const long = '显'.repeat(80);
  await expect(
    hub.witnesses.reported('gpu-monitor', `${long}1`, reading(`${long}1`), null),
  ).rejects.toMatchObject({ code: 'name-too-long' });
});

test('one that reported by itself is shown after a restart too, until somebody forgets it', async () => {
  const id = await hub.witnesses.reported('gpu-monitor', 'gpu9', reading('gpu9'), '10.0.0.9');
  clock.pass(60_000);
  hub = await hub.restart();
  expect(await nodes()).toMatchObject([{ id, name: 'gpu9', state: 'offline', sample: { hostname: 'gpu9' } }]);
  await (await administratorOf(hub)).call('forgetNode', { parameters: { id } });
  hub = await hub.restart();
  expect(await nodes()).toEqual([]);
});

test('nothing is placed on it, and nobody can let it run anything, name it or set it into maintenance', async () => {
  const administrator = await administratorOf(hub);
  await hub.witnesses.add(nodeAt, never);
  hub.witnesses.heard(ID, reading('gpu7'), null);
  const parameters = { id: ID };
  for (const body of [{ mayRun: true }, { alias: 'x' }, { maintenance: true }])
    expect(await administrator.call('changeNode', { parameters, body }).catch(codeOf)).toBe('no-agent');
  expect(await administrator.call('checkNode', { parameters, query: { language: 'en' } }).catch(codeOf)).toBe(
    'no-agent',
  );
  expect(await administrator.call('forgetNode', { parameters }).catch(codeOf)).toBe('configured');
  const { results } = await administrator.call('killProcesses', {
    body: { targets: [{ nodeId: ID, pid: 4711, startedAtMs: null }], graceSeconds: 1 },
  });
  expect(results).toMatchObject([{ outcome: 'not-allowed' }]);
});

test('a task waits beside its free card, as if there were none', async () => {
  const administrator = await administratorOf(hub);
  await hub.witnesses.add(nodeAt, never);
  const sample = sampleOf('gpu7');
  const free = { uuid: 'GPU-1', memoryTotalBytes: 2 ** 36, memoryUsedBytes: 0, utilizationPercent: 0 };
  const gpus = sample.gpus.map((gpu) => ({ ...gpu, ...free }));
  hub.witnesses.heard(
    ID,
    { sample: { ...sample, driver: { ...sample.driver, state: 'ok' }, gpus }, processes: null },
    null,
  );
  const { gpus: known } = await administrator.call('gpus');
  expect(known).toMatchObject([{ condition: 'free' }]);
  await administrator.call('submitTable', { body: tableOf(1) });
  clock.pass(5000);
  const { tasks } = await administrator.call('tasks');
  expect(tasks).toMatchObject([{ state: 'queued', waitingReason: 'no machine is connected' }]);
});

test('its processes are found among those of all machines, and it is asked when somebody asks', async () => {
  const administrator = await administratorOf(hub);
  let asked = 0;
  await hub.witnesses.add(nodeAt, async () => void asked++);
  hub.witnesses.heard(ID, reading('gpu7', 4711), null);
  const found = await administrator.call('processes', { query: { query: 'python' } });
  expect(found).toMatchObject({
    total: 1,
    unanswered: [],
    processes: [{ nodeId: ID, pid: 4711, user: 'wang', gpus: [0], gpuMemoryBytes: 5 }],
  });
  await administrator.call('refreshNode', { parameters: { id: ID } });
  expect(asked).toBe(1);
});
