/** The credential that a hub gave this machine, in `DATA/agent.json` (0600), and how one is got by joining. */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { hubClient } from '../client/hubClient.ts';
import { readFileIfThere, writeFileAtomically } from '../io/atomicFile.ts';

const Credential = z.object({ hubUrl: z.string(), nodeId: z.string(), nodeToken: z.string() });
export type Credential = z.infer<typeof Credential>;

const pathIn = (dataFolder: string): string => join(dataFolder, 'agent.json');

/** What was kept, or null. @throws where the file is damaged. */
export async function loadCredential(dataFolder: string): Promise<Credential | null> {
  const text = await readFileIfThere(pathIn(dataFolder));
  if (text === null) return null;
  const parsed = Credential.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(`${pathIn(dataFolder)} is damaged: move it away and join again with a join token`);
  return parsed.data;
}

/** Keeps it for the next start. */
export const saveCredential = (dataFolder: string, credential: Credential): Promise<void> =>
  writeFileAtomically(pathIn(dataFolder), `${JSON.stringify(credential, null, 1)}\n`);

/**
 * Joins a hub and keeps the credential.
 * @throws HubFailure where the hub is not reached or refuses the token.
 */
export async function joinHub(dataFolder: string, hubUrl: string, joinToken: string): Promise<Credential> {
  const client = hubClient({ baseUrl: hubUrl, headers: () => ({ authorization: `Bearer ${joinToken}` }) });
  const { nodeId, nodeToken } = await client.call('join', {
    body: { hostname: hostname().slice(0, 256), machineId: await machineId(dataFolder) },
  });
  const credential = { hubUrl, nodeId, nodeToken };
  await saveCredential(dataFolder, credential);
  return credential;
}

/**
 * What this machine is recognised by when it joins again. Systemd's id is secret by its own documentation
 * (machine-id(5)), so a hash of it goes out; without one, a random id is kept in the data folder.
 */
export async function machineId(dataFolder: string): Promise<string> {
  const known = (await systemMachineId()) ?? (await keptMachineId(dataFolder));
  if (known !== null) return known;
  const made = randomUUID();
  await writeFileAtomically(join(dataFolder, MACHINE_ID_FILE), `${made}\n`);
  return made;
}

/** The same for a command that only asks: of `up` in this data folder, else of its agent; null where neither ran here. */
export const knownMachineId = async (dataFolder: string): Promise<string | null> =>
  (await systemMachineId()) ??
  (await keptMachineId(dataFolder)) ??
  (await keptMachineId(join(dataFolder, 'agent')));

const MACHINE_ID_FILE = 'machine-id';

async function systemMachineId(): Promise<string | null> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (/^[0-9a-f]{32}$/.test(id)) return createHash('sha256').update(`flowline ${id}`).digest('hex');
  }
  return null;
}

/** Another user's folder is not ours to read, and has no id for us. */
const keptMachineId = async (dataFolder: string): Promise<string | null> =>
  (await readFileIfThere(join(dataFolder, MACHINE_ID_FILE)).catch(() => null))?.trim() || null;
