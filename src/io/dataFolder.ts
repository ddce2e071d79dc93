/**
 * The folder where a hub or agent keeps what must survive (trust.md 17): private, on a local disk, used by one process
 * at a time. The lock is a POSIX lock that SQLite holds on `lock.sqlite`: the kernel lets go of it however the process
 * ends, so a lock left by kill -9 never blocks the next start.
 */
import { chmod, mkdir, stat, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { clearHalfWritten, readFileIfThere } from './atomicFile.ts';

/** `$XDG_STATE_HOME/flowline`, `~/.local/state/flowline` without it, `/var/lib/flowline` for root. */
export function defaultDataFolder(environment: Record<string, string | undefined>, uid: number): string {
  if (environment.FLOWLINE_DATA) return environment.FLOWLINE_DATA;
  if (environment.XDG_STATE_HOME) return join(environment.XDG_STATE_HOME, 'flowline');
  return uid === 0 ? '/var/lib/flowline' : join(environment.HOME ?? homedir(), '.local', 'state', 'flowline');
}

/** Why a folder cannot be used, as data; `words`: what the system says. */
export type DataFolderTrouble =
  | { kind: 'not-made'; words: string }
  | { kind: 'other-owner'; owner: number; own: number }
  /** Something in it that this user may not use. */
  | { kind: 'not-allowed'; words: string; own: number | null }
  | { kind: 'network'; fileSystem: string }
  | { kind: 'not-written'; words: string }
  | { kind: 'busy'; holder: string; isHub: boolean };

/** The folder cannot be used, with what to do about it: as data, and in English. */
export class DataFolderError extends Error {
  readonly code: 'folder-not-local' | 'folder-busy' | 'folder-unusable';
  readonly path: string;
  readonly trouble: DataFolderTrouble;
  readonly hint: string;

  /** @param path of the folder, or of what in it cannot be used */
  constructor(
    code: DataFolderError['code'],
    path: string,
    trouble: DataFolderTrouble,
    message: string,
    hint: string,
  ) {
    super(message);
    this.code = code;
    this.path = path;
    this.trouble = trouble;
    this.hint = hint;
  }
}

/** File systems on which locks or SQLite's log are not safe, by their magic number (statfs(2)). */
const NETWORK_FILE_SYSTEMS: Record<number, string> = {
  26985: 'nfs',
  4283649346: 'cifs',
  4266872130: 'smb2',
  1702057286: 'fuse',
  1397703499: 'ocfs2',
  198183888: 'lustre',
};

/** The name of a file system that state must not live on, or null where the folder is on a local disk. */
export async function networkFileSystem(folder: string): Promise<string | null> {
  return NETWORK_FILE_SYSTEMS[(await statfs(folder)).type >>> 0] ?? null;
}

export interface DataFolder {
  path: string;
  /** Lets the next process have it. */
  release(): void;
}

/**
 * Makes the folder (0700) if need be and takes its lock.
 * @param purpose what holds it, for the words a second process prints: `hub http://…`.
 * @throws DataFolderError
 */
export async function openDataFolder(path: string, purpose: string): Promise<DataFolder> {
  try {
    await makeFolder(path);
    await checkOwner(path);
    await chmod(path, 0o700);
  } catch (failure) {
    if (failure instanceof DataFolderError) throw failure;
    const words = failure instanceof Error ? failure.message : String(failure);
    throw new DataFolderError(
      'folder-unusable',
      path,
      { kind: 'not-made', words },
      `cannot use the data folder ${path}: ${words}`,
      'name another with --data DIR or FLOWLINE_DATA',
    );
  }
  const network = await networkFileSystem(path);
  if (network) {
    throw new DataFolderError(
      'folder-not-local',
      path,
      { kind: 'network', fileSystem: network },
      `the data folder ${path} is on ${network}, where its database would not be safe`,
      'name a folder on a local disk with --data DIR or FLOWLINE_DATA',
    );
  }
  const release = await lock(path);
  await clearHalfWritten(path);
  // Only words for whoever comes second: a full disk is told by what must be written.
  await writeFile(join(path, 'holder'), `pid ${process.pid}, ${purpose}\n`, { mode: 0o600 }).catch(
    () => undefined,
  );
  return { path, release };
}

/**
 * The folder and those above it that are missing, private. Step by step: under /proc, where nothing can be made and
 * nothing is said to be in the way, Node's own recursive mkdir never comes to an end.
 */
async function makeFolder(path: string): Promise<void> {
  const missing = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const isThere = await stat(folder).then(
      () => true,
      (failure: NodeJS.ErrnoException) => {
        if (failure.code === 'ENOENT') return false;
        throw failure;
      },
    );
    if (isThere || folder === dirname(folder)) break;
    missing.push(folder);
  }
  for (const folder of missing.reverse()) {
    await mkdir(folder, { mode: 0o700 }).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code !== 'EEXIST') throw failure;
    });
  }
}

