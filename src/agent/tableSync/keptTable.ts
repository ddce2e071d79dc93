/**
 * One table's file, kept up. Each look goes the same way: what is the file now; has it come to rest; what does it hold;
 * which cells differ from the results; is it still the same file; rename. What somebody changed in it is told.
 *
 * A file is at rest when two looks half a second apart find the same: programs that write in place are not read in the
 * middle. All results are put in again after each edit, because an editor that was opened before a run ended saves the
 * run_num of then. A file that cannot be read or written does not stop anything: results go into a sidecar, with a warning.
 */
import {
  clearLeftovers,
  type FileIdentity,
  isSameContent,
  lookAtFile,
  type OwnedFile,
  readOwnedFile,
  replaceOwnedFile,
} from '../../io/ownedFile.ts';
import type { TableFile } from '../../model/queue.ts';
import type { FileRow, KeepTable, RowResult, TableEdits, TableWrite } from '../../protocol/tableSync.ts';
import { mergeEdits } from '../../tables/merge.ts';
import { type WrittenTable, writeResults } from '../../tables/table.ts';
import { addedRows, editPages } from './editPages.ts';
import { heldFiles } from './heldFiles.ts';
import { knownRows } from './knownRows.ts';
import { newestResults } from './newestResults.ts';
import type { Sidecar } from './sidecar.ts';
import { cutMessage, messageOf, troubleText } from './trouble.ts';

/** Two looks this far apart that find the same: nobody is in the middle of writing it. */
const REST_MS = 500;
/** Results are gathered for so long before the file is written again, and ten times as long as that last took. */
const WRITE_EACH_MS = 1000;
const WRITE_SHARE = 10;
/** A file that could not be written is tried again after this, or when there is something new. */
const TRY_AGAIN_MS = 30_000;
/** As large as a submit reads. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

export interface KeptTable {
  learn(keep: KeepTable): void;
  /** Resolves when the results stand in the file or the sidecar, with the warning of then. */
  write(write: TableWrite): Promise<string | null>;
  /** One look; never two at once. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface KeptTableOptions {
  table: string;
  file: TableFile;
  sidecar: Sidecar;
  tell(edits: TableEdits): Promise<boolean>;
  /** A clock that never jumps. */
  monotonicMs(): number;
}

interface Seen {
  identity: FileIdentity;
  sinceMs: number;
  /** We wrote it: nobody is in the middle of anything. */
  isOurs: boolean;
}

