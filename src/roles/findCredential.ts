/** With which credential an agent starts: the kept one, or a new one for a join token. */
import { type AgentRoleOptions, wrongUsage } from '../cli/context.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import { type Credential, joinHub, loadCredential } from './credentials.ts';
import { OtherHub, provenKey } from './hubPin.ts';

export type CredentialOptions = Pick<AgentRoleOptions, 'hubUrl' | 'likelyHubUrl' | 'joinToken' | 'joinsAnew'>;

/**
 * The one that is kept where it is for the hub that is meant, else one that is got by joining.
 * @throws CommandFailure where no hub or no token is known; HubFailure where joining is refused.
 */
export async function findCredential(
  folder: string,
  machineId: string,
  { hubUrl: said, likelyHubUrl, joinToken, joinsAnew }: CredentialOptions,
  words: StartingWords,
): Promise<Credential> {
  const kept = await loadCredential(folder);
  if (kept && (said === null || said === kept.hubUrl)) {
    // Who types `agent join` says that a hub which was set up anew at that address is meant. A token alone says nothing: it may
    // stand in an environment for months, and whoever took the port would be sent it at the next start, and obeyed.
    const isOther =
      joinsAnew &&
      joinToken !== null &&
      (await provenKey(kept.hubUrl, kept.hubKey).then(
        () => false,
        (failure: unknown) => failure instanceof OtherHub,
      ));
    if (!isOther) return kept;
  }
  const hubUrl = said ?? kept?.hubUrl ?? likelyHubUrl;
  if (hubUrl === null) {
    throw wrongUsage(words.notJoined);
  }
  if (joinToken === null) {
    throw wrongUsage(words.needsToken(hubUrl));
  }
  return joinHub(folder, { hubUrl, joinToken, machineId });
}
