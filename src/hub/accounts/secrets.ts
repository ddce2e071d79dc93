/** How secrets are made, kept and compared: 256 random bits, kept as SHA-256, compared in constant time (trust.md 2). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, URL-safe. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A short public id. */
export const newId = (): string => randomBytes(6).toString('hex');

/** What is stored of a secret. A plain hash is enough: 256 random bits cannot be guessed, so there is nothing to stretch. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** True where the secret belongs to the hash, in time that does not tell how much of it was right. */
export function matchesHash(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret));
  const kept = Buffer.from(hash);
  return given.length === kept.length && timingSafeEqual(given, kept);
}

/** A token as people hold it: `fl_ID_SECRET`; the id finds the record, the secret proves it. */
export const formatToken = (id: string, secret: string): string => `fl_${id}_${secret}`;

/** The parts of a token, or null where the text is none. */
export function parseToken(text: string): { id: string; secret: string } | null {
  const match = /^fl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(text.trim());
  return match?.[1] && match[2] ? { id: match[1], secret: match[2] } : null;
}
