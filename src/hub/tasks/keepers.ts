/**
 * Tables whose files are kept up (scheduling.md, 4): by the agent that runs as their owner on their machine, and by nobody
 * else (trust.md, 11). Each is told once a connection which rows the hub knows, then what to write, at most once a second;
 * what somebody edited in the file comes back as edits.
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { MAX_ROWS_PER_BATCH, MAX_ROWS_PER_TABLE } from '../../model/limits.ts';
import type { TableFile } from '../../model/queue.ts';
import { tableIdOf } from '../../model/task.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import type { TableEdits } from '../../protocol/tableSync.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import { aloneWords } from './aloneWords.ts';
import type { TableView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Agent } from './presence.ts';
import { isFinished } from './queueStatus.ts';
import { rowRoom } from './rowRoom.ts';

export interface KeeperOptions {
  book: TaskBook;
  links: Pick<AgentLinks, 'ask'>;
  /** Those that may act for their users. */
  agents: () => readonly Agent[];
  machineOf: (nodeId: string) => string | null;
  clock: Clock;
  log: Log;
  /** What an agent's edits came to, for the audit trail. */
  edited: (nodeId: string, table: string, what: string) => void;
}

export interface Keepers {
  /** Nothing that this node keeps is known to it any more: its connection is another. */
  forget(nodeId: string): void;
  /** Whether its file is kept up now by an agent of its owner's; null where it has none, or agents are still coming. */
  isKeptUp(table: TableView): boolean | null;
  /** @throws Error where the table is not this node's to speak of. */
  edits(nodeId: string, edits: TableEdits): Promise<void>;
  stop(): void;
}

const EVERY_MS = 1000;
/** A file on a slow network mount is fsynced and renamed in this time, or the write is tried again. */
const WRITE_PATIENCE_MS = 60_000;
const KEEP_PATIENCE_MS = 10_000;
const AGAIN_AFTER_MS = 10_000;
/** A table may wait so long for its keeper before somebody is told. */
/** Rows that the queue had no room for are asked about again after this, once there is some. */
const ROOM_AGAIN_MS = 30_000;
const ALONE_AFTER_MS = 15_000;

interface Kept {
  /** The node that knows the table's rows; null: none yet. */
  by: string | null;
  isBusy: boolean;
  notBeforeMs: number;
  aloneSinceMs: number | null;
  /** Rows of its file were not queued for want of room: when to look again. Null: none. */
  lookForRoomAtMs: number | null;
}

type TableWithFile = TableView & { file: TableFile };

const hasFile = (table: TableView | null): table is TableWithFile => (table?.file ?? null) !== null;

