/** WebSocket upgrade requests: agents' links and viewers' live sockets, each through its own door, with limits. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../../io/log.ts';
import { networkOf } from '../../io/network.ts';
import { errorBody, HubError } from '../errors.ts';
import { bearerOf, countedAs, type DoorOptions } from './doors.ts';
import { describeFailure } from './failures.ts';
import type { RequestLimits } from './requestLimits.ts';
import { admitUpgrade } from './server.ts';

type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface UpgradeOptions {
  doors: DoorOptions;
  log: Log;
  paths: { link: string; live: string };
  /** The node that a credential belongs to. */
  agentOf: (nodeToken: string) => string | null;
  acceptAgent: (request: IncomingMessage, socket: Duplex, head: Buffer, nodeId: string) => void;
  acceptViewer: Accept;
  /** Limits per address, the same as for requests. */
  limits: RequestLimits;
  /** Viewers now. */
  viewers: () => number;
}

const MAX_VIEWERS = 2000;
/** Of those who proved nothing: whoever opens all of them must not shut out who did. */
const MAX_UNKNOWN_VIEWERS = 1500;

/** The listener for a server's `upgrade` event. */
export function upgrades(options: UpgradeOptions): Accept {
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const address = networkOf(request.socket.remoteAddress ?? '');
    try {
      const [pathname] = (request.url ?? '/').split('?');
      if (pathname === options.paths.link)
        options.acceptAgent(request, socket, head, admitAgent(request, address, options));
      else if (pathname === options.paths.live) {
        const who = countedAs(request.headers, address, options.doors);
        options.limits.checkRequest(who);
        admitUpgrade(request, options.doors);
        const most = who === address ? MAX_UNKNOWN_VIEWERS : MAX_VIEWERS;
        if (options.viewers() >= most)
          throw new HubError(503, 'too-many-viewers', `${most} pages are open already`, 'close some of them');
        options.acceptViewer(request, socket, head);
      } else {
        options.limits.checkRequest(address);
        throw new HubError(404, 'not-found', 'there is no such socket', `use ${options.paths.live}`);
      }
    } catch (failure) {
      refuseUpgrade(socket, options.limits.slowLogins(failure, address));
    }
  };
}

/**
 * A known machine counts by itself: whoever asks too often from its address does not keep it from coming back.
 * @throws HubError 401 where the credential is unknown; 403 for a page: browsers are never agents; 429.
 */
function admitAgent(
  request: IncomingMessage,
  address: string,
  { agentOf, limits }: Pick<UpgradeOptions, 'agentOf' | 'limits'>,
): string {
  if (request.headers.origin !== undefined)
    throw new HubError(403, 'foreign-origin', 'a page cannot be an agent');
  const nodeId = agentOf(bearerOf(request.headers) ?? '');
  limits.checkRequest(nodeId === null ? address : `node ${nodeId}`);
  if (nodeId === null)
    throw new HubError(
      401,
      'unknown-node-token',
      'this machine is not known here, or its credential was revoked',
      'join again with a join token',
    );
  return nodeId;
}

/** Answers an upgrade request with an error, in the one shape, and ends the connection. */
export function refuseUpgrade(socket: Duplex, failure: unknown): void {
  const { status, code, message, hint } = describeFailure(failure);
  const body = JSON.stringify(errorBody(code, message, hint));
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
