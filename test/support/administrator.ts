/** What an administrator does from the command line of the hub's machine: with the token of its data folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HubClient, hubClient } from '../../src/client/hubClient.ts';

/** A client with all rights on a hub whose data folder is at hand. */
export async function administratorOf(hub: { url: string; dataFolder: string }): Promise<HubClient> {
  const token = (await readFile(join(hub.dataFolder, 'token'), 'utf8')).trim();
  return hubClient({ baseUrl: hub.url, headers: () => ({ authorization: `Bearer ${token}` }) });
}

/** A join token that lets so many machines in. */
export async function createJoinToken(
  hub: { url: string; dataFolder: string },
  uses: number,
): Promise<string> {
  const administrator = await administratorOf(hub);
  return (await administrator.call('createToken', { body: { scope: 'join', uses } })).token;
}
