/**
 * How a hub proves which one it is: it signs what it is asked with a key that lies in its data folder. An agent asks
 * before it shows its credential, so that whoever else answers at that address learns nothing and is not obeyed. Over
 * plain HTTP somebody in between can still pass both on: against that there is TLS.
 */
import * as z from 'zod';

/** 32 random bytes, in base64url. */
export const HubChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'say 32 random bytes in base64url');

export const HubProof = z.object({
  /** An Ed25519 public key: 32 bytes in base64url. */
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** The signature, in base64url. */
  proof: z.string().max(200),
});
export type HubProof = z.infer<typeof HubProof>;

/** What is signed: nothing that anything else of ours could take for its own. */
export const provenText = (challenge: string): string => `this is the FlowLine hub asked by ${challenge}`;
