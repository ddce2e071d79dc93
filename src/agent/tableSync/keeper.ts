/** Keeps several tables at once, in this process: each is looked at twice a second, none waits for another. */
import { TableWritten } from '../../protocol/tableSync.ts';
import { type KeptTable, keptTable } from './keptTable.ts';
import { sidecarOf } from './sidecar.ts';
import { type TableSync, TableSyncError, type TableSyncOptions } from './tableSync.ts';

const LOOK_EACH_MS = 500;
/** The hub gives a write a minute; results that take longer stay here, and it asks again. */
const ANSWER_WITHIN_MS = 30_000;
/** For a last look when the agent ends. */
const LAST_LOOK_MS = 1000;

export interface KeeperOptions extends TableSyncOptions {
  /** Whose files are opened: this process's own user's. */
  uid: number;
  /** Where results go when a table's own folder cannot be written; null: nowhere. */
  sidecarFolder: string | null;
  monotonicMs?: () => number;
  lookEachMs?: number;
}

/** Starts with no table. */
export function startKeeper(options: KeeperOptions): TableSync {
  const { uid, sidecarFolder, tell, lookEachMs = LOOK_EACH_MS } = options;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const tables = new Map<string, { kept: KeptTable; looking: Promise<void> | null }>();

  const look = (table: string): Promise<void> => {
    const entry = tables.get(table);
    if (!entry) return Promise.resolve();
    entry.looking ??= entry.kept.look().finally(() => {
      entry.looking = null;
    });
    return entry.looking;
  };
  const timer = setInterval(() => {
    for (const table of tables.keys()) void look(table);
  }, lookEachMs);

  const entryOf = (table: string, file: Parameters<typeof keptTable>[0]['file']) => {
    if (file.uid !== uid)
      throw new TableSyncError(
        'owner',
        `${file.path} is kept up by user ${file.uid}; this agent runs as ${uid}`,
      );
    let entry = tables.get(table);
    if (!entry) {
      const sidecar = sidecarOf(file.path, sidecarFolder);
      entry = { kept: keptTable({ table, file, sidecar, tell, monotonicMs }), looking: null };
      tables.set(table, entry);
    }
    return entry;
  };

  return {
    async keep(keep) {
      entryOf(keep.table, keep.file).kept.learn(keep);
    },
    async write(write) {
      const { kept } = entryOf(write.table, write.file);
      const warning = await within(
        kept.write(write),
        ANSWER_WITHIN_MS,
        `${write.file.path} is being written by somebody, or its disk does not answer`,
      );
      return TableWritten.parse({ table: write.table, revision: write.revision, warning });
    },
    async forget(table) {
      const entry = tables.get(table);
      tables.delete(table);
      await entry?.looking;
      await entry?.kept.close();
    },
    async stop() {
      clearInterval(timer);
      const last = Promise.all(
        [...tables.keys()].map(async (table) => {
          await tables.get(table)?.looking;
          await look(table);
          await tables.get(table)?.kept.close();
        }),
      );
      await Promise.race([last, new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS).unref())]);
      tables.clear();
    },
  };
}

/** @throws TableSyncError */
async function within<T>(promise: Promise<T>, milliseconds: number, busy: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TableSyncError('busy', busy)), milliseconds);
  });
  try {
    return await Promise.race([
      promise.catch((failure: unknown) => {
        throw new TableSyncError('failed', failure instanceof Error ? failure.message : String(failure));
      }),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