/** Begins to keep a file; nothing is touched before the first look. */
export function keptTable(options: KeptTableOptions): KeptTable {
  const { table, sidecar, tell, monotonicMs } = options;
  let { file } = options;
  const known = knownRows();
  /** True between a keep and the next read: what the hub has may be ahead of the file. */
  let isFresh = false;
  const results = newestResults();
  let rowsByKey = new Map<string, FileRow>();
  let seen: Seen | null = null;
  /** The file as it was when it was last read to the end. */
  let readAs: FileIdentity | null = null;
  let tryAgainAtMs: number | null = null;
  let mayWriteAtMs = 0;
  const held = heldFiles();
  let pages: TableEdits[] = [];
  let warning: string | null = null;
  /** Undefined: since the hub told of the table it has heard nothing. */
  let toldWarning: string | null | undefined;
  /** Where results stand that are not in the file; null where all are. */
  let asidePlace: string | null = null;
  let isBegun = false;

  const begin = async (): Promise<void> => {
    isBegun = true;
    await clearLeftovers(file.path);
    const left = await sidecar.load();
    if (!left) return;
    asidePlace = left.place;
    for (const result of left.results) results.remember(result);
  };

  /** True where the file has come to rest. */
  const isAtRest = (identity: FileIdentity): boolean => {
    if (!seen || !isSameContent(seen.identity, identity)) {
      seen = { identity, sinceMs: monotonicMs(), isOurs: false };
      return false;
    }
    return seen.isOurs || monotonicMs() - seen.sinceMs >= REST_MS;
  };

  const isDue = (identity: FileIdentity): boolean => {
    const nowMs = monotonicMs();
    if (!readAs || !isSameContent(readAs, identity)) return true;
    if (tryAgainAtMs !== null && nowMs >= tryAgainAtMs) return true;
    return results.unwritten.size > 0 && nowMs >= mayWriteAtMs;
  };

  const computed = (bytes: Uint8Array): Promise<WrittenTable> =>
    writeResults(bytes, {
      file: file.path,
      format: file.format,
      sheet: file.sheet,
      resultColumns: file.writesColumns,
      known: known.rows.size > 0 ? known.rows.keys() : results.latest.keys(),
      results: [...results.latest.values()],
      neededBefore: new Map([...known.rows].map(([key, { needRunNum }]) => [key, needRunNum])),
      ignoreEdits: isFresh ? new Set(results.unwritten) : new Set(),
    });

  /** False where somebody wrote the file meanwhile: it is looked at anew. */
  const replace = async (before: OwnedFile, bytes: Uint8Array): Promise<boolean> => {
    const replaced = await replaceOwnedFile(file.path, bytes, before);
    const nowMs = monotonicMs();
    if (!replaced) {
      seen = null;
      return false;
    }
    held.add(replaced.replaced, before.identity, nowMs);
    seen = { identity: replaced.identity, sinceMs: nowMs, isOurs: true };
    return true;
  };

  /** Reads, finds what was edited, and writes what differs. */
  const sync = async (): Promise<void> => {
    const startedAtMs = monotonicMs();
    const now = await readOwnedFile(file.path, { uid: file.uid, maxBytes: MAX_FILE_BYTES });
    if (!seen || !isSameContent(seen.identity, now.identity)) {
      seen = { identity: now.identity, sinceMs: startedAtMs, isOurs: false };
      return;
    }
    const taken = results.takenUp();
    const written = await computed(now.bytes);
    rowsByKey = new Map(written.rows.map((row) => [row.key, row]));
    const trouble = findEdits(written, taken);
    readAs = now.identity;
    if (written.isChanged) {
      if (!(await replace(now, written.bytes))) {
        pages = [];
        readAs = null;
        return;
      }
      readAs = seen.identity;
      const nowMs = monotonicMs();
      mayWriteAtMs = nowMs + Math.max(WRITE_EACH_MS, WRITE_SHARE * (nowMs - startedAtMs));
    }
    for (const [key, result] of taken) noteNeed(key, result);
    if (known.isComplete) isFresh = false;
    tryAgainAtMs = null;
    warning = trouble;
    if (asidePlace !== null) await sidecar.remove();
    asidePlace = null;
    results.settle(taken, warning);
  };

  /** Pages of what somebody edited; answers what cannot be taken up, in words. */
  const findEdits = (
    { rows, columns }: WrittenTable,
    taken: ReadonlyMap<string, RowResult>,
  ): string | null => {
    if (!known.isComplete) return null;
    const edits = mergeEdits(known.rows, rows);
    if (isFresh) edits.needRunNum = edits.needRunNum.filter(({ key }) => !taken.has(key));
    const added = addedRows(file, columns, edits.added);
    pages = editPages(table, edits, added.rows, added.warning);
    return added.warning;
  };

  /** What we wrote is what is known from now on, unless somebody's edit was left alone. */
  const noteNeed = (key: string, { needRunNum }: RowResult): void => {
    const row = rowsByKey.get(key);
    const before = known.rows.get(key);
    if (row && before && (isFresh || row.needRunNum === before.needRunNum))
      known.rows.set(key, { ...before, needRunNum });
  };

  /** What a program wrote into a file that we had replaced under it is taken for the file. True while it is at it. */
  const rescue = async (): Promise<boolean> => {
    const late = await held.look(file.path, monotonicMs());
    if (late === null || late === 'busy') return late === 'busy';
    const now = await readOwnedFile(file.path, { uid: file.uid, maxBytes: MAX_FILE_BYTES });
    // A save of somebody's that came after it is the newer word.
    if (seen?.isOurs && isSameContent(seen.identity, now.identity)) await replace(now, late.bytes);
    readAs = null;
    return false;
  };

  /** The file cannot be read or written: results go beside it. */
  const putAside = async (failure: unknown): Promise<void> => {
    const trouble = troubleText(failure, file.path);
    const taken = results.takenUp();
    tryAgainAtMs ??= monotonicMs() + TRY_AGAIN_MS;
    try {
      if (taken.size > 0) asidePlace = await sidecar.save(results.latest.values(), rowsByKey);
      warning = cutMessage(
        asidePlace === null ? trouble : `${trouble}; results are in ${asidePlace} until it can be written`,
      );
      mayWriteAtMs = monotonicMs() + WRITE_EACH_MS;
      results.settle(taken, warning);
    } catch (second) {
      warning = cutMessage(`${trouble}; nor could a file beside it be written: ${messageOf(second)}`);
      mayWriteAtMs = monotonicMs() + WRITE_EACH_MS;
      results.fail(warning);
    }
  };

  const tellPages = async (): Promise<void> => {
    for (let page = pages[0]; page; page = pages[0]) {
      if (!(await tell({ ...page, warning }))) return;
      known.take(page);
      for (const { key, needRunNum } of page.needRunNum) results.changeNeed(key, needRunNum);
      toldWarning = warning;
      pages.shift();
    }
    const words = warning;
    if (words === toldWarning || !known.isComplete) return;
    // That all is well is known once the file was read.
    if (words === null && readAs === null) return;
    const nothing = { added: [], needRunNum: [], removed: [], returned: [] };
    if (await tell({ table, ...nothing, warning: words })) toldWarning = words;
  };

  return {
    learn(keep) {
      file = keep.file;
      if (!known.learn(keep)) return;
      isFresh = true;
      readAs = null;
      toldWarning = undefined;
    },
    write(write) {
      file = write.file;
      results.take(write.results);
      const written = results.wait(write.results);
      // Of no results at all nothing is to be waited for.
      results.settle(new Map(), warning);
      return written;
    },
    async look() {
      try {
        if (!isBegun) await begin();
        if (await rescue()) return;
        const identity = await lookAtFile(file.path);
        if (isAtRest(identity) && isDue(identity)) await sync();
      } catch (failure) {
        // What could not be understood is not read again before it changes.
        readAs = seen?.identity ?? null;
        if (tryAgainAtMs === null || monotonicMs() >= mayWriteAtMs) {
          if (tryAgainAtMs !== null && monotonicMs() >= tryAgainAtMs) tryAgainAtMs = null;
          await putAside(failure);
        }
      }
      await tellPages();
    },
    close: () => held.close(),
  };
}
