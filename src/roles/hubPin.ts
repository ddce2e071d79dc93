/** An agent knows its hub again (trust.md, 6): whoever answers at the address proves it before a credential is shown. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { askJson } from '../io/askJson.ts';
import { accountApi } from '../protocol/accountApi.ts';
import { HubProof, provenText } from '../protocol/hubProof.ts';

const PATIENCE_MS = 10_000;

/** It answers, and is not the hub that this machine joined. */
export class OtherHub extends Error {}

/**
 * The key of the hub that answers at an address, which it has just proved to hold.
 * @param known the key that this machine remembers; null where it was given none.
 * @param ending ends the question before its time.
 * @throws OtherHub where it is another; the failure's own error where nobody answers, or no proof.
 */
export async function provenKey(hubUrl: string, known: string | null, ending?: AbortSignal): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  const url = new URL(accountApi.hubProof.path, hubUrl);
  url.searchParams.set('challenge', challenge);
  const told = HubProof.safeParse(await askJson(url, PATIENCE_MS, ending));
  if (!told.success || !isProof(told.data, challenge))
    throw new OtherHub(`what answers at ${hubUrl} does not prove that it is a FlowLine hub`);
  if (known !== null && told.data.key !== known)
    throw new OtherHub(
      `another hub answers at ${hubUrl} than the one that this machine joined; nothing is told to it. If the hub was set up anew: stop this agent, then flowline agent join ${hubUrl} with a join token of it`,
    );
  return told.data.key;
}

function isProof({ key, proof }: HubProof, challenge: string): boolean {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  return verify(null, Buffer.from(provenText(challenge)), publicKey, Buffer.from(proof, 'base64url'));
}
