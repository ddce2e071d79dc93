/** A real hub in this process, a client of it, and fake agents on real sockets: for claims about the hub's side of the queue. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HubClient, hubClient } from '../../src/client/hubClient.ts';
import type { Clock } from '../../src/io/clock.ts';
import { blankReading } from '../../src/model/blankReading.ts';
import type { Gpu } from '../../src/model/gpu.ts';
import { DEFAULT_OPTIONS, type TaskOptions } from '../../src/model/queue.ts';
import type { Lease } from '../../src/protocol/supervision.ts';
import type { SubmittedTable } from '../../src/protocol/tableApi.ts';
import { row as rowOf } from './bookBed.ts';
import { type FakeAgent, type FakeAgentOptions, startFakeAgent } from './fakeAgent.ts';
import { startTestHub, type TestHub } from './hubInProcess.ts';
import { waitFor } from './waitFor.ts';

const GIB = 1024 ** 3;

/** @param clock the hub's; the system's unless a test owns it. */
export async function queueBed(clock?: Clock) {
  let hub = await startTestHub(0, undefined, clock);
  const agents: FakeAgent[] = [];
  const clientOf = (token: string): HubClient =>
    hubClient({ baseUrl: hub.url, headers: () => ({ authorization: `Bearer ${token}` }), timeoutMs: 30_000 });
  const client = (): HubClient => clientOf(hub.localToken);
  const bed = {
    hub: (): TestHub => hub,
    client,
    clientOf,
    async agent(hostname: string, options: Partial<FakeAgentOptions> = {}) {
      const { nodeId, nodeToken } = await hub.admitMachine({ hostname, machineId: `machine ${hostname}` });
      const agent = await startFakeAgent({ url: hub.url, nodeToken, hostname, gpus: [gpu(0)], ...options });
      agents.push(agent);
      return Object.assign(agent, { nodeId, nodeToken });
    },
    /** An agent with a credential of its own. */
    async connect(options: Omit<FakeAgentOptions, 'url'>): Promise<FakeAgent> {
      const agent = await startFakeAgent({ gpus: [gpu(0)], ...options, url: hub.url });
      agents.push(agent);
      return agent;
    },
    /** A request as it is, with headers of its own. */
    async post(path: string, body: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(hub.url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${hub.localToken}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      });
      return (await response.json()) as Record<string, unknown>;
    },
    audit: (): Promise<string> => readFile(join(hub.dataFolder, 'audit.jsonl'), 'utf8').catch(() => ''),
    async restartHub() {
      hub = await hub.restart();
    },
    async submit(
      rows: number,
      more: Partial<SubmittedTable> & { ask?: Partial<TaskOptions['ask']> } = {},
    ): Promise<string[]> {
      const answer = await client().call('submitTable', { body: tableOf(rows, more) });
      return answer.tasks.map(({ task }) => task);
    },
    task: async (id: string) => (await client().call('task', { parameters: { id } })).task,
    events: async (id: string) => (await client().call('task', { parameters: { id } })).events,
    state: async (id: string): Promise<string> => (await bed.task(id)).state,
    async end() {
      for (const agent of agents) agent.breakOff();
      await hub.end();
    },
  };
  return bed;
}

/** What tests of the queue wait for. @param bed asked each time: a test has its own */
export function waitsOn(bed: () => Awaited<ReturnType<typeof queueBed>>) {
  return {
    leaseOf: (agent: FakeAgent, place = 0): Promise<Lease> =>
      waitFor(`lease ${place}`, () => agent.leases[place]),
    leaseOfTask: (agent: FakeAgent, id: string): Promise<Lease> =>
      waitFor(`lease of ${id}`, () => agent.leases.find(({ attempt }) => attempt.startsWith(`${id}.`))),
    becomes: (id: string, state: string) =>
      waitFor(`${id} to be ${state}`, async () => (await bed().state(id)) === state),
    acknowledges: (agent: FakeAgent, attempt: string, sequence: number) =>
      waitFor(`acknowledgement ${sequence} of ${attempt}`, () =>
        agent.acknowledged.some((said) => said.attempt === attempt && said.sequence === sequence),
      ),
  };
}

/** The body of a submit of so many rows. */
export function tableOf(
  rows: number,
  { ask, options, ...more }: Partial<SubmittedTable> & { ask?: Partial<TaskOptions['ask']> } = {},
) {
  return {
    table: {
      name: 'sweep.csv',
      owner: 'alice',
      file: null,
      command: 'python train.py',
      options: {
        ...DEFAULT_OPTIONS,
        ...options,
        ask: { ...DEFAULT_OPTIONS.ask, gpus: 0, ...options?.ask, ...ask },
      },
      maxRunning: null,
      hold: false,
      workingDirectory: '/tmp',
      environment: { HOME: '/home/alice', SECRET_KEY: 'sk-of-alice' },
      machineId: null,
      gpuOrder: null,
      gitCommit: null,
      gitDirty: null,
      ...more,
    },
    rows: Array.from({ length: rows }, (_, place) => rowOf(place + 1)),
    isComplete: true,
  };
}

/** An idle card of 80 GiB. */
export function gpu(index: number, more: Partial<Gpu> = {}): Gpu {
  return {
    ...blankReading(index),
    uuid: `GPU-${index}`,
    name: 'NVIDIA H100 80GB HBM3',
    state: 'ok',
    memoryTotalBytes: 80 * GIB,
    memoryUsedBytes: 0,
    memoryFreeBytes: 80 * GIB,
    utilizationPercent: 0,
    memoryUnaccountedBytes: 0,
    processes: [],
    ...more,
  } as Gpu;
}
