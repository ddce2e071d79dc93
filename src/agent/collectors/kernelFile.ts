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
