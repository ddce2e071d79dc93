/**
 * Reads the kernel's small text files (/proc, /sys): synchronously, because they are memory and not a disk, and
 * through one buffer, because some dozens are read each second. Paths on real file systems are never opened here.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** Far above any file read here; one that is larger is cut, never waited for. */
const LARGEST_FILE_BYTES = 256 * 1024;

const buffer = Buffer.allocUnsafe(LARGEST_FILE_BYTES);

/**
 * The text of a kernel file, or null where it does not exist, may not be read, or its process ended meanwhile.
 * With `limitBytes` only its beginning: the kernel then copies (and for many files makes) no more than that.
 * Bytes that are not UTF-8 become U+FFFD.
 */
export function readKernelFile(path: string, limitBytes = LARGEST_FILE_BYTES): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    let length = 0;
    while (length < limitBytes) {
      const read = readSync(file, buffer, length, Math.min(limitBytes, LARGEST_FILE_BYTES) - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.toString('utf8', 0, length);
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** More than any stat has, and than a status before its user's groups: what stands behind these takes the whole file. */
const RECORD_BYTES = 2048;

/**
 * A kernel file that is one record, and so comes whole in one read: a process's stat and status, and never a list,
 * which the kernel may hand over in parts.
 */
export interface KernelRecord {
  /** As it is now; null where its process has ended, even if another one has that pid meanwhile. */
  read(): string | null;
  close(): void;
}

/** Opened to be read again and again: opening and closing it each time costs as much as the reading. */
export function openKernelRecord(path: string): KernelRecord | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  return {
    read() {
      try {
        return buffer.toString('utf8', 0, readSync(file, buffer, 0, RECORD_BYTES, 0));
      } catch {
        return null;
      }
    },
    close: () => closeSync(file),
  };
}

/** Read once; null where there is none. */
export function readKernelRecord(path: string): string | null {
  const record = openKernelRecord(path);
  if (record === null) return null;
  const text = record.read();
  record.close();
  return text;
}
