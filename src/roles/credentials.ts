/** The credential that a hub gave this machine, in `DATA/agent.json` (0600), and how one is got by joining. */
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { hubClient } from '../client/hubClient.ts';
import { readFileIfThere, writeFileAtomically } from '../io/atomicFile.ts';
import { DamagedFile } from '../io/recordFile.ts';
import { parseJson } from '../lib/json.ts';

const Credential = z.object({
  hubUrl: z.string(),
  nodeId: z.string(),
  nodeToken: z.string(),
  /** By which the hub is known again; null where an older one gave none, or nobody has asked yet. */
  hubKey: z.string().nullable().default(null),
});
export type Credential = z.infer<typeof Credential>;

const pathIn = (dataFolder: string): string => join(dataFolder, 'agent.json');

/** More than a credential takes. */
const MOST_BYTES = 1024;

/** What was kept, or null. @throws DamagedFile */
export async function loadCredential(dataFolder: string): Promise<Credential | null> {
  const text = await readFileIfThere(pathIn(dataFolder));
  if (text === null) return null;
  const parsed = Credential.safeParse(parseJson(text));
  if (!parsed.success) {
    const path = pathIn(dataFolder);
    throw new DamagedFile(
      path,
      'credential',
      null,
      `${path} is damaged: move it away and join again with a join token`,
    );
  }
  return parsed.data;
}

/** The hub that an agent with this data folder joined before; null for none, or where it may not be read. */
export const joinedHub = (dataFolder: string): Promise<string | null> =>
  loadCredential(join(dataFolder, 'agent')).then(
    (credential) => credential?.hubUrl ?? null,
    () => null,
  );

/** Keeps it for the next start. */
export const saveCredential = (dataFolder: string, credential: Credential): Promise<void> =>
  writeFileAtomically(pathIn(dataFolder), `${JSON.stringify(credential, null, 1)}\n`);

/**
 * Joins a hub and keeps the credential.
 * @throws HubFailure where the hub is not reached or refuses the token.
 */
export async function joinHub(
  dataFolder: string,
  { hubUrl, joinToken, machineId }: { hubUrl: string; joinToken: string; machineId: string },
): Promise<Credential> {
  const client = hubClient({ baseUrl: hubUrl, headers: () => ({ authorization: `Bearer ${joinToken}` }) });
  // What could not be kept must not cost a token.
  await writeFileAtomically(join(dataFolder, 'joining'), `${' '.repeat(MOST_BYTES)}\n`);
  const given = await client
    .call('join', { body: { hostname: hostname().slice(0, 256), machineId } })
    .finally(() => rm(join(dataFolder, 'joining'), { force: true }));
  const { nodeId, nodeToken, hubKey } = given;
  const credential = { hubUrl, nodeId, nodeToken, hubKey };
  await saveCredential(dataFolder, credential);
  return credential;
}
