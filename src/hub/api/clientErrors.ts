/** What is told to whoever does not get as far as a request: bytes that are no HTTP, headers without end, a request that trickles. */
import type { Socket } from 'node:net';
import { errorBody } from '../errors.ts';

/** By the codes of Node's parser and server. */
const TOLD: Record<string, [status: string, code: string, message: string, hint: string | null]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers-too-large',
    'path and headers together may have 16 KiB',
    'send less: cookies of other programs on this host count too',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'request-too-slow',
    'the request was not there within 30 s',
    null,
  ],
};

const OTHER = [
  '400 Bad Request',
  'malformed-request',
  'this is no HTTP request that can be read',
  'speak http:// here; TLS ends in a server in front of the hub',
] as const;

/** Answers in the one shape of errors, and ends the connection. */
export function clientError(failure: Error & { code?: string }, socket: Socket): void {
  if (failure.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(failure);
    return;
  }
  const [status, code, message, hint] = TOLD[failure.code ?? ''] ?? OTHER;
  const body = JSON.stringify(errorBody(code, message, hint));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
