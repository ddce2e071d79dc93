/**
 * A node of GPU Cluster Status Monitor, over this machine's agent. Its password gates reading; whoever has it not is told
 * what he would be told of a path that is not there. Errors are a status with a body that is no JSON: its main takes any
 * JSON object for a node that is well.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { networkOf } from '../../io/network.ts';
import { addressLimit } from '../../lib/addressLimit.ts';
import { currentSample } from '../currentSample.ts';
import type { Answer, Dialect } from '../dialect.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import type { NodeParts } from '../node.ts';
import { pythonAnswer, pythonJson } from '../python.ts';
import { nodeBody } from './serveNode.ts';

/** Of one address, right or wrong: a main asks every 4 s, and a guess must cost something. */
const TRIES = { perSecond: 2, burst: 60 };

/** Its routes. Without a password nobody is answered: whoever starts it refuses to. */
export function clusterStatusNode(parts: NodeParts): Dialect {
  const right = parts.password === null ? null : digest(parts.password);
  const tries = addressLimit(TRIES, parts.nowMs);
  const isRight = (given: string): boolean => right !== null && timingSafeEqual(digest(given), right);

  const status = async (request: unknown, from: string): Promise<Answer> => {
    if (typeof request !== 'object' || request === null || !('passwd' in request)) return flaskError(400);
    if (!tries.take(networkOf(from))) return flaskError(429);
    const { passwd } = request;
    if (typeof passwd !== 'string' || !isRight(passwd)) return flaskError(404);
    const sample = await currentSample(parts);
    const body = sample && nodeBody(sample);
    return body ? pythonAnswer(pythonJson(body)) : flaskError(500);
  };

  return {
    name: 'cluster-status',
    role: 'node',
    isOpenToPages: false,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: flaskError,
    routes: [
      {
        verbs: ['POST'],
        path: '/get-status',
        body: 'bytes',
        handle({ body, contentType, from }) {
          const request = /^application\/json\b/i.test(contentType) ? parsed(body) : undefined;
          return status(request, from);
        },
      },
    ],
  };
}

/** Of one length, so that comparing takes as long whatever was given. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Undefined where it is no JSON. */
function parsed(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '');
  } catch {
    return undefined;
  }
}
