/**
 * The doors of a dialect's listener, all of them asked before a byte of a body is read: is `Host` a name of ours, how often
 * and how much may one address send, who may push, and who may change something (`writes.ts`). Whoever is refused is told
 * why, and the trail is too (`refusals.ts`).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { hostOf, isOwnHost, isPassedOn } from '../io/listenNames.ts';
import { networkOf } from '../io/network.ts';
import { addressLimit } from '../lib/addressLimit.ts';
import type { DialectRoute, Writer } from './dialect.ts';
import { UNKNOWN_TOKEN, WRITING_IS_OFF, type WriteDoor } from './writes.ts';

/** What was asked, as far as doors look at it. */
export interface Asking {
  headers: IncomingHttpHeaders;
  /** Network address of the connection. */
  address: string;
  /** Of the path; null for none. */
  token: string | null;
}

export interface Refusal {
  status: number;
  /** For whoever asks. */
  sentence: string;
  /** For the trail, in few words that are the same each time. */
  reason: string;
}

export interface DialectDoor {
  /** Why nobody who asks like this is let in, to whatever it be; null where he is. */
  refuses(asking: Asking): Refusal | null;
  /** Who asks, as this route is told of him; or why it is shut to him. */
  admit(route: DialectRoute, asking: Asking): { writer: Writer | null } | { refusal: Refusal };
  /** Why this is no collector's socket; null where it may be one. */
  refusesSocket(asking: Asking): Refusal | null;
}

export interface DialectDoorOptions {
  /** By which we may be called beside loopback. */
  names: ReadonlySet<string>;
  writes: WriteDoor;
  requests: { perSecond: number; burst: number };
  pushedBytes: { perSecond: number; burst: number };
  nowMs: () => number;
}

/** A dashboard asks every few seconds; a proxy passes two hundred collectors on, each once a second. */
export const REQUESTS = { perSecond: 300, burst: 1000 };
/**
 * What is pushed costs some 30 ms of a core a MiB, from whoever pushes it: one address can have an eighth of a core. A
 * collector sends 50 kB a second, one of a machine with 2,000 processes 600 kB.
 */
export const PUSHED_BYTES = { perSecond: 4 * 2 ** 20, burst: 16 * 2 ** 20 };
/** Guesses at tokens from one address. */
const FAILED_TOKENS = { perSecond: 0.2, burst: 20 };

/** The doors of one listener. */
export function dialectDoor({ names, writes, nowMs, ...limits }: DialectDoorOptions): DialectDoor {
  const requests = addressLimit(limits.requests, nowMs);
  const pushedBytes = addressLimit(limits.pushedBytes, nowMs);
  const failedTokens = addressLimit(FAILED_TOKENS, nowMs);

  const refuses: DialectDoor['refuses'] = ({ headers, address }) => {
    if (!requests.take(networkOf(address)))
      return refusal(429, 'too many requests from this address', 'too many requests');
    if (isOwnHost(headers.host, names)) return null;
    const sentence = 'not called by this name; start it with --host-name NAME';
    return refusal(421, sentence, `called ${hostOf(headers.host ?? '').slice(0, 100) || 'by no name'}`);
  };

  /** What the token of a path says; null where there is none. */
  const tokenRefused = ({ token, address }: Asking): Refusal | null => {
    if (token === null || writes.writer(token, null) !== null) return null;
    return failedTokens.take(networkOf(address))
      ? { status: 403, sentence: UNKNOWN_TOKEN, reason: 'unknown token' }
      : refusal(429, 'too many tries from this address', 'too many tries');
  };

  /** One that a proxy passes on is from nowhere that was named. */
  const directly = ({ headers, address }: Asking): string | null => (isPassedOn(headers) ? null : address);

  const pushRefused = (asking: Asking): Refusal | null =>
    writes.mayPush(asking.token, directly(asking))
      ? null
      : refusal(403, 'reports are taken from certain addresses only', 'may not report');

  return {
    refuses,
    admit(route, asking) {
      const refused = tokenRefused(asking);
      if (refused) return { refusal: refused };
      const wantsWriter = asking.token !== null || route.writes === true || route.isPrivate === true;
      const writer = wantsWriter ? writes.writer(asking.token, directly(asking)) : null;
      if (route.writes === true && writer === null)
        return { refusal: { status: 403, sentence: WRITING_IS_OFF, reason: 'writing is off' } };
      const wrong = route.writes === true || route.pushes === true ? wrongBody(route, asking.headers) : null;
      if (wrong) return { refusal: wrong };
      if (route.pushes === true) {
        const mayNot = pushRefused(asking);
        if (mayNot) return { refusal: mayNot };
        const bytes = bodyBytes(asking.headers) ?? route.bodyLimitBytes ?? 0;
        if (!pushedBytes.take(networkOf(asking.address), bytes))
          return { refusal: refusal(429, 'too much at once from this address', 'too many bytes') };
      }
      const isOwn = route.writes === true || route.pushes === true || route.isPrivate === true;
      return { writer: isOwn ? writer : null };
    },
    refusesSocket(asking) {
      const refused = refuses(asking);
      if (refused) return refused;
      // A browser's page is nobody's collector.
      if (asking.headers.origin !== undefined) return refusal(403, 'no page may be one', 'a page');
      return tokenRefused(asking) ?? pushRefused(asking);
    },
  };
}

const refusal = (status: number, sentence: string, reason: string): Refusal => ({
  status,
  sentence: `flowline: ${sentence}`,
  reason,
});

/** Null where it comes in pieces, without saying how much there will be. */
function bodyBytes(headers: IncomingHttpHeaders): number | null {
  if (headers['transfer-encoding'] !== undefined) return null;
  return Number(headers['content-length'] ?? 0);
}

/** Of what changes something: no page of another site, and JSON. */
function wrongBody(route: DialectRoute, headers: IncomingHttpHeaders): Refusal | null {
  if (isForeign(headers)) return refusal(403, 'this request comes from another site', 'another site');
  // Older programs send nothing at all where there is nothing to say.
  const isSilent = route.body === undefined && bodyBytes(headers) === 0;
  if (!isSilent && !/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return refusal(415, 'the body must be application/json', 'no JSON');
  return null;
}

/** A page of another origin: what a browser says of itself beside `Origin` counts too. */
function isForeign({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  if (origin !== undefined) return origin !== `http://${host}` && origin !== `https://${host}`;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
