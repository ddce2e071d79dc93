/** What keeps the files of this user's tables up: a process of the agent's, started with the first of them. */
import { join } from 'node:path';
import { startKeeper } from '../agent/tableSync/keeper.ts';
import { startTableSync } from '../agent/tableSync/keeperProcess.ts';
import type { TableSync, TableSyncOptions } from '../agent/tableSync/tableSync.ts';
import { systemClock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';
import type { TableWrite, TableWritten } from '../protocol/tableSync.ts';
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

/** Writes results in this process, for a command of the owner's that waits for them. @throws TableSyncError */
export async function writeTableHere(write: TableWrite): Promise<TableWritten> {
  const keeper = startKeeper({
    uid: process.getuid?.() ?? 0,
    sidecarFolder: null,
    tell: async () => true,
    lookEachMs: 100,
  });
  try {
    return await keeper.write(write);
  } finally {
    await keeper.stop();
  }
}
