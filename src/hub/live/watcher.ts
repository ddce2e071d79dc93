/**
 * Who watches a live socket. A program sends its token with the upgrade; a browser can put no header on a socket and a
 * cookie alone names nobody (trust.md, 1), so a page says its secret on the socket.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, type DoorOptions, identify, NOBODY, SESSION_HEADER } from '../api/doors.ts';

export interface Watcher {
  /** As of now: a session may have ended, a token been revoked since. */
  caller(): Caller;
  /** False where the secret does not belong to the session of the socket's cookie. */
  identify(secret: string): boolean;
}

/** The watcher behind an upgrade request that came through the doors. */
export function watcher(headers: IncomingHttpHeaders, doors: DoorOptions): Watcher {
  const { authorization, cookie } = headers;
  let said: IncomingHttpHeaders = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(cookie === undefined ? {} : { cookie }),
  };
  const now = (with_: IncomingHttpHeaders): Caller => {
    try {
      const caller = identify(with_, doors);
      return caller.cookieOnly ? NOBODY : caller;
    } catch {
      // The token was revoked meanwhile.
      return NOBODY;
    }
  };
  return {
    caller: () => now(said),
    identify(secret) {
      const with_ = { ...said, [SESSION_HEADER]: secret };
      if (now(with_).account === null) return false;
      said = with_;
      return true;
    },
  };
}
