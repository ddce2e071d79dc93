/**
 * Files of a user's own, opened by his own process (trust.md, 11): a regular file, no link in its last place, and what it
 * was when it was read, so that a later writer can tell whether somebody else wrote it meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { chown, type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

export type NotOurFileReason = 'link' | 'other-owner' | 'too-large' | 'folder' | 'no-file';

/** It is no regular file, or not one of the user's: why, as a word and in English. */
export class NotOurFile extends Error {
  readonly reason: NotOurFileReason;
  readonly path: string;
  readonly hint: string;
  constructor(reason: NotOurFileReason, path: string, what: string, hint: string) {
    super(`${path} ${what}`);
    this.reason = reason;
    this.path = path;
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
        throw new NotOurFile('link', path, 'is a link', 'name the file itself');
      throw failure;
    },
  );
  try {
    const identity = await identityOf(file, path);
    if (uid !== null && identity.uid !== uid)
      throw new NotOurFile(
        'other-owner',
        path,
        `belongs to user ${identity.uid}, not to ${uid}`,
        'copy it and use the copy',
      );
    if (identity.sizeBytes > maxBytes)
      throw new NotOurFile(
        'too-large',
        path,
        `has ${Math.round(identity.sizeBytes / 2 ** 20)} MiB; at most ${maxBytes / 2 ** 20} MiB are read`,
        'split it into several files',
      );
    return { bytes: await file.readFile(), identity };
  } finally {
    await file.close();
  }
}

/** What a file is now, without opening it. @throws NotOurFile, or the operating system's error */
export const lookAtFile = async (path: string): Promise<FileIdentity> =>
  identityFrom(await lstat(path, { bigint: true }), path);

const identityOf = async (file: FileHandle, path: string): Promise<FileIdentity> =>
  identityFrom(await file.stat({ bigint: true }), path);

function identityFrom(found: BigIntStats, path: string): FileIdentity {
  if (found.isSymbolicLink()) throw new NotOurFile('link', path, 'is a link', 'name the file itself');
  if (!found.isFile())
    throw found.isDirectory()
      ? new NotOurFile('folder', path, 'is not a file', 'it is a folder')
      : new NotOurFile('no-file', path, 'is not a file', 'name a file');
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

export interface ReplacedFile {
  identity: FileIdentity;
  /**
   * The file that was replaced, still open: a program that had opened it before and writes it in place writes here, where
   * nobody would find it. Whoever replaced it looks once more and closes it.
   */
  replaced: FileHandle;
}

const temporaryPrefix = (path: string): string => `.${basename(path)}.flowline-`;
const TEMPORARY_END = '.new';

/**
 * Puts other bytes in a file's place: written beside, flushed, and renamed if the file is still what it was, by size,
 * time and every byte. Mode and group are kept.
 * @returns null where somebody wrote it meanwhile; nothing was changed then
 * @throws the operating system's error; the file is then untouched
 */
export async function replaceOwnedFile(
  path: string,
  bytes: Uint8Array,
  before: OwnedFile,
): Promise<ReplacedFile | null> {
  const temporary = join(
    dirname(path),
    `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}${TEMPORARY_END}`,
  );
  let old: FileHandle | null = null;
  try {
    const made = await writeBeside(temporary, bytes, before.identity);
    old = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const isUntouched =
      isSameContent(await identityOf(old, path), before.identity) &&
      Buffer.compare(await old.readFile(), before.bytes) === 0;
    if (!isUntouched) {
      await old.close();
      await rm(temporary, { force: true });
      return null;
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
    return { identity: made, replaced: old };
  } catch (failure) {
    await old?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw failure;
  }
}

async function writeBeside(
  temporary: string,
  bytes: Uint8Array,
  { mode, uid, gid }: FileIdentity,
): Promise<FileIdentity> {
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    const made = await identityOf(file, temporary);
    // A group that we are not in cannot be given away; the file's own user still reads it.
    if (made.gid !== gid || made.uid !== uid) await chown(temporary, uid, gid).catch(() => undefined);
    await file.chmod(mode);
    await file.sync();
    return await identityOf(file, temporary);
  } finally {
    await file.close();
  }
}

/** The rename itself must survive a power cut; a file system that cannot flush a folder has done what it can. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Reads a file that is open, from its beginning. @throws the operating system's error */
export async function readHeldFile(file: FileHandle, path: string): Promise<OwnedFile> {
  const identity = await identityOf(file, path);
  const bytes = new Uint8Array(identity.sizeBytes);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return { bytes: bytes.subarray(0, bytesRead), identity };
}

/** Takes away what writers that were killed left beside a file. */
export async function clearLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(temporaryPrefix(path)) && name.endsWith(TEMPORARY_END))
      await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
