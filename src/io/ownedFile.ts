/**
 * Files of a user's own, opened by his own process (trust.md, 11): a regular file, no link in its last place, and what it
 * was when it was read, so that a later writer can tell whether somebody else wrote it meanwhile.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What tells one content of a file from another; on NFS locks prove nothing, so this is looked at before a rename. */
export interface FileIdentity {
  device: bigint;
  inode: bigint;
  sizeBytes: number;
  modifiedNs: bigint;
  mode: number;
  uid: number;
  gid: number;
}

export interface OwnedFile {
  bytes: Uint8Array;
  identity: FileIdentity;
}

/** It is no regular file, or not one of the user's. */
export class NotOurFile extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Reads a whole file.
 * @throws NotOurFile, or the operating system's error
 */
export async function readOwnedFile(
  path: string,
  { uid, maxBytes }: { uid: number | null; maxBytes: number },
): Promise<OwnedFile> {
  // Not blocking: a pipe of that name would wait for its writer for good.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (failure: unknown) => {
      if (failure instanceof Error && 'code' in failure && failure.code === 'ELOOP')
        throw new NotOurFile(`${path} is a link`, 'name the file itself');
      throw failure;
    },
  );
  try {
    const identity = await identityOf(file, path);
    if (uid !== null && identity.uid !== uid)
      throw new NotOurFile(
        `${path} belongs to user ${identity.uid}, not to ${uid}`,
        'copy it and use the copy',
      );
    if (identity.sizeBytes > maxBytes)
      throw new NotOurFile(
        `${path} has ${Math.round(identity.sizeBytes / 2 ** 20)} MiB; at most ${maxBytes / 2 ** 20} MiB are read`,
        'split it into several files',
      );
    return { bytes: await file.readFile(), identity };
  } finally {
    await file.close();
  }
}

/** What a file is now. @throws NotOurFile where it is not a regular file */
export async function identityOf(file: FileHandle, path: string): Promise<FileIdentity> {
  const found = await file.stat({ bigint: true });
  if (!found.isFile())
    throw new NotOurFile(`${path} is not a file`, found.isDirectory() ? 'it is a folder' : 'name a file');
  return {
    device: found.dev,
    inode: found.ino,
    sizeBytes: Number(found.size),
    modifiedNs: found.mtimeNs,
    mode: Number(found.mode & 0o7777n),
    uid: Number(found.uid),
    gid: Number(found.gid),
  };
}

/** True where nobody wrote it between the two looks. */
export const isSameContent = (one: FileIdentity, other: FileIdentity): boolean =>
  one.device === other.device &&
  one.inode === other.inode &&
  one.sizeBytes === other.sizeBytes &&
  one.modifiedNs === other.modifiedNs;
