/** The key by which machines know this hub again: made at the first start, in `DATA/hub-key` (0600). */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfThere, writeFileAtomically } from '../../io/atomicFile.ts';
import { DamagedFile } from '../../io/recordFile.ts';
import { type HubProof, provenText } from '../../protocol/hubProof.ts';

export interface HubIdentity {
  /** The public key, as machines remember it: 32 bytes in base64url. */
  key: string;
  prove(challenge: string): HubProof;
}

/**
 * Opens the key of a data folder, or makes it.
 * @throws DamagedFile where the file holds none: another one would shut out every machine that joined.
 */
export async function openIdentity(dataFolder: string): Promise<HubIdentity> {
  const path = join(dataFolder, 'hub-key');
  const kept = await readFileIfThere(path);
  const own = kept === null ? generateKeyPairSync('ed25519').privateKey : read(kept, path);
  if (kept === null) await writeFileAtomically(path, String(own.export({ type: 'pkcs8', format: 'pem' })));
  const { x: key = '' } = createPublicKey(own).export({ format: 'jwk' });
  return {
    key,
    prove: (challenge) => ({
      key,
      proof: sign(null, Buffer.from(provenText(challenge)), own).toString('base64url'),
    }),
  };
}

function read(text: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below.
  }
  throw new DamagedFile(
    path,
    'hub-key',
    null,
    `${path} holds no Ed25519 key. Restore it from a copy; or move it away, and every machine joins again with a join token`,
  );
}
