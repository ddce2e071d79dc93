/**
 * The child's end of the channel to its parent: lines in, lines out, both waiting. The child does one thing at a time
 * and has no event loop to keep: that saves memory and leaves nothing that could be half done.
 */
import { readSync, writeSync } from 'node:fs';

/** The descriptor that the parent opens for it; standard output is left alone, libraries write on it. */
export const CHANNEL = 3;

/** The next line, or null at the end of the channel. */
export function createLineReader(): () => string | null {
  const bytes = Buffer.alloc(4096);
  let pending = '';
  return () => {
    let end = pending.indexOf('\n');
    while (end === -1) {
      const length = readSync(CHANNEL, bytes);
      if (length === 0) return null;
      pending += bytes.toString('utf8', 0, length);
      end = pending.indexOf('\n');
    }
    const line = pending.slice(0, end);
    pending = pending.slice(end + 1);
    return line;
  };
}

/**
 * Waits until the channel took all of it.
 * @throws the system’s error (EPIPE) where the parent is gone: nobody is left to tell, and the child ends by it
 */
export function writeLine(message: object): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < bytes.length; ) written += writeSync(CHANNEL, bytes, written);
}
