/**
 * The files that a standalone executable carries, laid out on a disk where only this user can change them: code and a
 * native library are loaded from there, some of it later. A place counts only where it and the folder around it are this
 * user's own, where nobody else may put another into the place of any folder above them, and where every file is, byte for
 * byte, the one that is carried; another user may have been there first, so no place has a name that could be guessed unless
 * it lies in a folder of this user's.
 *
 * What is carried is one piece: 4 bytes (length of the index, big endian), the index as JSON, the files one after another.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { exchangeableAbove } from './exchangeable.ts';

interface CarriedFile {
  path: string;
  size: number;
  sha256: string;
}

export interface UnpackPlaces {
  /** Where this very program unpacked itself before, as its parent process says; or null. */
  given: string | null;
  /** Folders to keep it in, the best first: each is made where the one around it is this user's own. */
  kept: readonly string[];
  /** Where a folder with a random name is made that ends with the process, if no other serves; the best first. */
  temporary: readonly string[];
}

export interface Unpacked {
  folder: string;
  /** It is to be removed when the process ends. */
  isTemporary: boolean;
}

/** @param files by path, relative and without `..`. */
export function pack(files: ReadonlyMap<string, Buffer>): Buffer {
  const index: CarriedFile[] = [...files].map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: hashOf(bytes),
  }));
  const written = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(written.length);
  return Buffer.concat([length, written, ...files.values()]);
}

/** Lays the files out, or finds them laid out. @throws where no folder is safe from others, or none can be written. */
export function unpack(carried: Buffer, uid: number, { given, kept, temporary }: UnpackPlaces): Unpacked {
  const indexBytes = carried.subarray(4, 4 + carried.readUInt32BE());
  const index = JSON.parse(indexBytes.toString('utf8')) as CarriedFile[];
  const files = carried.subarray(4 + indexBytes.length);
  if (given !== null && isWhole(given, index, uid)) return { folder: given, isTemporary: false };
  // Another version has other files, and another name.
  const name = hashOf(indexBytes).slice(0, 32);
  for (const place of kept) {
    try {
      const folder = keepIn(place, name, index, files, uid);
      if (folder !== null) return { folder, isTemporary: false };
    } catch {
      // A full or read-only disk, no right: the next one.
    }
  }
  const around = temporary.find((place) => isSafe(join(place, 'flowline-'), uid));
  if (around === undefined)
    throw new Error(
      `cannot unpack: in ${[...kept, ...temporary].join(', ')} other users could change what is started from there`,
    );
  const folder = mkdtempSync(join(realpathSync(around), 'flowline-'));
  write(folder, index, files);
  return { folder, isTemporary: true };
}

function keepIn(
  place: string,
  name: string,
  index: readonly CarriedFile[],
  files: Buffer,
  uid: number,
): string | null {
  // Before anything is made: what lies in another user's folder leads wherever he likes.
  if (!isSafe(join(nearestExisting(place), 'x'), uid)) return null;
  mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const folder of [dirname(place), place]) if (!isOwn(folder, uid)) return null;
  const real = realpathSync(place);
  if (!isSafe(real, uid)) return null;
  chmodSync(real, 0o700);
  const folder = join(real, name);
  if (isWhole(folder, index, uid)) return folder;
  const fresh = `${folder}.${randomBytes(6).toString('hex')}`;
  mkdirSync(fresh, { mode: 0o700 });
  try {
    write(fresh, index, files);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch {
    // Another process of ours was first: what counts is what is there now.
    rmSync(fresh, { recursive: true, force: true });
  }
  return isWhole(folder, index, uid) ? folder : null;
}

function nearestExisting(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestExisting(dirname(path));
}

/** A folder that nobody else may change. */
function isOwn(path: string, uid: number): boolean {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
}

/** Nobody else may put another folder into the place of one above this path. */
function isSafe(path: string, uid: number): boolean {
  try {
    return exchangeableAbove(path, uid) === null;
  } catch {
    return false;
  }
}

function isWhole(folder: string, index: readonly CarriedFile[], uid: number): boolean {
  try {
    if (!isOwn(folder, uid) || !isSafe(folder, uid)) return false;
    return index.every(({ path, size, sha256 }) => {
      const found = lstatSync(join(folder, path));
      if (!found.isFile() || found.uid !== uid || (found.mode & 0o022) !== 0 || found.size !== size)
        return false;
      return hashOf(readFileSync(join(folder, path))) === sha256;
    });
  } catch {
    return false;
  }
}

function write(folder: string, index: readonly CarriedFile[], files: Buffer): void {
  let at = 0;
  for (const { path, size } of index) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), files.subarray(at, at + size), { mode: 0o600, flag: 'wx' });
    at += size;
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
