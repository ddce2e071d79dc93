/** Routes of accounts: who is asking, links and sessions of the page, tokens, and machines that join. Spread into the table of routes (hubApi.ts). */
import * as z from 'zod';
import { count, instantMs, name } from '../model/fields.ts';
import { HubChallenge, HubProof } from './hubProof.ts';
import { routes } from './route.ts';

export const Role = z.enum(['viewer', 'user', 'administrator']);
export type Role = z.infer<typeof Role>;

export const Account = z.object({ name, role: Role });
export type Account = z.infer<typeof Account>;

/**
 * `read`, `submit`, `admin`: people and scripts; `join`: lets machines join; `dialect-write`: in the path of an older
 * dialect's address, for its routes that change something, and for nothing else. The label of a `submit` or
 * `dialect-write` token is the login name of whoever acts with it. More scopes come with their doors.
 */
export const TokenScope = z.enum(['read', 'submit', 'admin', 'join', 'dialect-write']);
export type TokenScope = z.infer<typeof TokenScope>;

export const TokenInfo = z.object({
  id: name,
  scope: TokenScope,
  label: name.nullable(),
  /** As what its holder acts; null where the scope says it. */
  role: Role.nullable().default(null),
  createdAtMs: instantMs,
  expiresAtMs: instantMs.nullable(),
  lastUsedAtMs: instantMs.nullable(),
  /** Null: as often as one likes. */
  usesLeft: count.nullable(),
});
export type TokenInfo = z.infer<typeof TokenInfo>;

const text = z.string().max(200);
const nothing = z.object({});

export const accountApi = routes({
  whoAmI: {
    method: 'GET',
    path: '/api/v1/session',
    right: 'open',
    summary: 'Who is asking, and whether this hub lets him read.',
    response: z.object({
      account: Account.nullable(),
      /** Login name under which he queues tasks: the account's, or for the local administrator that of who runs the hub. */
      login: name.nullable().default(null),
      mayRead: z.boolean(),
      hubName: name,
      hubVersion: name,
      joinAddress: z.string(),
    }),
  },
  openSession: {
    method: 'POST',
    path: '/api/v1/session',
    right: 'open',
    summary:
      'Turns the code of a one-time link into a session: a cookie, and a secret that writes must send as X-FlowLine-Session.',
    body: z.strictObject({ code: text }),
    response: z.object({ account: Account, secret: z.string(), expiresAtMs: instantMs }),
  },
  closeSession: {
    method: 'DELETE',
    path: '/api/v1/session',
    right: 'viewer',
    summary: 'Ends this session.',
    response: nothing,
  },
  createLink: {
    method: 'POST',
    path: '/api/v1/links',
    right: 'administrator',
    summary: 'A link that opens a session once, within 10 minutes.',
    response: z.object({ url: z.string(), expiresAtMs: instantMs }),
  },
  tokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    right: 'administrator',
    summary: 'Tokens, without their secrets.',
    response: z.object({ tokens: z.array(TokenInfo) }),
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    right: 'administrator',
    summary:
      'Creates a token; its secret is told this once. Unless told otherwise a join token is good for one machine and an hour, another for 90 days.',
    body: z.strictObject({
      scope: TokenScope,
      label: name.nullable().default(null),
      lifetimeSeconds: z
        .int()
        .positive()
        .max(10 * 365 * 86_400)
        .nullable()
        .optional(),
      uses: z.int().positive().max(10_000).nullable().optional(),
      /** With `dialect-write`: as what its holder acts; `user` unless said otherwise. */
      role: Role.exclude(['viewer']).optional(),
    }),
    response: z.object({ token: z.string(), info: TokenInfo }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    right: 'administrator',
    summary: 'Revokes a token.',
    response: nothing,
  },
  hubProof: {
    method: 'GET',
    path: '/api/v1/hub/proof',
    right: 'open',
    summary: 'Proves which hub this is, to a machine that remembers its key.',
    query: z.object({ challenge: HubChallenge }),
    response: HubProof,
  },
  join: {
    method: 'POST',
    path: '/api/v1/agents/join',
    right: 'join',
    summary: 'A machine joins with a join token and is given its own credential.',
    body: z.strictObject({ hostname: name, machineId: z.string().min(8).max(128) }),
    response: z.object({
      nodeId: name,
      nodeToken: z.string(),
      /** By which the machine knows this hub again (hubProof.ts); null from an older one. */
      hubKey: z.string().nullable().default(null),
    }),
  },
});
