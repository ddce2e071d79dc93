/** Reading bytes of a log. Opened without following a link: the folder is ours, and a link in it is nobody's log. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

export const openLog = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW);

/** Size in bytes; 0 where there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Up to so many bytes from a place. */
export async function readAt(file: FileHandle, fromByte: number, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, maxBytes));
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, fromByte + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** The last bytes of a file; empty where there is none. */
export async function readEnd(path: string, bytes: number): Promise<Buffer> {
  const file = await openLog(path).catch(() => null);
  if (file === null) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    return await readAt(file, Math.max(0, size - bytes), Math.min(size, bytes));
  } finally {
    await file.close();
  }
}
