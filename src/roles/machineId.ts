/**
 * What this machine is known by when it joins and when a table names it. Systemd's id is secret by its own documentation
 * (machine-id(5)), so a hash of it goes out. A machine without one (a container, mostly) gets a made-up id, which stands
 * in one place per user whatever data folder a role or command was given: an agent in one and a submit in another mean
 * the same machine.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readFileIfThere } from '../io/atomicFile.ts';
import { defaultDataFolder, networkFileSystem } from '../io/dataFolder.ts';
import type { Surroundings } from './surroundings.ts';

/** Where an id may stand, in the order in which they are believed. */
export interface MachineIdPlaces {
  /** Files of the system's own id. */
  systemFiles: readonly string[];
  /** The one folder of a made-up id. */
  sharedFolder: string;
  /** Where earlier versions kept theirs; the first of them also takes a new one where the shared folder cannot. */
  dataFolders: readonly string[];
}

const FILE = 'machine-id';

/** The places of a user on this machine. @param dataFolder what `--data` names, for hub, agent and commands alike */
export async function machineIdPlaces(
  dataFolder: string,
  environment: Record<string, string | undefined>,
  uid: number,
): Promise<MachineIdPlaces> {
  const own = defaultDataFolder({ ...environment, FLOWLINE_DATA: undefined }, uid);
  return {
    systemFiles: ['/etc/machine-id', '/var/lib/dbus/machine-id'],
    // A home on the network is the home of many machines, which must not have one id.
    sharedFolder: (await isShared(own)) ? `/var/tmp/flowline-${uid}` : own,
    dataFolders: [dataFolder, join(dataFolder, 'agent')],
  };
}

/** Of a role: makes an id where there is none, and keeps it. @throws where it can be kept nowhere */
export async function machineId(places: MachineIdPlaces): Promise<string> {
  const system = await systemId(places);
  if (system !== null) return system;
  const shared = await keptId(places.sharedFolder);
  if (shared !== null) return shared;
  const id = (await firstKept(places.dataFolders)) ?? randomUUID();
  try {
    return await keep(places.sharedFolder, id);
  } catch {
    // A home that may not be written is no reason not to start.
    return await keep(places.dataFolders[0] ?? places.sharedFolder, id);
  }
}

/** Of a command, which makes nothing: null where neither the system nor a role gave this machine an id. */
export const knownMachineId = async (places: MachineIdPlaces): Promise<string | null> =>
  (await systemId(places)) ?? (await firstKept([places.sharedFolder, ...places.dataFolders]));

/** The same two with the places of whoever runs this. */
export const machineIdHere = async (dataFolder: string, here: Here): Promise<string> =>
  machineId(await machineIdPlaces(dataFolder, here.environment, process.getuid?.() ?? 0));
export const knownMachineIdHere = async (dataFolder: string, here: Here): Promise<string | null> =>
  knownMachineId(await machineIdPlaces(dataFolder, here.environment, process.getuid?.() ?? 0));

type Here = Pick<Surroundings, 'environment'>;

async function systemId({ systemFiles }: MachineIdPlaces): Promise<string | null> {
  for (const path of systemFiles) {
    const id = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (/^[0-9a-f]{32}$/.test(id)) return createHash('sha256').update(`flowline ${id}`).digest('hex');
  }
  return null;
}

async function firstKept(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const id = await keptId(folder);
    if (id !== null) return id;
  }
  return null;
}

/** Another user's folder is not ours to read, and has no id for us. */
async function keptId(folder: string): Promise<string | null> {
  const owner = await lstat(folder).catch(() => null);
  if (!owner?.isDirectory() || owner.uid !== process.getuid?.()) return null;
  return (await readFileIfThere(join(folder, FILE)).catch(() => null))?.trim() || null;
}

/** Whole or not at all, and never over one that another process has just made: that one is then the answer. */
async function keep(folder: string, id: string): Promise<string> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(folder, 0o700);
  const temporary = join(folder, `${FILE}.${randomBytes(6).toString('hex')}.new`);
  try {
    await writeFile(temporary, `${id}\n`, { mode: 0o600, flag: 'wx' });
    await link(temporary, join(folder, FILE)).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code !== 'EEXIST') throw failure;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  const kept = await keptId(folder);
  if (kept === null) throw new Error(`${folder} is another user's`);
  return kept;
}

/** Whether the folder, or where it would be made, is on a file system of many machines. */
async function isShared(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return (await networkFileSystem(at)) !== null;
    } catch {
      if (at === dirname(at)) return false;
    }
  }
}
