/**
 * The whole product on imagined cards: `up` as a user starts it, commands as he types them, and payloads that take memory
 * (gpuCards/) and bear witness (journal/). Everything between the command line and the driver's library is real.
 */
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { HubClient } from '../../src/client/hubClient.ts';
import { type Ask, DEFAULT_OPTIONS } from '../../src/model/queue.ts';
import { LIVE_STATES } from '../../src/model/task.ts';
import type { Task } from '../../src/protocol/taskApi.ts';
import { administratorOf } from './administrator.ts';
import { type GpuCards, type GpuCardsOptions, gpuCards } from './gpuCards/gpuCards.ts';
import { type Journal, openJournal, WITNESSED } from './journal/journal.ts';
import { type RunningHub, runProgram, startHubProgram, temporaryFolder } from './program.ts';
import { waitFor } from './waitFor.ts';

/** Other work runs beside tests. */
const PATIENCE_MS = 90_000;

export interface QueueProgram {
  cards: GpuCards;
  journal: Journal;
  /** Where commands are typed. */
  folder: string;
  hub(): RunningHub;
  /** An administrator's client. */
  client(): HubClient;
  flowline(...args: string[]): ReturnType<typeof runProgram>;
  /** Queues by `submit`, and gives the ids. @throws what it said where it was refused */
  submit(...args: string[]): Promise<string[]>;
  /** Queues a command by itself, over the interface: many at once, where a process each would be the slowest part. */
  post(words: readonly string[], ask: Partial<Ask>): Promise<string>;
  /** Writes a table into the folder; its path. */
  table(name: string, lines: readonly string[]): string;
  task(id: string): Promise<Task>;
  tasks(ids: readonly string[]): Promise<Task[]>;
  /** The task once that is true of it. */
  until(id: string, what: string, isTrue: (task: Task) => boolean): Promise<Task>;
  /** Once all of them are in one of these states. */
  untilAll(ids: readonly string[], ...states: Task['state'][]): Promise<Task[]>;
  /** kill -9 of hub and agent, and a new start in the same place. */
  killAndStart(): Promise<void>;
  end(): Promise<void>;
}

/** Words of a command that takes memory of its card, and bears witness. */
export const payload = (
  mebibytes: number | string,
  { wait = 0, hold = 0.2, code = 0 }: { wait?: number; hold?: number; code?: number } = {},
): string[] => [
  ...WITNESSED,
  'sh',
  join(import.meta.dirname, 'gpuCards', 'payload.sh'),
  ...[mebibytes, wait, hold, code].map(String),
];

/** Words of a command that needs no card, and bears witness. */
export const script = (text: string): string[] => [...WITNESSED, 'sh', '-c', text];

const lost = (id: string): never => {
  throw new Error(`${id} is not in the queue`);
};

/** Starts it. */
export async function startQueueProgram(options: GpuCardsOptions): Promise<QueueProgram> {
  const cards = gpuCards(options);
  const journal = openJournal();
  const place = await temporaryFolder();
  const environment = { ...cards.environment, ...journal.environment };
  let hub = await startHubProgram('up', [], environment);
  let client = await administratorOf(hub);

  const task = async (id: string): Promise<Task> => (await client.call('task', { parameters: { id } })).task;
  const tasks = async (ids: readonly string[]): Promise<Task[]> => {
    const all = await client.call('tasks', { query: { sort: 'id', limit: 10_000 } });
    const byId = new Map(all.tasks.map((one) => [one.id, one]));
    return ids.map((id) => byId.get(id) ?? lost(id));
  };
  const flowline: QueueProgram['flowline'] = (...args) =>
    runProgram(
      args,
      { ...environment, FLOWLINE_HUB: hub.url, FLOWLINE_DATA: hub.dataFolder, LANG: 'C' },
      place.path,
    );

  await waitFor('its cards', async () => {
    const { gpus } = await client.call('queue');
    return gpus.length === options.gpus && gpus.every(({ freeBytes }) => freeBytes !== null);
  });
  return {
    cards,
    journal,
    folder: place.path,
    hub: () => hub,
    client: () => client,
    flowline,
    async submit(...args) {
      const { code, output, errors } = await flowline('submit', '--json', ...args);
      if (code !== 0) throw new Error(`submit ended with ${code}: ${errors}${output}`);
      const { tasks: queued } = JSON.parse(output) as { tasks: { id: string }[] };
      return queued.map(({ id }) => id);
    },
    async post(words, ask) {
      const command = words.join(' ');
      const { tasks: queued } = await client.call('submitTable', {
        body: {
          table: {
            name: 'posted',
            owner: userInfo().username,
            file: null,
            command,
            options: { ...DEFAULT_OPTIONS, ask: { ...DEFAULT_OPTIONS.ask, ...ask } },
            maxRunning: null,
            hold: false,
            workingDirectory: place.path,
            environment: { ...environment, PATH: process.env.PATH ?? '' },
            machineId: null,
            gpuOrder: null,
            gitCommit: null,
            gitDirty: null,
          },
          rows: [
            {
              key: 'posted',
              row: 1,
              name: 'posted',
              runNum: 0,
              needRunNum: 1,
              parameters: [],
              command: { kind: 'argv', words: [...words] },
            },
          ],
          isComplete: true,
        },
      });
      return queued[0]?.task ?? lost('what was posted');
    },
    table(name, lines) {
      const path = join(place.path, name);
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
      return path;
    },
    task,
    tasks,
    until: (id, what, isTrue) =>
      waitFor(
        `${id} ${what}`,
        async () => {
          const found = await task(id);
          return isTrue(found) && found;
        },
        PATIENCE_MS,
      ),
    untilAll: (ids, ...states) =>
      waitFor(
        `${ids.length} tasks to be ${states.join(' or ')}`,
        async () => {
          const found = await tasks(ids);
          return found.every(({ state }) => states.includes(state)) && found;
        },
        PATIENCE_MS,
      ),
    async killAndStart() {
      const { url, dataFolder } = hub;
      hub.child.kill('SIGKILL');
      await hub.exit;
      hub = await startHubProgram('up', [], environment, { url, dataFolder });
      client = await administratorOf(hub);
    },
    async end() {
      // Nothing that a test started outlives it.
      await client.call('killTasks', { body: { select: { whose: 'all' }, graceSeconds: 0 } });
      await waitFor('nothing to run', async () => {
        const { counts } = await client.call('queue');
        return LIVE_STATES.every((state) => (counts[state] ?? 0) === 0);
      });
      await hub.end();
      cards.remove();
      journal.remove();
      await place.remove();
    },
  };
}