/** Root may write everywhere; the owner could not read what it wrote any more, and would not start again. */
async function checkOwner(path: string): Promise<void> {
  const [own, owner] = [process.getuid?.(), (await stat(path)).uid];
  if (own === undefined || own === owner) return;
  throw new DataFolderError(
    'folder-unusable',
    path,
    { kind: 'other-owner', owner, own },
    `the data folder ${path} belongs to the user with uid ${owner}, and this runs as uid ${own}`,
    `run it as its owner (sudo -u '#${owner}' …), or name another folder with --data DIR or FLOWLINE_DATA`,
  );
}

/**
 * A file in the folder that this user may not use, with what to do about it; any other failure as it is.
 * @param failure what opening or writing threw
 */
export function explainAccess(failure: unknown, folder: string): unknown {
  const isRefused =
    failure instanceof Error && 'code' in failure && ['EACCES', 'EPERM'].includes(String(failure.code));
  if (!isRefused || failure instanceof DataFolderError || !('path' in failure)) return failure;
  const path = String(failure.path);
  if (!path.startsWith(join(resolve(folder), '/'))) return failure;
  return new DataFolderError(
    'folder-unusable',
    path,
    { kind: 'not-allowed', words: failure.message, own: process.getuid?.() ?? null },
    `cannot use ${path}: ${failure.message}`,
    ownershipHint(folder),
  );
}

const ownershipHint = (folder: string): string =>
  `everything in the data folder belongs to the user that runs this: as root, chown -R ${process.getuid?.() ?? 'USER'} ${folder}`;

async function lock(path: string): Promise<() => void> {
  let database: DatabaseSync | null = null;
  const file = join(path, 'lock.sqlite');
  try {
    // Made before SQLite does, which would let everybody read it; its journal gets the same mode. One that is there is
    // not opened: closing it again would let go of a lock that this process holds on it (fcntl(2)).
    await writeFile(file, '', { mode: 0o600, flag: 'wx' }).catch(() => chmod(file, 0o600));
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const held = database;
    return () => held.close();
  } catch (failure) {
    database?.close();
    const message = failure instanceof Error ? failure.message : String(failure);
    if (!/locked|busy/i.test(message)) {
      const isRefused = /^E(ACCES|PERM)\b/.test(message);
      throw new DataFolderError(
        'folder-unusable',
        path,
        isRefused
          ? { kind: 'not-allowed', words: message, own: process.getuid?.() ?? null }
          : { kind: 'not-written', words: message },
        `cannot use the data folder ${path}: ${message}`,
        isRefused ? ownershipHint(path) : 'see whether the disk is full, and who owns the folder',
      );
    }
    const holder = (await readFileIfThere(join(path, 'holder')))?.trim() ?? 'another process';
    const isHub = /\bhub at /.test(holder);
    throw new DataFolderError(
      'folder-busy',
      path,
      { kind: 'busy', holder, isHub },
      `the data folder ${path} is in use by ${holder}`,
      isHub
        ? 'commands use that one as it is, and `flowline token link` opens its page; else stop it, or name another folder with --data DIR'
        : 'stop that one, or name another folder with --data DIR',
    );
  }
}
