/**
 * The durable half of the queue, seen from the hub's thread: changes go in and are committed in that order, in groups.
 * Everything that arrived while the last group was being written goes into the next one, so that a flush to the disk is
 * shared by all who wait for it.
 *
 * What cannot be committed (a full disk) is kept and tried again until it can; nobody is told meanwhile that it is done.
 * A worker that ended is started anew and given its last group once more: every change may be written twice.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../io/clock.ts';
import type { Log } from '../../../io/log.ts';
import type { Change, FromWorker, Row, ToWorker, Value } from './sentences.ts';
import type { ReadName } from './statements.ts';
import { StoreError } from './storeError.ts';

export interface StoreOptions {
  /** Of the database; `:memory:` for one that is forgotten. */
  path: string;
  clock: Clock;
  log: Log;
}

export interface Store {
  write(change: Change): void;
  /** Resolves when everything written so far is committed. */
  durable(): Promise<void>;
  /** Changes that are not committed yet. */
  pending(): number;
  /** Reads what was written so far; while nothing can be committed, what is. @throws where the database cannot be read. */
  read(name: ReadName, ...values: Value[]): Promise<Row[]>;
  /** Why nothing is committed at present, and what to do; null where all is well. */
  trouble(): string | null;
  onTrouble(listener: (trouble: string | null) => void): () => void;
  /** Commits what it can and closes the database. */
  stop(): Promise<void>;
}

/** A group holds the thread that also reads: larger ones would keep a page of rows waiting. */
const MOST_CHANGES_AT_ONCE = 20_000;
const RETRY_AFTER_MS = 1000;
/** Stopping waits this long for a disk that takes nothing. */
const STOP_WAITS_MS = 3000;

/** Beside this very file: in the bundle, which has one folder, under the name that scripts/build.ts gives it. */
const workerFile = (): URL =>
  new URL(import.meta.filename.endsWith('.ts') ? './worker.ts' : './storeWorker.js', import.meta.url);

/**
 * Opens the database in a thread of its own.
 * @throws StoreError
 */
