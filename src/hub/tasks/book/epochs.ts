/** Tells a restored database by the note beside it, and keeps that note up (store/note.ts, restoring.ts). */
import type { Clock } from '../../../io/clock.ts';
import type { Log } from '../../../io/log.ts';
import { isOlder, newOpening, readNote, writeNote } from '../store/note.ts';
import type { Store } from '../store/store.ts';
import { beginEpoch } from './restoring.ts';
import type { Shelf } from './shelf.ts';

const FOLLOW_EVERY_MS = 5000;
/** Numbers that a forgotten database may have given out after its note was last written. */
const SKIPPED_NUMBERS = 10_000;

/**
 * Compares the loaded database with its note, begins a new epoch where it is older, and follows it from then on.
 * @param facts of the database, by name
 * @returns the stop; it writes a last note that no copy made before knows.
 */
export async function keepNote(options: {
  path: string;
  store: Store;
  shelf: Shelf;
  facts: ReadonlyMap<string, unknown>;
  clock: Clock;
  log: Log;
}): Promise<() => Promise<void>> {
  const { path, store, shelf, facts, clock, log } = options;
  let opening = typeof facts.get('opening') === 'string' ? String(facts.get('opening')) : null;
  shelf.fence.epoch = Number(facts.get('epoch') ?? 1);
  shelf.isRestored = facts.get('restored') === true;
  shelf.next.task = Math.max(shelf.next.task, Number(facts.get('firstTask') ?? 1));
  shelf.next.table = Math.max(shelf.next.table, Number(facts.get('firstTable') ?? 1));
  const numbers = () => ({
    epoch: shelf.fence.epoch,
    fence: shelf.fence.number,
    table: shelf.next.table,
    task: shelf.next.task,
  });
  const note = await readNote(path);
  if (isOlder({ ...numbers(), opening }, note)) {
    beginEpoch(shelf, note?.epoch ?? shelf.fence.epoch);
    // Logs on the nodes are named by these: a number that the forgotten part may have used is not used again.
    if (note) {
      shelf.next.task = Math.max(shelf.next.task, note.task + SKIPPED_NUMBERS);
      shelf.next.table = Math.max(shelf.next.table, note.table + SKIPPED_NUMBERS);
      store.write(['putFact', 'firstTask', String(shelf.next.task)]);
      store.write(['putFact', 'firstTable', String(shelf.next.table)]);
    }
    log.warn(
      { epoch: shelf.fence.epoch },
      "the queue's database is older than the note beside it, as after restoring a copy: nothing starts before the machines have told what they run",
    );
  }
  let written = '';
  const turn = async (): Promise<void> => {
    const before = opening;
    opening = newOpening();
    await writeNote(path, { openings: before === null ? [opening] : [opening, before], ...numbers() });
    store.write(['putFact', 'opening', JSON.stringify(opening)]);
    await store.durable();
    await writeNote(path, { openings: [opening], ...numbers() });
  };
  const follow = async (): Promise<void> => {
    const now = numbers();
    if (opening === null || JSON.stringify(now) === written) return;
    await store.durable();
    await writeNote(path, { openings: [opening], ...now });
    written = JSON.stringify(now);
  };
  await turn();
  let following: Promise<void> = Promise.resolve();
  const stopFollowing = clock.every(FOLLOW_EVERY_MS, () => {
    if (store.trouble() !== null) return;
    following = following.then(follow).catch((failure: unknown) => {
      log.warn({ failure: String(failure) }, "could not keep the note beside the queue's database");
    });
  });
  return async () => {
    stopFollowing();
    if (store.trouble() !== null) return;
    await following;
    await turn().catch(() => undefined);
  };
}
