/**
 * The machines that once reported by themselves, in `DATA/reporters.json`: one that is silent when the hub starts again is
 * shown with its last truth, like any other. Written a moment after a new one came, so that a flood of names costs one write.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { openRecordFile } from '../../io/recordFile.ts';
import { DialectName } from '../../model/dialect.ts';
import { name } from '../../model/fields.ts';

const Reporter = z.object({
  dialect: DialectName,
  hostname: name,
  /** Where its first report came from (`networkOf`); null of those that older versions wrote down. */
  from: name.nullable().default(null),
});
export type Reporter = z.infer<typeof Reporter>;

export interface Reporters {
  list(): Reporter[];
  note(id: string, reporter: Reporter): void;
  forget(id: string): void;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

const WRITE_AFTER_MS = 1000;

/**
 * Opens the file of a data folder.
 * @param idOf the id that a machine of that name has
 * @throws DamagedFile where the file cannot be understood.
 */
export async function openReporters(
  dataFolder: string,
  idOf: (reporter: Reporter) => string,
  clock: Clock,
  log: Log,
): Promise<Reporters> {
  const file = await openRecordFile(join(dataFolder, 'reporters.json'), (record) => Reporter.parse(record));
  const known = new Map(file.loaded.map((reporter) => [idOf(reporter), reporter]));
  let forgetWrite: (() => void) | null = null;
  const write = (): Promise<void> => {
    forgetWrite?.();
    forgetWrite = null;
    return file
      .save([...known.values()])
      .catch((failure: unknown) =>
        log.warn({ failure: String(failure) }, 'could not keep which older machines report here'),
      );
  };
  const writeSoon = (): void => {
    forgetWrite ??= clock.after(WRITE_AFTER_MS, () => void write());
  };
  return {
    list: () => [...known.values()],
    note(id, reporter) {
      if (known.has(id)) return;
      known.set(id, reporter);
      writeSoon();
    },
    forget(id) {
      if (known.delete(id)) writeSoon();
    },
    async stop() {
      if (forgetWrite) await write();
    },
  };
}