export async function openStore({ path, clock, log }: StoreOptions): Promise<Store> {
  let waiting: Change[] = [];
  let group: readonly Change[] | null = null;
  let written = 0;
  let committed = 0;
  let waiters: { upTo: number; resolve: () => void }[] = [];
  let trouble: string | null = null;
  const troubleListeners = new Set<(trouble: string | null) => void>();
  const reads = new Map<number, { resolve(rows: Row[]): void; reject(failure: Error): void }>();
  let lastRead = 0;
  let isStopping = false;
  let hasEnded = false;
  let forgetRetry: (() => void) | null = null;
  let worker = await startWorker();

  async function startWorker(): Promise<Worker> {
    const started = new Worker(workerFile(), {
      workerData: { path },
      name: 'flowline-store',
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
    });
    await new Promise<void>((resolve, reject) => {
      started.once('message', (sentence: FromWorker) => {
        if (sentence.kind === 'not-opened')
          reject(new StoreError(sentence.code, sentence.message, sentence.hint));
        else resolve();
      });
      started.once('error', reject);
      started.once('exit', () => reject(new Error("the queue's database thread ended at its start")));
    }).catch(async (failure) => {
      await started.terminate();
      throw failure;
    });
    started.removeAllListeners('error');
    started.removeAllListeners('exit');
    started.on('message', hear);
    started.on('error', (failure) => log.error({ failure: String(failure) }, 'the database thread failed'));
    hasEnded = false;
    started.on('exit', () => {
      hasEnded = true;
      if (!isStopping) void startAgain();
    });
    return started;
  }

  const tell = (sentence: ToWorker): void => worker.postMessage(sentence);

  function hear(sentence: FromWorker): void {
    switch (sentence.kind) {
      case 'committed':
        committed += group?.length ?? 0;
        group = null;
        for (const words of sentence.refused) {
          log.error(
            { database: path },
            `a record of the queue was not taken, which is a defect of ours: ${words}`,
          );
        }
        setTrouble(null);
        wake();
        send();
        return;
      case 'not-committed':
        setTrouble(wordsFor(sentence.isFull, sentence.message));
        forgetRetry = clock.after(RETRY_AFTER_MS, sendAgain);
        return;
      case 'rows':
        reads.get(sentence.id)?.resolve(sentence.rows);
        reads.delete(sentence.id);
        return;
      case 'not-read':
        reads.get(sentence.id)?.reject(new Error(`cannot read ${path}: ${sentence.message}`));
        reads.delete(sentence.id);
        return;
      default:
    }
  }

  function send(): void {
    if (group || waiting.length === 0) return;
    group = waiting.length > MOST_CHANGES_AT_ONCE ? waiting.splice(0, MOST_CHANGES_AT_ONCE) : waiting;
    if (group === waiting) waiting = [];
    tell({ kind: 'commit', changes: group });
  }

  function sendAgain(): void {
    forgetRetry = null;
    if (group) tell({ kind: 'commit', changes: group });
  }

  function wake(): void {
    const done = waiters.filter((waiter) => waiter.upTo <= committed);
    if (done.length === 0) return;
    waiters = waiters.filter((waiter) => waiter.upTo > committed);
    for (const { resolve } of done) resolve();
  }

  function setTrouble(next: string | null): void {
    if (trouble === next) return;
    trouble = next;
    if (next === null) log.info({ database: path }, "the queue's database is written again");
    else log.error({ database: path, waiting: written - committed }, next);
    for (const listener of troubleListeners) listener(next);
  }

  const wordsFor = (isFull: boolean, message: string): string =>
    isFull
      ? `the queue cannot be kept: the disk of ${path} is full. Make room there: nothing is lost, what was sent waits and is confirmed then; nothing new starts meanwhile`
      : `the queue cannot be kept: ${path} is not written (${message}). Look at that disk; it is tried again each second, and nothing is confirmed meanwhile`;

  async function startAgain(): Promise<void> {
    forgetRetry?.();
    forgetRetry = null;
    for (const { reject } of reads.values()) reject(new Error('the database thread ended; ask again'));
    reads.clear();
    if (isStopping) return;
    setTrouble(wordsFor(false, 'its thread ended'));
    try {
      worker = await startWorker();
    } catch (failure) {
      setTrouble(wordsFor(false, failure instanceof Error ? failure.message : String(failure)));
      forgetRetry = clock.after(RETRY_AFTER_MS, () => void startAgain());
      return;
    }
    if (group) sendAgain();
    else setTrouble(null);
  }

  const durable = (): Promise<void> => {
    if (committed === written) return Promise.resolve();
    return new Promise((resolve) => waiters.push({ upTo: written, resolve }));
  };

  /** Resolves at once where there is trouble, or when it begins. */
  const onceInTrouble = (): { begun: Promise<void>; forget: () => void } => {
    if (trouble) return { begun: Promise.resolve(), forget: () => undefined };
    let forget = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      const listener = (): void => resolve();
      troubleListeners.add(listener);
      forget = () => troubleListeners.delete(listener);
    });
    return { begun, forget };
  };

  return {
    write(change) {
      waiting.push(change);
      written += 1;
      // All of this step together: it is sent when the step is over.
      if (!group && waiting.length === 1) queueMicrotask(send);
    },
    durable,
    pending: () => written - committed,
    async read(name, ...values) {
      if (committed < written) {
        const { begun, forget } = onceInTrouble();
        await Promise.race([durable(), begun]);
        forget();
      }
      lastRead += 1;
      const id = lastRead;
      return new Promise<Row[]>((resolve, reject) => {
        reads.set(id, { resolve, reject });
        tell({ kind: 'read', id, name, values });
      });
    },
    trouble: () => trouble,
    onTrouble(listener) {
      troubleListeners.add(listener);
      return () => troubleListeners.delete(listener);
    },
    async stop() {
      send();
      const patience = Promise.withResolvers<void>();
      const forgetPatience = clock.after(STOP_WAITS_MS, patience.resolve);
      await Promise.race([durable(), patience.promise]);
      // Left running it would keep the process for as long.
      forgetPatience();
      isStopping = true;
      forgetRetry?.();
      if (!hasEnded) {
        const closed = new Promise((resolve) => worker.once('exit', resolve));
        tell({ kind: 'close' });
        await closed;
      }
      for (const { reject } of reads.values()) reject(new Error('the hub is stopping'));
    },
  };
}
