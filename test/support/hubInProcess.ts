/** A real hub inside the test's own process, on a free port, in a folder of its own. */
import { type Hub, startHub } from '../../src/hub/hub.ts';
import { type Clock, systemClock } from '../../src/io/clock.ts';
import { silentLog } from '../../src/io/log.ts';
import { temporaryFolder } from './program.ts';

export interface TestHub extends Hub {
  port: number;
  dataFolder: string;
  /** Ends it and starts it again on the same port and folder. */
  restart(): Promise<TestHub>;
  /** Ends it and removes its folder. */
  end(): Promise<void>;
}

/** Starts one. */
export async function startTestHub(
  port = 0,
  dataFolder?: string,
  clock: Clock = systemClock,
): Promise<TestHub> {
  const folder = dataFolder ?? (await temporaryFolder()).path;
  const hub = await startHub({
    dataFolder: folder,
    listen: { host: '127.0.0.1', port },
    hostNames: [],
    readers: 'link',
    version: 'test',
    page: null,
    clock,
    log: silentLog,
  });
  const ownPort = Number(new URL(hub.url).port);
  return {
    ...hub,
    port: ownPort,
    dataFolder: folder,
    async restart() {
      await hub.stop();
      return startTestHub(ownPort, folder, clock);
    },
    async end() {
      await hub.stop();
      const { rm } = await import('node:fs/promises');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
