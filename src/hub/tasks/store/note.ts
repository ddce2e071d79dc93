/**
 * The note beside the database (`queue.note.json`): what the database must at least know. A database that was restored
 * from an older copy, or begun anew, does not, and that is how it is told (trust.md, 18).
 *
 * `opening` is a random word that database and note share; it changes when the hub starts and when it stops. While it
 * runs the note follows the numbers that were given out, always after their commit, so that it never knows more than the
 * database it belongs to. What a copy of the whole data folder hides from it, the nodes' fences tell.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { readFileIfThere, writeFileAtomically } from '../../../io/atomicFile.ts';
import { parseJson } from '../../../lib/json.ts';
import { count } from '../../../model/fields.ts';

const Note = z.object({
  /** The newest first; two only between writing the note and the database. */
  openings: z.array(z.string().max(64)).min(1).max(2),
  epoch: count,
  fence: count,
  table: count,
  task: count,
});
export type Note = z.infer<typeof Note>;

/** What the database says of itself. `opening` null: it was never opened. */
export type Known = Omit<Note, 'openings'> & { opening: string | null };

/** The note; null where there is none, or nobody can read it. */
export async function readNote(path: string): Promise<Note | null> {
  const text = await readFileIfThere(path);
  if (text === null) return null;
  const note = Note.safeParse(parseJson(text));
  return note.success ? note.data : null;
}

export const writeNote = (path: string, note: Note): Promise<void> =>
  writeFileAtomically(path, `${JSON.stringify(note)}\n`);

export const newOpening = (): string => randomBytes(12).toString('hex');

/** Whether the database is an older copy than the note belongs to. */
export function isOlder(known: Known, note: Note | null): boolean {
  // Copied to another machine, without its note: somebody else may have given out later fences.
  if (note === null) return known.opening !== null;
  return (
    known.opening === null ||
    !note.openings.includes(known.opening) ||
    known.epoch < note.epoch ||
    known.fence < note.fence ||
    known.task < note.task ||
    known.table < note.table
  );
}
