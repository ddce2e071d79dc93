/**
 * The line: every run that waits, kept so that a decision costs what can start and not what stands in it. Runs that would
 * be answered alike (same owner, band and needs) form a **group** in the order of their rows; where its first finds no
 * room, none of them does. Runs that wait for a time, a dependency or somebody's word stand apart.
 *
 * A mutable data structure without a clock: the hub sets a run whenever something about it changes, and removes it when it
 * is given out or over.
 */
import type { TableLimits, WaitingRun } from './facts.ts';

/** A place in a group; `isGone` once the run left, so that leaving costs nothing. */
interface Entry {
  run: WaitingRun;
  group: Group | null;
  isGone: boolean;
}

/** Runs that are answered alike, in order. */
export interface Group {
  readonly key: string;
  readonly owner: string;
  readonly priority: number;
  /** Set where the table has a limit or is paused: then it has groups of its own. */
  readonly table: string | null;
  /** What places it: runs of one shape fit the same cards. */
  readonly shape: Shape;
  /** Any of them, for what they have in common. */
  readonly example: WaitingRun;
  entries: Entry[];
  waiting: number;
}

/** What decides where a run fits. */
export interface Shape {
  /** Which cards may be looked at at all. */
  readonly where: string;
  readonly gpus: number;
  /** How much memory: a figure of its own, or what is known of its profile or table by then. */
  readonly memory: string;
}

const FREE_TABLE: TableLimits = { maxRunning: null, paused: null, isComplete: true };

export class Lineup {
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new Map<string, Group>();
  readonly #tables = new Map<string, TableLimits>();
  /** Wait for a time: by time, soonest last. */
  #timed: Entry[] = [];
  #timedIsSorted = true;

  /** Runs in the line, whatever they wait for. */
  get size(): number {
    return this.#entries.size;
  }

  get(id: string): WaitingRun | null {
    return this.#entries.get(id)?.run ?? null;
  }

