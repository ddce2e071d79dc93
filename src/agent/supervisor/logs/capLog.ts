/**
 * Cuts the middle out of a log that has grown over its cap: a hole is punched into the file while the program goes on
 * appending to it. What remains keeps its place, so offsets stay true, and the disk gets the blocks back.
 *
 *   | head, whole | hole, on no disk | tail, whole |
 *   0         headBytes          size − tailBytes  size
 */
import { open } from 'node:fs/promises';

export interface Gap {
  fromByte: number;
  toByte: number;
}

/** Blocks are given back whole. */
const BLOCK_BYTES = 4096;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** The gap that a log of this size should have, or null where what it has will do: it is not moved for every line. */
export function gapFor({
  size,
  headBytes,
  tailBytes,
  before,
}: {
  size: number;
  headBytes: number;
  tailBytes: number;
  before: Gap | null;
}): Gap | null {
  const fromByte = before?.fromByte ?? Math.ceil(headBytes / BLOCK_BYTES) * BLOCK_BYTES;
  const toByte = Math.floor((size - tailBytes) / BLOCK_BYTES) * BLOCK_BYTES;
  const step = Math.max(BLOCK_BYTES, Math.min(tailBytes, 1024 * 1024));
  return toByte - (before?.toByte ?? fromByte) < step ? null : { fromByte, toByte };
}

/** Punches the hole. Null where it is done; else why it cannot be: some file systems know no holes. */
export async function cutMiddle(path: string, { fromByte, toByte }: Gap): Promise<string | null> {
  const { default: koffi } = await import('koffi');
  const fallocate = koffi.load(null).func('fallocate', 'int', ['int', 'int', 'int64', 'int64']);
  const file = await open(path, 'r+');
  try {
    return await new Promise((resolve) => {
      const mode = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;
      fallocate.async(file.fd, mode, fromByte, toByte - fromByte, (failure: unknown, result: number) => {
        if (failure) resolve(String(failure));
        // The error's number belongs to the thread that made the call.
        else resolve(result === 0 ? null : 'its file system takes no holes');
      });
    });
  } finally {
    await file.close();
  }
}
