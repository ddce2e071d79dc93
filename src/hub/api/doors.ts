/**
 * The doors every request comes through, before any route: is `Host` a name of ours (DNS rebinding), is `Origin` ours
 * (another site's page), and who is asking (trust.md 1–3). HTTP and WebSockets ask the same functions.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { hostOf, isLoopback, isOwnHost, isPassedOn } from '../../io/listenNames.ts';
import type { Account } from '../../protocol/accountApi.ts';
import type { Right } from '../../protocol/route.ts';
import type { PageSessions } from '../accounts/sessions.ts';
import type { Tokens } from '../accounts/tokens.ts';
import { HubError } from '../errors.ts';

/** The page sends its per-origin secret in this header with every write. */
export const SESSION_HEADER = 'x-flowline-session';

export interface DoorOptions {
  /** True where the hub is bound to loopback addresses only. */
  loopbackOnly: boolean;
  /** Names and addresses, without port, by which this hub may be called beside loopback. */
  hostNames: ReadonlySet<string>;
  /** `everyone`: reading needs no login beyond loopback either. */
  readers: 'link' | 'everyone';
  /** Differs per port: cookies of one host reach all its ports. */
  cookieName: string;
  tokens: Tokens;
  sessions: PageSessions;
}

/** Who asks. `null` account: nobody logged in. */
export interface Caller {
  account: Account | null;
  door: 'page' | 'token' | 'dialect' | 'none';
  /** Of the page's session, to close it. */
  sessionId: string | null;
  /** True where a page's cookie came without its secret. */
  cookieOnly: boolean;
  /** The local administrator's token, or a session that its link opened: it names no person by itself. */
  isLocal: boolean;
  /** The request was passed on by a server in front of a hub that itself listens on loopback: it may come from anywhere. */
  isForwarded: boolean;
}

/** Whose session a link of the local administrator opens. */
export const LOCAL_ADMINISTRATOR: Account = { name: 'local administrator', role: 'administrator' };

/** Who is not logged in. */
export const NOBODY: Caller = {
  account: null,
  door: 'none',
  sessionId: null,
  cookieOnly: false,
  isLocal: false,
  isForwarded: false,
};

const ROLE_OF = { admin: 'administrator', submit: 'user', read: 'viewer' } as const;

/**
 * Refuses names that are not ours.
 * @throws HubError 421.
 */
export function checkHost(headers: IncomingHttpHeaders, options: Pick<DoorOptions, 'hostNames'>): void {
  if (isOwnHost(headers.host, options.hostNames)) return;
  const host = hostOf(headers.host ?? '');
  throw new HubError(
    421,
    'foreign-host',
    `this hub is not called ${JSON.stringify(host.slice(0, 100))}`,
    `if it is, start the hub with --host-name ${/^[a-z0-9.-]{1,100}$/.test(host) ? host : 'NAME'}; else call it by its address, 127.0.0.1 or localhost`,
  );
}

/**
 * Refuses another site's page. A request without `Origin` comes from no page (commands, agents).
 * @param strict for writes and WebSockets: also what a browser says of itself beside `Origin` must be ours.
 * @throws HubError 403.
 */
export function checkOrigin(headers: IncomingHttpHeaders, strict: boolean): void {
  const { origin, host } = headers;
  if (origin === undefined) {
    if (!strict) return;
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return;
  } else if (host && (origin === `http://${host}` || origin === `https://${host}`)) return;
  throw new HubError(
    403,
    'foreign-origin',
    'this request comes from another site',
    'open the page of this hub itself',
  );
}

/**
 * Who is asking: a bearer token first, else the page's session.
 * @throws HubError 401 where a credential was sent and is not good: falling back to nobody would hide the mistake.
 */
export function identify(headers: IncomingHttpHeaders, options: DoorOptions): Caller {
  return { ...whoAsks(headers, options), isForwarded: isForwarded(headers) };
}

