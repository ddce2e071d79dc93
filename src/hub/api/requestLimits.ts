/** How often one may ask, and how often an address may fail to log in: the same count for requests and for sockets. */

import { addressLimit } from '../../lib/addressLimit.ts';
import { HubError } from '../errors.ts';

export interface RequestLimits {
  /**
   * @param who the credential that was proved, else the address's network (`countedAs`).
   * @throws HubError 429 past the limit.
   */
  checkRequest(who: string): void;
  /** What the caller is told of a failure: past the limit of failed logins, to wait. */
  slowLogins(failure: unknown, address: string): unknown;
}

/** Requests of one credential, or of one address without any: a page asks for a few a second, a script in a loop for thousands. */
const REQUESTS = { perSecond: 100, burst: 1000 };
/** Guesses at codes and tokens from one address: a person mistypes a few times, a program thousands. */
const FAILED_LOGINS = { perSecond: 0.2, burst: 20 };

/** The limits of one hub. */
export function requestLimits(nowMs: () => number): RequestLimits {
  const requests = addressLimit(REQUESTS, nowMs);
  const failedLogins = addressLimit(FAILED_LOGINS, nowMs);
  return {
    checkRequest(who) {
      if (requests.take(who)) return;
      throw new HubError(
        429,
        'too-many-requests',
        `more than ${REQUESTS.perSecond} requests a second from ${who}`,
        'ask less often; the live socket pushes changes',
      );
    },
    slowLogins(failure, address) {
      // Who sent no credential guessed none.
      const isFailedLogin =
        failure instanceof HubError && failure.status === 401 && failure.code !== 'login-needed';
      if (!isFailedLogin || failedLogins.take(address)) return failure;
      return new HubError(429, 'too-many-tries', 'too many failed logins from this address', 'wait a minute');
    },
  };
}
