/**
 * The keeper as the agent has it: a process that is started with the first table and ends with the last. Should it end by
 * itself, it is started again and told what it knew; requests that it had not answered fail, and the hub asks again.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { backoff } from '../../lib/backoff.ts';
import { parseJson } from '../../lib/json.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/limits.ts';
import type { TableFile } from '../../model/queue.ts';
import type { TableWritten } from '../../protocol/tableSync.ts';
import { type KnownRows, knownRows } from './knownRows.ts';
import { FromKeeper, type ToKeeper } from './messages.ts';
import { type TableSync, TableSyncError, type TableSyncOptions } from './tableSync.ts';

export interface KeeperProcessOptions extends TableSyncOptions {
  /** How to start this very program again. */
  selfCommand: readonly string[];
  environment: Record<string, string | undefined>;
  /** Where results go when a table's own folder cannot be written. */
  sidecarFolder: string;
  clock: Clock;
  log: Log;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
type Question = ToKeeper extends infer Asked
  ? Asked extends { id: number }
    ? Omit<Asked, 'id'>
    : never
  : never;

const RESTART = { firstMs: 1000, maximumMs: 60_000 };
/** The keeper answers a write within 30 s; this is for one whose process hangs. */
const PATIENCE_MS = 40_000;
const STOP_MS = 2000;
const LAST_WORDS = 400;

/** Starts no process before there is a table. */
export function startTableSync(options: KeeperProcessOptions): TableSync {
  const { selfCommand, environment, sidecarFolder, tell, clock, log } = options;
  const tables = new Map<string, { file: TableFile; known: KnownRows }>();
  const waiting = new Map<
    number,
    { resolve: (written: TableWritten | null) => void; reject: (failure: Error) => void; forget: () => void }
  >();
  const wait = backoff({ ...RESTART, random: Math.random });
  let child: Child | null = null;
  let lastId = 0;
  let isStopped = false;
  let forgetRestart = (): void => {};

  const say = (message: ToKeeper): void => {
    child?.stdin.write(`${JSON.stringify(message)}\n`);
  };

  const start = (): void => {
    const [program = '', ...args] = selfCommand;
    // In a session of its own: Ctrl-C in a terminal ends the agent, which lets the keeper finish what it is writing.
    const started = spawn(program, [...args, 'table-keeper', sidecarFolder], {
      // Every table may wait for a file server of its own.
      env: { ...environment, UV_THREADPOOL_SIZE: '32' },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child = started;
    let lastWords = '';
    started.stderr.setEncoding('utf8').on('data', (words: string) => {
      lastWords = (lastWords + words).slice(-LAST_WORDS);
    });
    started.stdin.on('error', () => undefined);
    createInterface({ input: started.stdout }).on('line', hear);
    started.on('error', (failure) => ended(started, failure.message));
    started.on('exit', (code, signal) =>
      ended(started, `${signal ?? `exit code ${code}`} ${lastWords}`.trim()),
    );
    started.unref();
  };

  const ended = (which: Child, how: string): void => {
    if (child !== which) return;
    child = null;
    for (const { reject, forget } of waiting.values()) {
      forget();
      reject(new TableSyncError('failed', `the process that keeps tables ended: ${how}`));
    }
    waiting.clear();
    if (isStopped || tables.size === 0) return;
    const waitMs = wait.next();
    log.warn({ how, waitMs }, 'the process that keeps tables ended; starting it again');
    forgetRestart = clock.after(waitMs, () => {
      if (child || isStopped || tables.size === 0) return;
      start();
      for (const [table, { file, known }] of tables) sayKnown(table, file, known);
    });
  };

  /** All that it knew, in pages. */
  const sayKnown = (table: string, file: TableFile, known: KnownRows): void => {
    if (!known.isComplete) return;
    const rows = [...known.rows].map(([key, row]) => ({ key, ...row }));
    for (let from = 0; from === 0 || from < rows.length; from += MAX_ROWS_PER_BATCH) {
      const page = rows.slice(from, from + MAX_ROWS_PER_BATCH);
      const isLast = from + MAX_ROWS_PER_BATCH >= rows.length;
      ask({ say: 'keep', keep: { table, file, known: page, isLast } }).catch(() => undefined);
    }
  };

  const hear = (line: string): void => {
    const heard = FromKeeper.safeParse(parseJson(line));
    if (!heard.success)
      return log.warn({ problem: heard.error.message }, 'the keeper of tables was not understood');
    const { data: message } = heard;
    wait.reset();
    if (message.say === 'edits') {
      const { id, edits } = message;
      void tell(edits)
        .catch(() => false)
        .then((isTaken) => {
          if (isTaken) tables.get(edits.table)?.known.take(edits);
          say({ say: 'heard', id, isTaken });
        });
      return;
    }
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    asked?.forget();
    if (message.say === 'done') asked?.resolve(message.written);
    else asked?.reject(new TableSyncError(message.code, message.message));
  };

  const ask = (question: Question): Promise<TableWritten | null> => {
    if (isStopped) return Promise.reject(new TableSyncError('failed', 'the agent is ending'));
    if (!child) {
      forgetRestart();
      start();
      if (question.say !== 'keep')
        for (const [table, { file, known }] of tables) sayKnown(table, file, known);
    }
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      const forget = clock.after(PATIENCE_MS, () => {
        waiting.delete(id);
        reject(new TableSyncError('busy', 'the process that keeps tables does not answer'));
      });
      waiting.set(id, { resolve, reject, forget });
      say({ ...question, id });
    });
  };

  return {
    async keep(keep) {
      const entry = tables.get(keep.table) ?? { file: keep.file, known: knownRows() };
      entry.file = keep.file;
      entry.known.learn(keep);
      tables.set(keep.table, entry);
      await ask({ say: 'keep', keep });
    },
    async write(write) {
      const written = await ask({ say: 'write', write });
      if (!written) throw new TableSyncError('failed', 'the keeper answered something else');
      const known = tables.get(write.table)?.known;
      for (const { key, needRunNum } of write.results) {
        const row = known?.rows.get(key);
        if (row) known?.rows.set(key, { ...row, needRunNum });
      }
      return written;
    },
    async forget(table) {
      tables.delete(table);
      if (!child) return;
      await ask({ say: 'forget', table });
      if (tables.size === 0) child?.stdin.end();
    },
    async stop() {
      isStopped = true;
      forgetRestart();
      const running = child;
      if (!running) return;
      await new Promise<void>((resolve) => {
        const giveUp = clock.after(STOP_MS, () => {
          running.kill('SIGKILL');
          resolve();
        });
        running.once('exit', () => {
          giveUp();
          resolve();
        });
        running.stdin.end();
      });
      for (const { forget } of waiting.values()) forget();
    },
  };
}
