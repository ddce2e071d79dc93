/**
 * Files that we replaced, held open for a while: a program that had one open before writes it in place where nobody would
 * find it. What such a program leaves is handed over once it is done.
 */
import type { FileHandle } from 'node:fs/promises';
import { type FileIdentity, isSameContent, type OwnedFile, readHeldFile } from '../../io/ownedFile.ts';

/** How long a replaced file is watched. */
const HELD_MS = 3000;

interface Held {
  file: FileHandle;
  /** What it was when it was replaced. */
  identity: FileIdentity;
  sinceMs: number;
  /** What somebody made of it since, as last looked at; null while nobody did. */
  late: FileIdentity | null;
}

export interface HeldFiles {
  add(file: FileHandle, identity: FileIdentity, nowMs: number): void;
  /** `busy`: somebody is writing one. A content: he is done, and this is what he wrote. Null: nothing of the kind. */
  look(path: string, nowMs: number): Promise<'busy' | OwnedFile | null>;
  close(): Promise<void>;
}

/** Holds none. */
export function heldFiles(): HeldFiles {
  let held: Held[] = [];
  const letGo = async (one: Held): Promise<void> => {
    held = held.filter((other) => other !== one);
    await one.file.close().catch(() => undefined);
  };
  return {
    add(file, identity, nowMs) {
      held.push({ file, identity, sinceMs: nowMs, late: null });
    },
    async look(path, nowMs) {
      let isBusy = false;
      for (const one of [...held]) {
        const late = await readHeldFile(one.file, path);
        const isUntouched = isSameContent(late.identity, one.identity);
        // Emptied is the first thing that a program does to a file that it writes anew.
        const isDone = one.late !== null && isSameContent(one.late, late.identity) && late.bytes.length > 0;
        if (isDone) {
          await letGo(one);
          return late;
        }
        if (isUntouched || late.bytes.length === 0) {
          if (nowMs - one.sinceMs >= HELD_MS) await letGo(one);
          continue;
        }
        one.late = late.identity;
        one.sinceMs = nowMs;
        isBusy = true;
      }
      return isBusy ? 'busy' : null;
    },
    async close() {
      for (const one of held) await letGo(one);
    },
  };
}
