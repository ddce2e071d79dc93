/**
 * Rows of a list of tasks as the hub filters, sorts and pages them, 200 at a time: only what is looked at is asked for,
 * and asked for again when the queue changed. Rows stay on screen until their successors are here.
 */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { RunCounts } from '../../src/model/queue.ts';
import type { RunState } from '../../src/model/task.ts';
import type { Task } from '../../src/protocol/taskApi.ts';
import { askHub, type HubAnswer } from './hub.ts';

export const PAGE_ROWS = 200;
/** Not more often than this is a page asked for again, however fast the queue changes. */
const AGAIN_MS = 700;
const MOST_PAGES = 40;

export interface RowsQuery {
  table: string | undefined;
  states: readonly RunState[];
  query: string;
  whose?: 'mine' | 'all';
}

export interface RowsPicture {
  /** Null before the first answer. */
  total: number | null;
  /** Of all rows of the table, whatever is filtered. */
  counts: RunCounts;
  failure: Extract<HubAnswer<unknown>, { ok: false }> | null;
  rowAt: (place: number) => Task | null;
  /** Rises with each answer: `rowAt` may then tell other rows. */
  version: number;
}

export interface TaskRows extends RowsPicture {
  /** These are looked at. */
  want: (from: number, to: number) => void;
  /** Asks for them again, now; done once what is looked at is here. */
  askAgain: () => Promise<void>;
  /** Ids of a range, asked of the hub where they are not here. */
  idsBetween: (from: number, to: number) => Promise<string[]>;
}

interface Page {
  rows: readonly Task[];
  /** Revision of the queue that it was asked at; -1 while it must be asked for again. */
  revision: number;
  askedAtMs: number;
  isAsked: boolean;
  /** Done with the answer that is awaited, or the last one. */
  answered: Promise<void>;
}

class RowStore {
  private readonly pages = new Map<number, Page>();
  private readonly listeners = new Set<() => void>();
  private abort = new AbortController();
  private readonly query: RowsQuery;
  private revision = 0;
  private wanted: [from: number, to: number] = [0, 0];
  private timer: ReturnType<typeof setTimeout> | undefined;
  picture: RowsPicture = { total: null, counts: {}, failure: null, rowAt: () => null, version: 0 };

  constructor(query: RowsQuery) {
    this.query = query;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Also after a stop: what was asked in vain is asked for again. */
  start(): void {
    if (!this.abort.signal.aborted) return;
    this.abort = new AbortController();
    this.pages.clear();
    this.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.abort.abort();
  }

  setRevision(revision: number): void {
    if (revision === this.revision) return;
    this.revision = revision;
    this.refresh();
  }

  want = (from: number, to: number): void => {
    this.wanted = [Math.floor(from / PAGE_ROWS), Math.floor(Math.max(from, to) / PAGE_ROWS)];
    this.refresh();
  };

  askAgain = async (): Promise<void> => {
    // What is on its way may have been told before whatever made somebody ask.
    await Promise.all(this.wantedPages().map(({ answered }) => answered));
    for (const page of this.pages.values()) Object.assign(page, { revision: -1, askedAtMs: 0 });
    this.refresh();
    await Promise.all(this.wantedPages().map(({ answered }) => answered));
  };

  private wantedPages(): Page[] {
    const [from, to] = this.wanted;
    return Array.from({ length: to - from + 1 }, (_, place) => this.pages.get(from + place)).filter(
      (page) => page !== undefined,
    );
  }

  idsBetween = async (from: number, to: number): Promise<string[]> => {
    const known = Array.from({ length: to - from + 1 }, (_, place) => this.picture.rowAt(from + place));
    if (known.every((row) => row !== null)) return known.map((row) => row.id);
    const answer = await this.ask(from, to - from + 1);
    return answer.ok ? answer.value.tasks.map((task) => task.id) : [];
  };

  private ask(offset: number, limit: number) {
    const { table, states, query, whose = 'all' } = this.query;
    return askHub('tasks', {
      query: {
        table,
        states: states.length === 0 ? undefined : states.join(','),
        query,
        whose,
        offset,
        limit,
      },
      signal: this.abort.signal,
    });
  }

  /** Asks for what is wanted and not here, or not as it is now. */
  private refresh(): void {
    clearTimeout(this.timer);
    const nowMs = performance.now();
    let dueInMs = Number.POSITIVE_INFINITY;
    for (let number = this.wanted[0]; number <= this.wanted[1]; number += 1) {
      const page = this.pages.get(number);
      if (page && (page.isAsked || page.revision === this.revision)) continue;
      const waitMs = page ? page.askedAtMs + AGAIN_MS - nowMs : 0;
      if (waitMs <= 0) this.askPage(number, page);
      else dueInMs = Math.min(dueInMs, waitMs);
    }
    if (dueInMs !== Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.refresh(), dueInMs);
  }

  private askPage(number: number, before: Page | undefined): void {
    const page: Page = {
      rows: before?.rows ?? [],
      revision: this.revision,
      askedAtMs: performance.now(),
      isAsked: true,
      answered: Promise.resolve(),
    };
    this.pages.set(number, page);
    this.forgetFar();
    page.answered = this.fill(number, page);
  }

  private async fill(number: number, page: Page): Promise<void> {
    const { signal } = this.abort;
    const answer = await this.ask(number * PAGE_ROWS, PAGE_ROWS);
    if (signal.aborted) return;
    page.isAsked = false;
    if (answer.ok) {
      page.rows = answer.value.tasks;
      const { total, counts } = answer.value;
      const version = this.picture.version + 1;
      this.picture = { total, counts, failure: null, rowAt: this.rowAt, version };
    } else {
      page.revision = -1;
      this.picture = { ...this.picture, failure: answer };
    }
    for (const listener of this.listeners) listener();
    if (page.revision !== this.revision) this.refresh();
  }

  /** Pages far from what is looked at are let go: nobody needs 100,000 rows at once. */
  private forgetFar(): void {
    if (this.pages.size <= MOST_PAGES) return;
    const far = (number: number): number => Math.abs(number - this.wanted[0]);
    const [farthest] = [...this.pages.keys()].sort((a, b) => far(b) - far(a));
    if (farthest !== undefined) this.pages.delete(farthest);
  }

  private readonly rowAt = (place: number): Task | null =>
    this.pages.get(Math.floor(place / PAGE_ROWS))?.rows[place % PAGE_ROWS] ?? null;
}

/** Rows of a list, kept up while it is shown. `revision`: of the queue, or null while it is not known. */
export function useTaskRows(query: RowsQuery, revision: number | null): TaskRows {
  const { table, query: text, whose } = query;
  const states = query.states.join(',');
  const store = useMemo(
    () =>
      new RowStore({
        table,
        states: states === '' ? [] : (states.split(',') as RunState[]),
        query: text,
        ...(whose === undefined ? {} : { whose }),
      }),
    [table, states, text, whose],
  );
  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  useEffect(() => {
    if (revision !== null) store.setRevision(revision);
  }, [store, revision]);
  const picture = useSyncExternalStore(store.subscribe, () => store.picture);
  return { ...picture, want: store.want, askAgain: store.askAgain, idsBetween: store.idsBetween };
}