/** Looks after the tables of a book once a second. */
export function keepers(options: KeeperOptions): Keepers {
  const { book, links, machineOf, clock, log } = options;
  const kept = new Map<number, Kept>();
  const startedAtMs = clock.nowMs();

  const follow = (table: TableView): void => {
    if (!hasFile(table) || kept.has(table.number)) return;
    kept.set(table.number, {
      by: null,
      isBusy: false,
      notBeforeMs: 0,
      aloneSinceMs: null,
      lookForRoomAtMs: null,
    });
  };
  for (const table of book.tables()) if (!isSettled(table)) follow(table);

  /**
   * The agent that runs as the table's owner on the file's machine. The number alone, which a submit may say as it likes,
   * would have anybody's files read and written by whoever has that number.
   */
  const keeperOf = ({ owner, file }: TableWithFile): string | null =>
    options
      .agents()
      .find(
        ({ nodeId, user, uid }) => user === owner && uid === file.uid && machineOf(nodeId) === file.machineId,
      )?.nodeId ?? null;

  /** Over, and its file says so: what stands beside a file that could not be written is to come into it yet. */
  function isSettled(table: TableView): boolean {
    return (
      isFinished(table) && table.fileWarning === null && book.unwritten(table.number, 1).results.length === 0
    );
  }

  const look = (): void => {
    for (const [number, entry] of kept) {
      const table = book.table(number);
      if (!hasFile(table)) kept.delete(number);
      else if (!entry.isBusy && table.isComplete && clock.nowMs() >= entry.notBeforeMs) attend(table, entry);
    }
  };

  const attend = (table: TableWithFile, entry: Kept): void => {
    const nodeId = keeperOf(table);
    if (nodeId === null) {
      // Its owner wrote it himself: nobody need look after it.
      if (isSettled(table)) kept.delete(table.number);
      else tellAlone(table, entry);
      return;
    }
    entry.aloneSinceMs = null;
    const isRoomDue = entry.lookForRoomAtMs !== null && clock.nowMs() >= entry.lookForRoomAtMs;
    if (isRoomDue && rowRoom(book, table.owner).rows > 0) {
      // Introduced anew, the keeper tells again of the rows that the hub does not know.
      entry.lookForRoomAtMs = null;
      entry.by = null;
    }
    const isNew = entry.by !== nodeId;
    if (!isNew && isSettled(table)) {
      kept.delete(table.number);
      links
        .ask(nodeId, { kind: 'forget-table', table: tableIdOf(table.number) }, KEEP_PATIENCE_MS)
        .catch(() => undefined);
      return;
    }
    entry.isBusy = true;
    const work = isNew ? introduce(nodeId, table, entry) : write(nodeId, table);
    work
      .catch((failure: unknown) => {
        entry.by = null;
        entry.notBeforeMs = clock.nowMs() + AGAIN_AFTER_MS;
        log.warn(
          { table: tableIdOf(table.number), node: nodeId, failure: String(failure) },
          "a table's file could not be kept up; tried again",
        );
      })
      .finally(() => {
        entry.isBusy = false;
      });
  };

  const tellAlone = (table: TableWithFile, entry: Kept): void => {
    entry.by = null;
    entry.aloneSinceMs ??= clock.nowMs();
    if (clock.nowMs() - entry.aloneSinceMs < ALONE_AFTER_MS || table.fileWarning !== null) return;
    book.changeTable(table.number, { fileWarning: aloneWords(table.number) }, null);
  };

  /** Tells the keeper what the hub has of the table; from then on it looks for edits. */
  const introduce = async (nodeId: string, table: TableWithFile, entry: Kept): Promise<void> => {
    const known = table.tasks.map(({ key, needRunNum, isInFile }) => ({
      key,
      needRunNum,
      isRemoved: !isInFile,
    }));
    const id = tableIdOf(table.number);
    for (let from = 0; from === 0 || from < known.length; from += MAX_ROWS_PER_BATCH) {
      const page = known.slice(from, from + MAX_ROWS_PER_BATCH);
      const isLast = from + MAX_ROWS_PER_BATCH >= known.length;
      await done(
        nodeId,
        { kind: 'keep-table', keep: { table: id, file: table.file, known: page, isLast } },
        'kept',
      );
    }
    entry.by = nodeId;
    // What else is wrong with the file the keeper says, once it has looked.
    if (table.fileWarning === aloneWords(table.number))
      book.changeTable(table.number, { fileWarning: null }, null);
  };

  const write = async (nodeId: string, table: TableWithFile): Promise<void> => {
    const { revision, results } = book.unwritten(table.number, MAX_ROWS_PER_BATCH);
    if (results.length === 0) return;
    // The file never says more than what is kept: a hub that ends now begins again with what is durable.
    await book.durable();
    const answer = await done(
      nodeId,
      {
        kind: 'write-table',
        write: { table: tableIdOf(table.number), file: table.file, revision, results },
      },
      'table-written',
    );
    book.written(table.number, answer.written.revision, answer.written.warning);
  };

  const done = async <Kind extends AgentAnswer['kind']>(
    nodeId: string,
    request: AgentRequest,
    kind: Kind,
  ): Promise<Extract<AgentAnswer, { kind: Kind }>> => {
    const patience = request.kind === 'write-table' ? WRITE_PATIENCE_MS : KEEP_PATIENCE_MS;
    const answer = await links.ask(nodeId, request, patience);
    if (answer.kind === kind) return answer as Extract<AgentAnswer, { kind: Kind }>;
    throw new Error(answer.kind === 'failed' ? answer.message : `the agent answered ${answer.kind}`);
  };

  const stopLooking = clock.every(EVERY_MS, look);
  const stopFollowing = book.onTable(follow);
  const stopFollowingTasks = book.onTask((task) => follow(task.table));
  return {
    forget(nodeId) {
      for (const entry of kept.values()) if (entry.by === nodeId) entry.by = null;
    },
    isKeptUp(table) {
      if (!hasFile(table)) return null;
      if (keeperOf(table) !== null) return true;
      return clock.nowMs() - startedAtMs < ALONE_AFTER_MS ? null : false;
    },
    async edits(nodeId, edits) {
      const table = book.table(Number(edits.table.slice(1)));
      if (!hasFile(table) || keeperOf(table) !== nodeId)
        throw new Error(`${edits.table} is not a table that this node keeps`);
      const { what, isFull } = apply(book, table, edits);
      const entry = kept.get(table.number);
      if (isFull && entry) entry.lookForRoomAtMs = clock.nowMs() + ROOM_AGAIN_MS;
      await book.durable();
      if (what !== null) options.edited(nodeId, edits.table, what);
    },
    stop() {
      stopLooking();
      stopFollowing();
      stopFollowingTasks();
    },
  };
}

