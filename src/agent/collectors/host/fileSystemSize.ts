/** How large a mounted file system is and how much of it is used. Blocks for good on a dead network mount: choose where to call it. */
import { statfs } from 'node:fs/promises';

export interface FileSystemSize {
  totalBytes: number | null;
  usedBytes: number | null;
}

/**
 * By statfs(2); used counts what is reserved for root as free, as `df` does.
 * @throws the system's error where the mount cannot be asked.
 */
export async function readFileSystemSize(mountPoint: string): Promise<FileSystemSize> {
  const { bsize, blocks, bfree } = await statfs(mountPoint);
  return { totalBytes: exactly(blocks * bsize), usedBytes: exactly((blocks - bfree) * bsize) };
}

/** Null above 2^53 (9 PB): a figure that JavaScript cannot hold exactly is not told. */
function exactly(bytes: number): number | null {
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null;
}
