/** Starts a hub in its data folder, with the page, and turns a taken port into words: shared by `up`, `hub`, `demo`. */
import { CommandFailure, EXIT, type RoleOptions } from '../cli/context.ts';
import { languageOf } from '../cli/text/terminal.ts';
import type { Problem } from '../cli/words/submitProblems.ts';
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
import { startingWords } from './startingWords.ts';
import type { Surroundings } from './surroundings.ts';

export interface RunningHub {
  hub: Hub;
  /** What of older systems is served, in lines for the terminal. */
  dialectLines: string[];
  stop(): Promise<void>;
}

/**
 * Takes the data folder, then the port.
 * @throws CommandFailure for a configuration that cannot be used or a port that somebody else has, DataFolderError, or the
 * system's error.
 */
export async function runHub(
  options: RoleOptions,
  { version, pageFolder, environment }: Pick<Surroundings, 'version' | 'pageFolder' | 'environment'>,
  log: Log,
  { isImagined = false } = {},
): Promise<RunningHub> {
  const stopping = stops();
  const { host, port } = options.listen;
  const address = `${host}:${port}`;
  const words = startingWords({ environment });
  try {
    // First: a slip in a file should not cost a start.
    const configurations = await readConfigurations(
      options.configFiles,
      options.dialects.password,
      languageOf(environment),
    );
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
        words,
      },
      stopping,
    );
    const reading = readingLines(
      configurations,
      options.dialects.mains.map(({ name }) => name),
      words,
    );
    return { hub, dialectLines: [...reading, ...dialectLines], stop: () => stopping.stop() };
  } catch (failure) {
    await stopping.stop();
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRINUSE') {
      const holder = (await whoListens(port)) ?? words.someoneElse;
      throw failed(words.portTaken(address, holder, await pageThere(options.listen), isImagined));
    }
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRNOTAVAIL') {
      throw failed(words.notOurs(host, '--listen'));
    }
    throw explainAccess(failure, options.dataFolder);
  }
}

const failed = ({ what, hint }: Problem): CommandFailure => new CommandFailure(EXIT.failed, what, hint);

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
