/**
 * Sessions of the page. A one-time link's code becomes a session: a cookie that reads, and a secret that the page keeps
 * per origin and sends with every write (trust.md 1: cookies of `localhost` reach every port, so a cookie alone never
 * writes). Kept hashed in `DATA/sessions.json`, so that a restart of the hub logs nobody out.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../io/clock.ts';
import { openRecordFile } from '../../io/recordFile.ts';
import { Account } from '../../protocol/accountApi.ts';
import { hashSecret, matchesHash, newId, newSecret } from './secrets.ts';

const SessionRecord = z.object({
  id: z.string(),
  account: Account,
  cookieHash: z.string(),
  secretHash: z.string(),
  expiresAtMs: z.number(),
});

/** How long a link may wait to be opened. */
export const LINK_LIFETIME_MS = 10 * 60_000;
/** How long a session lasts. */
export const SESSION_LIFETIME_MS = 30 * 86_400_000;
const MAX_LINKS = 100;
const MAX_SESSIONS = 1000;

export interface PageSessions {
  /** A code that opens a session once, within 10 minutes. */
  createCode(account: Account): { code: string; expiresAtMs: number };
  /** Turns a code into a session; null where it is unknown, used or too old. */
  redeem(
    code: string,
  ): Promise<{ account: Account; cookie: string; secret: string; expiresAtMs: number } | null>;
  /** Whose session a cookie is. `mayWrite` only where the secret was sent too. */
  check(cookie: string, secret: string | null): { id: string; account: Account; mayWrite: boolean } | null;
  close(id: string): Promise<void>;
}

/**
 * Opens the sessions of a data folder.
 * @throws DamagedFile where the file cannot be understood.
 */
export async function openSessions(dataFolder: string, clock: Clock): Promise<PageSessions> {
  const file = await openRecordFile(join(dataFolder, 'sessions.json'), (record) =>
    SessionRecord.parse(record),
  );
  let records = file.loaded;
  const codes = new Map<string, { account: Account; expiresAtMs: number }>();
  const save = (): Promise<void> => file.save(records);

  return {
    createCode(account) {
      const expiresAtMs = clock.nowMs() + LINK_LIFETIME_MS;
      const code = newSecret();
      for (const oldest of codes.keys()) {
        if (codes.size < MAX_LINKS) break;
        codes.delete(oldest);
      }
      codes.set(hashSecret(code), { account, expiresAtMs });
      return { code, expiresAtMs };
    },
    async redeem(code) {
      const key = hashSecret(code);
      const found = codes.get(key);
      codes.delete(key);
      if (!found || found.expiresAtMs <= clock.nowMs()) return null;
      const id = newId();
      const cookieSecret = newSecret();
      const secret = newSecret();
      const expiresAtMs = clock.nowMs() + SESSION_LIFETIME_MS;
      const live = records.filter((record) => record.expiresAtMs > clock.nowMs());
      const record: z.infer<typeof SessionRecord> = {
        id,
        account: found.account,
        cookieHash: hashSecret(cookieSecret),
        secretHash: hashSecret(secret),
        expiresAtMs,
      };
      records = [...live.slice(-(MAX_SESSIONS - 1)), record];
      await save().catch((failure: unknown) => {
        // The link is good for another try.
        records = records.filter((kept) => kept !== record);
        codes.set(key, found);
        throw failure;
      });
      return { account: found.account, cookie: `${id}.${cookieSecret}`, secret, expiresAtMs };
    },
    check(cookie, secret) {
      const [id, cookieSecret] = cookie.split('.', 2);
      const record = records.find((candidate) => candidate.id === id);
      if (!record || !cookieSecret || !matchesHash(cookieSecret, record.cookieHash)) return null;
      if (record.expiresAtMs <= clock.nowMs()) return null;
      const mayWrite = secret !== null && matchesHash(secret, record.secretHash);
      return { id: record.id, account: record.account, mayWrite };
    },
    async close(id) {
      records = records.filter((record) => record.id !== id);
      await save();
    },
  };
}
