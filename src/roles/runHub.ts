/** Starts a hub in its data folder, with the page, and turns a taken port into words: shared by `up`, `hub`, `demo`. */
import type { RoleOptions } from '../cli/context.ts';
import { hubClient } from '../client/hubClient.ts';
import { readPageFiles } from '../hub/api/pageFiles.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { systemClock } from '../io/clock.ts';
import { explainAccess, openDataFolder } from '../io/dataFolder.ts';
import type { Log } from '../io/log.ts';
import { whoListens } from '../io/portHolder.ts';
import { stops } from '../lib/stops.ts';
import { serveMains, taskOrigin } from './dialects.ts';
import { readConfigurations, readingLines, startReading } from './oldNodes.ts';
import type { Surroundings } from './surroundings.ts';

export interface RunningHub {
  hub: Hub;
  /** What of older systems is served, in lines for the terminal. */
  dialectLines: string[];
  stop(): Promise<void>;
}

/** A port that somebody else has. */
export class PortTaken extends Error {
  readonly hint: string;
  constructor(address: string, holder: string | null, page: string | null) {
    super(`${address} is in use by ${holder ?? 'a process of another user'}`);
    this.hint =
      page === null
        ? 'choose another port with --listen 127.0.0.1:PORT'
        : `that is a FlowLine hub, and a machine needs one only: its page is ${page}, commands take --hub ${page}. A second one, which would give out the same GPUs again, needs another port (--listen 127.0.0.1:PORT) and folder (--data DIR)`;
  }
}

/**
 * Takes the data folder, then the port.
 * @throws CommandFailure for a configuration that cannot be used, DataFolderError, PortTaken, DialectNotServed, or the
 * system's error.
 */
export async function runHub(
  options: RoleOptions,
  { version, pageFolder, environment }: Pick<Surroundings, 'version' | 'pageFolder' | 'environment'>,
  log: Log,
): Promise<RunningHub> {
  const stopping = stops();
  const { host, port } = options.listen;
  const address = `${host}:${port}`;
  try {
    // First: a slip in a file should not cost a start.
    const configurations = await readConfigurations(options.configFiles, options.dialects.password);
    const folder = await openDataFolder(options.dataFolder, `hub at ${address}`);
    stopping.add(() => folder.release());
    const page = await readPageFiles(pageFolder, version === 'development');
    if (!page) log.warn({ pageFolder }, 'the page is not built: only the interface is served');
    const hub = await startHub({
      dataFolder: folder.path,
      listen: options.listen,
      hostNames: options.hostNames,
      readers: options.readers,
      version,
      page,
      clock: systemClock,
      log,
    });
    stopping.add(() => hub.stop());
    stopping.add(await startReading(hub.witnesses, configurations, systemClock, log));
    const dialectLines = await serveMains(
      hub,
      options.listen,
      {
        options: options.dialects,
        hostNames: options.hostNames,
        dataFolder: folder.path,
        origin: taskOrigin(hub.user, environment),
        clock: systemClock,
        log,
      },
      stopping,
    );
    const reading = readingLines(
      configurations,
      options.dialects.mains.map(({ name }) => name),
    );
    return { hub, dialectLines: [...reading, ...dialectLines], stop: () => stopping.stop() };
  } catch (failure) {
    await stopping.stop();
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRINUSE') {
      throw new PortTaken(address, await whoListens(port), await pageThere(options.listen));
    }
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRNOTAVAIL') {
      throw new Error(
        `${host} is no address of this machine; --listen takes one of its own, or 0.0.0.0 for all`,
      );
    }
    throw explainAccess(failure, options.dataFolder);
  }
}

const HEALTH_PATIENCE_MS = 1000;

/** The page of the hub that answers there; null where none does. */
async function pageThere({ host, port }: RoleOptions['listen']): Promise<string | null> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const page = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const health = hubClient({ baseUrl: page, timeoutMs: HEALTH_PATIENCE_MS }).call('health');
  return health.then(
    () => page,
    () => null,
  );
}
