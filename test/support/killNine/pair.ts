/**
 * A hub and an agent as two programs, on imagined cards, which a test kills and starts again in the same place: the agent
 * joined with a token and was allowed to run tasks.
 */
import type { HubClient } from '../../../src/client/hubClient.ts';
import { LIVE_STATES } from '../../../src/model/task.ts';
import { administratorOf, createJoinToken } from '../administrator.ts';
import { type GpuCards, gpuCards } from '../gpuCards/gpuCards.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import {
  freePort,
  type RunningProgram,
  runProgram,
  startHubProgram,
  startProgram,
  temporaryFolder,
} from '../program.ts';
import { waitFor } from '../waitFor.ts';

export interface Pair {
  cards: GpuCards;
  journal: Journal;
  /** Where commands are typed, and tables lie. */
  folder: string;
  client(): HubClient;
  flowline(...args: string[]): ReturnType<typeof runProgram>;
  /** kill -9 of these; they are started again at once, and nobody waits for that. */
  kill(...which: ('hub' | 'agent')[]): Promise<void>;
  /** An administrator lets the agent run tasks; strikes against it are forgotten with that. */
  forgive(): Promise<void>;
  /** Resolves once both are there, and the hub gives tasks to the agent. */
  ready(): Promise<void>;
  end(): Promise<void>;
}

const PATIENCE_MS = 120_000;

export async function startPair(): Promise<Pair> {
  const cards = gpuCards({ gpus: 2, totalMebibytes: 40_000 });
  const journal = openJournal();
  const place = await temporaryFolder();
  const data = await temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...cards.environment, ...journal.environment, LANG: 'C' };
  await (await startHubProgram('hub', [], {}, { url, dataFolder: data.path })).stop();

  const startHub = (): RunningProgram =>
    startProgram(['hub', '--listen', `127.0.0.1:${port}`, '--data', data.path], environment);
  const startAgent = (token?: string): RunningProgram =>
    startProgram(
      [...(token ? ['agent', 'join', url] : ['agent']), '--data', data.path, '--interval', '250ms'],
      { ...environment, ...(token ? { FLOWLINE_JOIN_TOKEN: token } : {}) },
    );
  const isUp = (): Promise<boolean> => fetch(`${url}/api/v1/health`).then(({ ok }) => ok);

  const running = { hub: startHub() } as { hub: RunningProgram; agent: RunningProgram };
  await waitFor('the hub', isUp, PATIENCE_MS);
  const client = await administratorOf({ url, dataFolder: data.path });
  running.agent = startAgent(await createJoinToken({ url, dataFolder: data.path }, 1));

  const ready = async (): Promise<void> => {
    await waitFor('the hub', isUp, PATIENCE_MS);
    await waitFor(
      'the agent at the hub',
      async () => {
        for (const which of ['hub', 'agent'] as const) {
          const { child, errors } = running[which];
          if (child.exitCode !== null) throw new Error(`the ${which} ended by itself: ${errors()}`);
        }
        const { nodes } = await client.call('nodes');
        return nodes.length === 1 && nodes[0]?.state === 'online';
      },
      PATIENCE_MS,
    );
  };
  const forgive = async (): Promise<void> => {
    const [node] = (await client.call('nodes')).nodes;
    await client.call('changeNode', { parameters: { id: node?.id ?? '' }, body: { mayRun: true } });
  };
  await ready();
  await forgive();
  // Exit codes that are not 0 are the load's own, and no reason to pause its tables.
  await client.call('changeQueue', { body: { breaker: { failures: 1000, withinSeconds: 1 } } });
  return {
    cards,
    journal,
    folder: place.path,
    client: () => client,
    flowline: (...args) =>
      runProgram(args, { ...environment, FLOWLINE_HUB: url, FLOWLINE_DATA: data.path }, place.path),
    async kill(...which) {
      for (const one of which) running[one].child.kill('SIGKILL');
      await Promise.all(which.map((one) => running[one].exit));
      for (const one of which) running[one] = one === 'hub' ? startHub() : startAgent();
    },
    ready,
    forgive,
    async end() {
      await client.call('killTasks', { body: { select: { whose: 'all' }, graceSeconds: 0 } });
      await waitFor('nothing to run', async () => {
        const { counts } = await client.call('queue');
        return LIVE_STATES.every((state) => (counts[state] ?? 0) === 0);
      });
      await running.agent.stop();
      await running.hub.stop();
      cards.remove();
      journal.remove();
      await place.remove();
      await data.remove();
    },
  };
}
