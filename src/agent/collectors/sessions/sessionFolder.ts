/**
 * Folders in which terminal tools keep their sockets, one per user: who owns one, what is in it, and which processes are his.
 * Their parents are writable by everybody, so nothing in them is believed that its owner could have made up, and no
 * number of things that one user makes may hide what is another's.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../../lib/inParallel.ts';
import { readKernelRecord } from '../kernelFile.ts';
import { parseProcessStat, parseUid } from '../processes/processText.ts';

export interface SocketFile {
  path: string;
  name: string;
  mode: number;
}

export interface UserFolder {
  path: string;
  name: string;
  uid: number;
  gid: number;
}

/** Whose folder each is takes a look at each: more names than this in one parent are not looked at. */
const MOST_NAMES = 10_000;
/** A user has one in each parent; whoever makes more hides only his own. */
const MOST_FOLDERS_PER_OWNER = 4;
/** More than anybody has; a folder of a million files is not read on. */
const MOST_FILES = 500;
const LOOKED_AT_ONCE = 16;

/** The users' folders in a shared one: those whose names match and whose owner is who he must be. */
export async function findUserFolders(
  shared: string,
  pattern: RegExp,
  mayOwn: (folder: UserFolder) => boolean = () => true,
): Promise<UserFolder[]> {
  const names = await listNames(
    shared,
    (entry) => entry.isDirectory() && pattern.test(entry.name),
    MOST_NAMES,
  );
  const found = await inParallel(names ?? [], LOOKED_AT_ONCE, (name) => readUserFolder(join(shared, name)));
  const folders = found.filter((folder) => folder !== null);
  const perOwner = new Map<number, number>();
  return folders.filter((folder) => {
    if (!mayOwn(folder)) return false;
    const place = (perOwner.get(folder.uid) ?? 0) + 1;
    perOwner.set(folder.uid, place);
    return place <= MOST_FOLDERS_PER_OWNER;
  });
}

/** A user's folder; null where there is none, or a link or file stands in its place. */
export async function readUserFolder(path: string): Promise<UserFolder | null> {
  const folder = await lookAt(path);
  if (!folder?.isDirectory()) return null;
  return { path, name: path.slice(path.lastIndexOf('/') + 1), uid: folder.uid, gid: folder.gid };
}

/** The owner's own sockets in his folder; null where the agent may not look into it. */
export async function readSockets({ path, uid }: UserFolder): Promise<SocketFile[] | null> {
  // Screen on some systems uses named pipes.
  const names = await listNames(path, (entry) => entry.isSocket() || entry.isFIFO(), MOST_FILES);
  if (names === null) return null;
  const files = await inParallel(names, LOOKED_AT_ONCE, async (name) => ({
    name,
    file: await lookAt(join(path, name)),
  }));
  // Another's socket in his folder is none of his sessions.
  return files.flatMap(({ name, file }) =>
    file?.uid === uid && (file.isSocket() || file.isFIFO())
      ? [{ path: join(path, name), name, mode: file.mode }]
      : [],
  );
}

/** Names of the first so many entries that are wanted; null where the folder is not there or may not be read. */
async function listNames(
  path: string,
  isWanted: (entry: Dirent) => boolean,
  most: number,
): Promise<string[] | null> {
  const names: string[] = [];
  try {
    // Read in parts: a folder with a million files must not stand in the memory at once.
    for await (const entry of await opendir(path, { bufferSize: 256 })) {
      if (isWanted(entry)) names.push(entry.name);
      if (names.length >= most) break;
    }
  } catch {
    return null;
  }
  return names;
}

/**
 * The start of a process in ticks after boot, null where it is gone or not this user's: a socket that claims pid 1 would
 * make the whole machine belong to its session.
 */
export function startTicksOf(pid: number, uid: number): number | null {
  if (!isOwnedBy(pid, uid)) return null;
  return parseProcessStat(readKernelRecord(`/proc/${pid}/stat`) ?? '')?.startTicks ?? null;
}

/** Whether a process runs, and is this user's. */
export function isOwnedBy(pid: number, uid: number): boolean {
  return parseUid(readKernelRecord(`/proc/${pid}/status`) ?? '') === uid;
}

async function lookAt(path: string): Promise<Stats | null> {
  return await lstat(path).catch(() => null);
}
