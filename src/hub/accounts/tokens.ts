/** Tokens of people, scripts and joining machines: kept hashed in `DATA/tokens.json`, changed one at a time. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readFileIfThere, writeFileAtomically } from '../../io/atomicFile.ts';
import type { Clock } from '../../io/clock.ts';
import { openRecordFile } from '../../io/recordFile.ts';
import { type Role, TokenInfo, type TokenScope } from '../../protocol/accountApi.ts';
import { formatToken, hashSecret, matchesHash, newId, newSecret, parseToken } from './secrets.ts';

const TokenRecord = z.object({ ...TokenInfo.shape, hash: z.string() });
type TokenRecord = z.infer<typeof TokenRecord>;

export interface NewToken {
  scope: TokenScope;
  label: string | null;
  /** Null where the scope says it. */
  role?: Role | null;
  /** Null: for ever. */
  lifetimeMs: number | null;
  /** Null: as often as one likes. */
  uses: number | null;
}

export interface Tokens {
  create(wanted: NewToken): Promise<{ token: string; info: TokenInfo }>;
  /** The token's record, where it is known, has not expired and has uses left. Notes the use. */
  check(token: string): TokenInfo | null;
  /** Like `check`, and takes one of its uses, for good before it answers. */
  use(token: string): Promise<TokenInfo | null>;
  list(): TokenInfo[];
  /** False where there is none of that id. */
  revoke(id: string): Promise<boolean>;
  /** The administrator's token of this data folder, made on the first start (`DATA/token`, 0600). */
  localToken: string;
  /** Its id. */
  localTokenId: string;
}

/** More are refused: nobody has that many, and a loop that creates them must end. */
const MAX_TOKENS = 10_000;

/**
 * Opens the tokens of a data folder.
 * @throws DamagedFile where the file cannot be understood.
 */
export async function openTokens(dataFolder: string, clock: Clock): Promise<Tokens> {
  const file = await openRecordFile(join(dataFolder, 'tokens.json'), (record) => TokenRecord.parse(record));
  let records = file.loaded;
  const localToken = await ensureLocalToken(dataFolder);
  const local: TokenRecord = {
    id: parseToken(localToken)?.id ?? '',
    scope: 'admin',
    label: 'local administrator',
    role: null,
    createdAtMs: clock.nowMs(),
    expiresAtMs: null,
    lastUsedAtMs: null,
    usesLeft: null,
    hash: hashSecret(parseToken(localToken)?.secret ?? ''),
  };

  const save = (): Promise<void> => file.save(records);

  const find = (token: string): TokenRecord | null => {
    const parts = parseToken(token);
    if (!parts) return null;
    const record = parts.id === local.id ? local : records.find((candidate) => candidate.id === parts.id);
    if (!record || !matchesHash(parts.secret, record.hash)) return null;
    if (record.expiresAtMs !== null && record.expiresAtMs <= clock.nowMs()) return null;
    if (record.usesLeft === 0) return null;
    record.lastUsedAtMs = clock.nowMs();
    return record;
  };

  return {
    localToken,
    localTokenId: local.id,
    async create({ scope, label, role = null, lifetimeMs, uses }) {
      const nowMs = clock.nowMs();
      records = records.filter((record) => record.expiresAtMs === null || record.expiresAtMs > nowMs);
      if (records.length >= MAX_TOKENS)
        throw new Error(`there are ${MAX_TOKENS} tokens already: revoke some first`);
      const secret = newSecret();
      const record: TokenRecord = {
        id: newId(),
        scope,
        label,
        role,
        createdAtMs: nowMs,
        expiresAtMs: lifetimeMs === null ? null : nowMs + lifetimeMs,
        lastUsedAtMs: null,
        usesLeft: uses,
        hash: hashSecret(secret),
      };
      records.push(record);
      await save().catch((failure: unknown) => {
        // Nobody was told its secret.
        records = records.filter((kept) => kept !== record);
        throw failure;
      });
      return { token: formatToken(record.id, secret), info: withoutHash(record) };
    },
    check(token) {
      const record = find(token);
      return record ? withoutHash(record) : null;
    },
    async use(token) {
      const record = find(token);
      if (!record) return null;
      if (record.usesLeft !== null) record.usesLeft -= 1;
      await save().catch((failure: unknown) => {
        if (record.usesLeft !== null) record.usesLeft += 1;
        throw failure;
      });
      return withoutHash(record);
    },
    list: () => records.map(withoutHash),
    async revoke(id) {
      const left = records.filter((record) => record.id !== id);
      if (left.length === records.length) return false;
      records = left;
      await save();
      return true;
    },
  };
}

function withoutHash({ hash: _hash, ...info }: TokenRecord): TokenInfo {
  return info;
}

async function ensureLocalToken(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'token');
  const kept = (await readFileIfThere(path))?.trim();
  if (kept && parseToken(kept)) {
    // A copied or restored folder may have opened it to others.
    await chmod(path, 0o600).catch(() => {});
    return kept;
  }
  const token = formatToken(newId(), newSecret());
  await writeFileAtomically(path, `${token}\n`);
  return token;
}
