/**
 * A small list of records kept in one JSON file (`{"version": 1, "records": […]}`), written whole and atomically, one
 * write after the other. For what is small and rarely changes; what grows belongs in a database.
 */
import { readFileIfThere, writeFileAtomically } from './atomicFile.ts';

export interface RecordFile<T> {
  /** What the file held when it was opened; empty where there was none. */
  loaded: T[];
  /** Writes these records; resolves when they are on disk. */
  save(records: readonly T[]): Promise<void>;
}

/** The file is there and cannot be understood: starting empty would forget everything, silently. */
export class DamagedFile extends Error {
  readonly path: string;
  /** What it should hold: a list of records, the hub's key, or the credential of a machine. */
  readonly holds: 'records' | 'hub-key' | 'credential';
  /** What its reader said; null where there is no more to say. */
  readonly reason: string | null;

  constructor(path: string, holds: DamagedFile['holds'], reason: string | null, message: string) {
    super(message);
    this.path = path;
    this.holds = holds;
    this.reason = reason;
  }
}

/**
 * Opens the file.
 * @param parse checks one record; throws where it is none.
 * @throws DamagedFile where the content is not what `save` writes.
 */
export async function openRecordFile<T>(path: string, parse: (record: unknown) => T): Promise<RecordFile<T>> {
  const text = await readFileIfThere(path);
  const loaded = text === null ? [] : parseRecords(text, path, parse);
  let saving: Promise<void> = Promise.resolve();
  return {
    loaded,
    save(records) {
      const content = `${JSON.stringify({ version: 1, records }, null, 1)}\n`;
      saving = saving.catch(() => undefined).then(() => writeFileAtomically(path, content));
      return saving;
    },
  };
}

function parseRecords<T>(text: string, path: string, parse: (record: unknown) => T): T[] {
  try {
    const file = JSON.parse(text) as { version?: unknown; records?: unknown };
    if (file.version !== 1 || !Array.isArray(file.records))
      throw new Error('it has no version 1 list of records');
    return file.records.map(parse);
  } catch (failure) {
    const reason = (failure instanceof Error ? failure.message : String(failure)).slice(0, 200);
    throw new DamagedFile(
      path,
      'records',
      reason,
      `${path} is damaged: ${reason}. Restore it from a copy, or move it away to begin anew`,
    );
  }
}
