/** Asks a container engine over its Unix socket: plain HTTP, every call with a deadline, every answer with a bound. */
import { type IncomingMessage, request } from 'node:http';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';

/** A list of 2,000 containers with labels and mounts has some megabytes. */
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
const LONGEST_EVENT_CHARACTERS = 256 * 1024;
/** dockerd with many containers and a slow disk may take seconds to list them. */
const ANSWER_DEADLINE_MS = 8000;

/** The JSON that the engine answers. Throws what `describeTrouble` puts into words. */
export async function askEngine(
  socketPath: string,
  path: string,
  stopping: AbortSignal,
  deadlineMs = ANSWER_DEADLINE_MS,
): Promise<unknown> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return JSON.parse(await readAnswer(socketPath, path, AbortSignal.any([stopping, deadline])));
  } catch (failure) {
    // An aborted request, an answer that was cut off, and half of one that ended quietly: each has another error.
    throw deadline.aborted ? deadline.reason : failure;
  }
}

async function readAnswer(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  const response = await open(socketPath, path, signal);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    bytes += part.length;
    if (bytes > LARGEST_ANSWER_BYTES) throw new Error(`the answer to ${path} is larger than 16 MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Follows a stream of JSON lines until it ends, fails, or `signal` is aborted. `onOpen`: from now on no line is missed. */
export async function followEngine(
  socketPath: string,
  path: string,
  { onOpen, onLine }: { onOpen: () => void; onLine: (line: unknown) => void },
  signal: AbortSignal,
): Promise<void> {
  const response = await open(socketPath, path, signal);
  onOpen();
  await readLines(response, onLine);
}

async function readLines(response: IncomingMessage, onLine: (line: unknown) => void): Promise<void> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    if (text.length > LONGEST_EVENT_CHARACTERS) throw new Error('an event is longer than 256 KiB');
    for (const line of lines) if (line.trim() !== '') onLine(JSON.parse(line));
  }
}

function open(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Connections are not kept: an engine that restarts would leave dead ones, and asking is rare.
  const call = request(
    { socketPath, path, signal, agent: false, headers: { Host: 'engine' } },
    (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.destroy();
      reject(new Error(`it answers ${response.statusCode} to ${path}`));
    },
  );
  call.once('error', reject);
  call.end();
  return promise;
}

/** What went wrong, as a state in words. */
export function describeTrouble(error: unknown, path: string): SourceState {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return { state: 'absent', ...said({ kind: 'no-socket', path }) };
  if (code === 'ECONNREFUSED') {
    return { state: 'absent', ...said({ kind: 'socket-deaf', path }) };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    // podman has no group that may: its system socket is root's, and every user may have one of his own.
    return {
      state: 'denied',
      ...said({ kind: /podman/.test(path) ? 'podman-denied' : 'socket-denied', path }),
    };
  }
  const words = error instanceof Error && error.name === 'TimeoutError' ? null : String(error);
  return { state: 'failed', ...said({ kind: 'engine-not-asked', path, words }) };
}
