/**
 * One question to an older node over HTTP, within bounds: a deadline over everything, a body of a few MiB at most, no
 * redirects. Each question has a connection of its own, which is gone afterwards: the older servers close theirs anyhow, and
 * one that is kept may be dead by the next question.
 */
import { request } from 'node:http';
import type { Answer, PolledNode, Trouble } from './nodeReader.ts';

export interface FindAddress {
  /** What a name or an address leads to. */
  (host: string, deadlineMs: number): Promise<{ address: string } | Trouble>;
  /** Nobody answered there: the machine may have got another address. */
  doubt(host: string): void;
}

/** A machine with 16 cards and hundreds of processes on each stays below 1 MiB. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Of another answer than 200 only a sentence is read. */
const MAX_REFUSAL_BYTES = 4096;

export type Asked = { answer: Answer; address: string } | { trouble: Trouble };

/**
 * Asks once; never throws.
 * @param signal gives up at once, silently
 */
export async function ask(
  node: Pick<PolledNode, 'host' | 'port' | 'timeoutMs'>,
  { method, path, body }: { method: 'GET' | 'POST'; path: string; body: string | null },
  findAddress: FindAddress,
  signal: AbortSignal,
): Promise<Asked> {
  const beganAt = performance.now();
  const found = await findAddress(node.host, node.timeoutMs);
  if ('kind' in found) return { trouble: found };
  const { address } = found;
  const leftMs = node.timeoutMs - (performance.now() - beganAt);
  if (leftMs <= 0) return { trouble: silent(node) };
  const called = node.host.includes(':') ? `[${node.host}]` : node.host;
  return new Promise((resolve) => {
    const asking = request({
      host: address,
      port: node.port,
      method,
      path,
      agent: false,
      signal,
      headers: {
        host: `${called}:${node.port}`,
        accept: 'application/json, text/plain',
        'user-agent': 'FlowLine',
        ...(body === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    const settle = (asked: Asked): void => {
      clearTimeout(deadline);
      if ('trouble' in asked) findAddress.doubt(node.host);
      resolve(asked);
      asking.destroy();
    };
    const deadline = setTimeout(() => settle({ trouble: silent(node) }), leftMs);
    asking.on('error', (failure: NodeJS.ErrnoException) =>
      settle({ trouble: failed(failure, node, address) }),
    );
    asking.on('response', (response) => {
      const status = response.statusCode ?? 0;
      if (status >= 300 && status < 400)
        return settle({
          trouble: {
            kind: 'redirected',
            message: `it redirects to another place (HTTP ${status}), which is not followed`,
          },
        });
      const parts: Buffer[] = [];
      let bytes = 0;
      const answer = () => ({ answer: { status, body: Buffer.concat(parts).toString('utf8') }, address });
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes <= MAX_ANSWER_BYTES) parts.push(part);
        if (status !== 200 && bytes > MAX_REFUSAL_BYTES) settle(answer());
        else if (bytes > MAX_ANSWER_BYTES)
          settle({ trouble: { kind: 'too-large', message: 'its answer is larger than 4 MiB' } });
      });
      response.on('end', () => settle(answer()));
      // A connection that breaks off in the middle of an answer.
      response.on('error', (failure: NodeJS.ErrnoException) =>
        settle({ trouble: failed(failure, node, address) }),
      );
    });
    asking.end(body ?? undefined);
  });
}

const silent = ({ host, port, timeoutMs }: Pick<PolledNode, 'host' | 'port' | 'timeoutMs'>): Trouble => ({
  kind: 'no-answer',
  message: `${host}:${port} did not answer within ${timeoutMs / 1000} s`,
});

function failed(
  failure: NodeJS.ErrnoException,
  { host, port }: PolledNode | Pick<PolledNode, 'host' | 'port'>,
  address: string,
): Trouble {
  const where = address === host ? `${host}:${port}` : `${host}:${port} (${address})`;
  const code = failure.code ?? '';
  if (code.startsWith('HPE_'))
    return { kind: 'not-understood', message: `${where} does not speak HTTP (${code})` };
  return { kind: 'not-reached', message: `${where}: ${WORDS[code] ?? failure.message}`.slice(0, 500) };
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens on that port',
  EHOSTUNREACH: 'no way leads there, or the machine is off',
  ENETUNREACH: 'no network leads there',
  ECONNRESET: 'the connection was broken off',
  ETIMEDOUT: 'the machine does not answer',
  EMFILE: 'this hub has too many files open',
};
