/** What keeps the files of this user's tables up: a process of the agent's, started with the first of them. */
import { join } from 'node:path';
import { startTableSync } from '../agent/tableSync/keeperProcess.ts';
import type { TableSync, TableSyncOptions } from '../agent/tableSync/tableSync.ts';
import { systemClock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';
import type { Surroundings } from './surroundings.ts';

/** For the agent, which says whom edits are told. */
export const tablesOf =
  ({ selfCommand, environment }: Surroundings, dataFolder: string, log: Log) =>
  (options: TableSyncOptions): TableSync =>
    startTableSync({
      ...options,
      selfCommand,
      environment,
      sidecarFolder: join(dataFolder, 'tables'),
      clock: systemClock,
      log,
    });
