/** What the store and its worker say to each other. Both are this program: no schema, only types. */
import type { ReadName, WriteName } from './statements.ts';

export type Value = string | number | null;
/** A statement that writes, and its values in order. */
export type Change = readonly [WriteName, ...Value[]];
export type Row = Value[];

export type ToWorker =
  | { kind: 'commit'; changes: readonly Change[] }
  | { kind: 'read'; id: number; name: ReadName; values: readonly Value[] }
  | { kind: 'close' };

export type FromWorker =
  | { kind: 'opened' }
  | { kind: 'not-opened'; code: 'damaged' | 'newer' | 'unusable'; message: string; hint: string }
  /** For good. `refused`: changes that SQLite will never take, a defect of ours; the others were not kept waiting for them. */
  | { kind: 'committed'; refused: string[] }
  /** Nothing of the batch is in the database, as far as one can see; it is sent again. */
  | { kind: 'not-committed'; isFull: boolean; message: string }
  | { kind: 'rows'; id: number; rows: Row[] }
  | { kind: 'not-read'; id: number; message: string };