/** What an edited file changes; in words, null for nothing. `isFull`: not all of its new rows are queued. */
function apply(
  book: TaskBook,
  table: TableWithFile,
  edits: TableEdits,
): { what: string | null; isFull: boolean } {
  const { number } = table;
  const done: string[] = [];
  const each = (keys: readonly string[], verb: string, change: (task: number) => { done: boolean }): void => {
    let changed = 0;
    for (const key of keys) {
      const task = book.taskByKey(number, key);
      if (task && change(task.number).done) changed += 1;
    }
    if (changed > 0) done.push(`${changed} ${verb}`);
  };
  each(edits.removed, 'removed', book.rowRemoved);
  each(edits.returned, 'returned', book.rowReturned);
  const wanted = new Map(edits.needRunNum.map(({ key, needRunNum }) => [key, needRunNum]));
  each([...wanted.keys()], 'with another need_run_num', (task) => {
    const key = book.task(task)?.key ?? '';
    return book.edit(task, { needRunNum: wanted.get(key) ?? 0 }, null);
  });
  const fresh = edits.added.filter(({ key }) => book.taskByKey(number, key) === null);
  const room = rowRoom(book, table.owner);
  const added = fresh.slice(0, Math.max(0, Math.min(room.rows, MAX_ROWS_PER_TABLE - table.tasks.length)));
  const left = fresh.length - added.length;
  const isFull = left > 0 && table.tasks.length + added.length < MAX_ROWS_PER_TABLE;
  if (added.length > 0) {
    book.addRows(number, table.lastBatch, added, false);
    done.push(`${added.length} added`);
  }
  const warning = left > 0 ? leftOut(left, isFull ? room.reason(left) : null) : edits.warning;
  if (warning !== table.fileWarning) book.changeTable(number, { fileWarning: warning }, null);
  return { what: done.length === 0 ? null : done.join(', '), isFull };
}

/** @param full why there is no room; null: the table itself is full */
const leftOut = (rows: number, full: string | null): string =>
  full === null
    ? `${rows} rows that were added to the file are not queued: a table may have ${MAX_ROWS_PER_TABLE}`
    : `${rows} rows that were added to the file are not queued yet: ${full}; they are once there is room`;
