/** Starts a hub in its data folder, with the page, and turns a taken port into words: shared by `up`, `hub`, `demo`. */
import type { RoleOptions } from '../cli/context.ts';
import { findPage, type Hub, startHub } from '../hub/hub.ts';
import { systemClock } from '../io/clock.ts';
import { openDataFolder } from '../io/dataFolder.ts';
import type { Log } from '../io/log.ts';
import { whoListens } from '../io/portHolder.ts';
import { stops } from '../lib/stops.ts';

export interface RunningHub {
  hub: Hub;
  stop(): Promise<void>;
}

/** A port that somebody else has. */
export class PortTaken extends Error {
  readonly hint: string;
  constructor(address: string, holder: string | null) {
    super(`${address} is in use${holder ? ` by ${holder}` : ' by a process of another user'}`);
    this.hint = 'if that is FlowLine, open its page; else choose another with --listen 127.0.0.1:PORT';
  }
}

/**
 * Takes the data folder, then the port.
 * @throws DataFolderError, PortTaken, or the system's error.
 */
export async function runHub(
  options: RoleOptions,
  version: string,
  pageFolder: string,
  log: Log,
): Promise<RunningHub> {
  const stopping = stops();
  const { host, port } = options.listen;
  const address = `${host}:${port}`;
  try {
    const folder = await openDataFolder(options.dataFolder, `hub at ${address}`);
    stopping.add(() => folder.release());
    const page = await findPage(pageFolder);
    if (!page) log.warn({ pageFolder }, 'the page is not built: only the interface is served');
    const hub = await startHub({
      dataFolder: folder.path,
      listen: options.listen,
      hostNames: options.hostNames,
      readers: options.readers,
      version,
      pageFolder: page,
      clock: systemClock,
      log,
    });
    stopping.add(() => hub.stop());
    return { hub, stop: () => stopping.stop() };
  } catch (failure) {
    await stopping.stop();
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRINUSE') {
      throw new PortTaken(address, await whoListens(port));
    }
    if (failure instanceof Error && 'code' in failure && failure.code === 'EADDRNOTAVAIL') {
      throw new Error(
        `${host} is no address of this machine; --listen takes one of its own, or 0.0.0.0 for all`,
      );
    }
    throw failure;
  }
}
