/** Starts the load generator as a process apart, for benches and journeys. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LoadDone, LoadEvent } from './loadEvents.ts';

export interface SpawnedLoad {
  /** What each agent sent in those seconds. Its links stay open, silent, until `stop`. */
  done: Promise<LoadDone>;
  stop(): Promise<void>;
}

/**
 * Answers when all agents are connected; from then on they send for so many seconds.
 * @throws where the process ends before that; its reason is on our stderr.
 */
export async function spawnLoad(options: {
  hubUrl: string;
  /** A join token with a use for each agent. */
  joinToken: string;
  agents: number;
  seconds: number;
}): Promise<SpawnedLoad> {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'agents.ts'),
      ...['--hub', options.hubUrl],
      ...['--agents', String(options.agents)],
      ...['--seconds', String(options.seconds)],
    ],
    {
      env: { ...process.env, FLOWLINE_JOIN_TOKEN: options.joinToken },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<LoadEvent> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the load generator ended early, with ${(await ended)[0]}`);
    return LoadEvent.parse(JSON.parse(value));
  };
  await next();
  const done = next().then((event) => {
    if (event.event !== 'done') throw new Error(`the load generator said ${event.event} twice`);
    return event;
  });
  // Whoever stops early does not wait for it.
  done.catch(() => undefined);
  return {
    done,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