/**
 * Under which name a request counts against what one may ask: that of the credential which it proves, so that strangers
 * behind the same address (everybody on this machine, or behind a server in front of us) cannot use up its share; else
 * the address.
 */
export function countedAs(
  headers: IncomingHttpHeaders,
  address: string,
  { tokens, sessions, cookieName }: Pick<DoorOptions, 'tokens' | 'sessions' | 'cookieName'>,
): string {
  const bearer = bearerOf(headers);
  const token = bearer === null ? null : tokens.check(bearer);
  if (token) return `token ${token.id}`;
  const cookie = cookieValue(headers.cookie, cookieName);
  const session = cookie === null ? null : sessions.check(cookie, null);
  return session ? `session ${session.id}` : address;
}

/** What is sent as `Authorization: Bearer …`, not yet looked at; null where nothing is. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | null =>
  /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? null;

/** As servers in front of us say, or by a name that is none of loopback's: somebody else took the request first. */
function isForwarded(headers: IncomingHttpHeaders): boolean {
  return isPassedOn(headers) || !isLoopback(hostOf(headers.host ?? '').replace(/^\[|\]$/g, ''));
}

function whoAsks(headers: IncomingHttpHeaders, options: DoorOptions): Omit<Caller, 'isForwarded'> {
  const bearer = bearerOf(headers);
  if (bearer !== null) {
    const token = options.tokens.check(bearer);
    if (!token || token.scope === 'join' || token.scope === 'dialect-write') {
      throw new HubError(
        401,
        'unknown-token',
        'this token is unknown, expired or not for this',
        'create one with `flowline token create`',
      );
    }
    const role = ROLE_OF[token.scope];
    return {
      account: { name: token.label ?? `token ${token.id}`, role },
      door: 'token',
      sessionId: null,
      cookieOnly: false,
      isLocal: token.id === options.tokens.localTokenId,
    };
  }
  const cookie = cookieValue(headers.cookie, options.cookieName);
  const secret = headers[SESSION_HEADER];
  const session = cookie ? options.sessions.check(cookie, typeof secret === 'string' ? secret : null) : null;
  if (!session) return NOBODY;
  return {
    account: session.account,
    door: 'page',
    sessionId: session.id,
    cookieOnly: !session.mayWrite,
    isLocal: session.account.name === LOCAL_ADMINISTRATOR.name,
  };
}

/** Whether this caller may read here without a login. */
export const openReading = (
  options: Pick<DoorOptions, 'loopbackOnly' | 'readers'>,
  caller: Pick<Caller, 'isForwarded'>,
): boolean => options.readers === 'everyone' || (options.loopbackOnly && !caller.isForwarded);

/** What each role may, by its height. */
export const RANK = { viewer: 1, user: 2, administrator: 3 } as const;

/**
 * Lets a caller through to a route, or says why not.
 * @param write true where the request changes something: then a cookie alone is not enough.
 * @throws HubError 401 (nobody is logged in) or 403 (not allowed).
 */
export function checkRight(
  right: Exclude<Right, 'join'>,
  caller: Caller,
  write: boolean,
  options: DoorOptions,
): void {
  if (right === 'open') return;
  if (write && caller.cookieOnly) {
    throw new HubError(
      403,
      'session-secret-missing',
      'a cookie alone changes nothing',
      'open the page by a new link: `flowline token link`',
    );
  }
  if (right === 'viewer' && openReading(options, caller)) return;
  if (!caller.account) {
    throw new HubError(
      401,
      'login-needed',
      'nobody is logged in',
      'run `flowline token link` on the hub and open the link it prints',
    );
  }
  if (RANK[caller.account.role] < RANK[right]) {
    throw new HubError(
      403,
      'not-allowed',
      `this is for ${right === 'user' ? 'users' : 'administrators'}; ${caller.account.name} is ${caller.account.role}`,
      null,
    );
  }
}

/** The value of a cookie, or null. */
function cookieValue(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return null;
}