  *runs(): IterableIterator<WaitingRun> {
    for (const entry of this.#entries.values()) yield entry.run;
  }

  /** Puts a run into the line, or in its new place where it was changed. */
  set(run: WaitingRun): void {
    const known = this.#entries.get(run.id);
    if (known) this.#leave(known);
    const entry: Entry = { run, group: null, isGone: false };
    this.#entries.set(run.id, entry);
    this.#place(entry);
  }

  /** Takes a run out; nothing where it is not in the line. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#leave(entry);
    this.#entries.delete(id);
  }

  /** Limits of a table; its runs are regrouped where that is needed. */
  setTable(table: string, limits: TableLimits): void {
    const wasApart = isApart(this.limitsOf(table));
    this.#tables.set(table, limits);
    if (wasApart === isApart(limits)) return;
    // Back among the others: those of its own groups, which are found without looking through the line.
    const members = wasApart ? this.#ofOwnGroups(table) : this.#entries.values();
    for (const entry of members) if (entry.run.table === table && entry.group) this.set(entry.run);
  }

  removeTable(table: string): void {
    this.#tables.delete(table);
  }

  limitsOf(table: string | null): TableLimits {
    return (table === null ? undefined : this.#tables.get(table)) ?? FREE_TABLE;
  }

  /** Lets those whose time has come join their group. */
  release(nowMs: number): void {
    this.#sortTimed();
    for (let next = this.#timed.at(-1); next; next = this.#timed.at(-1)) {
      if (!next.isGone && dueAtMs(next.run) > nowMs) return;
      this.#timed.pop();
      if (!next.isGone) this.#join(next);
    }
  }

  /** When the next of them is due; null where none waits for a time. */
  nextAtMs(): number | null {
    this.#sortTimed();
    while (this.#timed.at(-1)?.isGone) this.#timed.pop();
    const next = this.#timed.at(-1);
    return next ? dueAtMs(next.run) : null;
  }

  /** Groups that have runs, in no order. */
  groups(): IterableIterator<Group> {
    return this.#groups.values();
  }

  /** True where a run stands in a group: nothing but room and limits keeps it. */
  isReady(id: string): boolean {
    return (this.#entries.get(id)?.group ?? null) !== null;
  }

  /** How many stand before a run in its group. */
  countBefore(run: WaitingRun): number {
    const group = this.#entries.get(run.id)?.group;
    let before = 0;
    for (const entry of group?.entries ?? []) {
      if (entry.run.id === run.id && !entry.isGone) break;
      if (!entry.isGone) before += 1;
    }
    return before;
  }

  #ofOwnGroups(table: string): Entry[] {
    const own = [...this.#groups.values()].filter((group) => group.table === table);
    return own.flatMap(({ entries }) => entries.filter(({ isGone }) => !isGone));
  }

  #place(entry: Entry): void {
    const { run } = entry;
    if (run.hold !== null || run.previousRun !== null || !dependenciesAreMet(run)) return;
    if (run.notBefore === null) {
      this.#join(entry);
      return;
    }
    this.#timed.push(entry);
    this.#timedIsSorted = false;
  }

  #sortTimed(): void {
    if (this.#timedIsSorted) return;
    this.#timed.sort((a, b) => dueAtMs(b.run) - dueAtMs(a.run));
    this.#timedIsSorted = true;
  }

  #join(entry: Entry): void {
    const { run } = entry;
    const table = run.table !== null && isApart(this.limitsOf(run.table)) ? run.table : null;
    const shape = shapeOf(run);
    const key = `${run.priority}|${run.owner}|${table ?? ''}|${shape.gpus}|${shape.memory}|${shape.where}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = {
        key,
        owner: run.owner,
        priority: run.priority,
        table,
        shape,
        example: run,
        entries: [],
        waiting: 0,
      };
      this.#groups.set(key, group);
    }
    entry.group = group;
    group.waiting += 1;
    const last = group.entries.at(-1);
    if (!last || last.run.order <= run.order) group.entries.push(entry);
    else group.entries.splice(placeOf(group.entries, run.order), 0, entry);
  }

  #leave(entry: Entry): void {
    entry.isGone = true;
    const { group } = entry;
    if (!group) return;
    entry.group = null;
    group.waiting -= 1;
    if (group.waiting === 0) {
      this.#groups.delete(group.key);
      return;
    }
    // Those who left are swept once they are the greater part: each is moved at most once per leaving.
    if (group.entries.length > 2 * group.waiting + 16) {
      group.entries = group.entries.filter((other) => !other.isGone);
    }
  }
}

/** What decides where a run fits. */
export function shapeOf({ ask, own, profile, tableBytes, pin, person, avoid, gpuOrder }: WaitingRun): Shape {
  const where = [
    ask.model?.toLowerCase() ?? '',
    ask.node ?? '',
    pin ?? '',
    person ?? '*',
    gpuOrder ?? '',
    avoid.join(','),
  ].join('\u0000');
  const memory = own ? `${own.bytes}` : `${profile}\u0000${tableBytes ?? ''}`;
  return { where, gpus: ask.gpus, memory: ask.gpus === 0 ? '' : memory };
}

/** True where nothing it depends on is missing. */
export const dependenciesAreMet = (run: WaitingRun): boolean =>
  run.dependencies.every(({ wanted, state }) => isMet(wanted, state));

/** True for a state that a dependency waits for. */
export function isMet(wanted: 'ok' | 'end', state: WaitingRun['dependencies'][number]['state']): boolean {
  if (state === 'succeeded') return true;
  return wanted === 'end' && ['failed', 'cancelled', 'timed_out', 'impossible', 'lost'].includes(state);
}

const dueAtMs = (run: WaitingRun): number => run.notBefore?.atMs ?? 0;
const isApart = ({ maxRunning, paused, isComplete }: TableLimits): boolean =>
  maxRunning !== null || paused !== null || !isComplete;

/** Where an order belongs among sorted ones: behind its equals. */
function placeOf(entries: readonly Entry[], order: number): number {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.run.order ?? 0) <= order) from = middle + 1;
    else to = middle;
  }
  return from;
}
