/** A slave of FlowLine Monitor, over this machine's agent: open to every page, as there. */

import { currentSample, NO_SAMPLE } from '../currentSample.ts';
import type { Dialect } from '../dialect.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import type { NodeParts } from '../node.ts';
import { pythonAnswer, pythonJson } from '../python.ts';
import { FRACTIONS } from './fractions.ts';
import { slaveHealth, slaveInfo } from './serveNode.ts';

const answer = (body: object, status = 200) => pythonAnswer(pythonJson(body, FRACTIONS), status);

/** Its routes. */
export function flowlineMonitorNode(parts: NodeParts): Dialect {
  return {
    name: 'flowline-monitor',
    role: 'node',
    isOpenToPages: true,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: (status, sentence) => answer({ error: sentence }, status),
    routes: [
      {
        verbs: ['GET'],
        path: '/api/info',
        async handle() {
          const sample = await currentSample(parts);
          return sample ? answer(slaveInfo(sample)) : answer({ error: NO_SAMPLE }, 503);
        },
      },
      { verbs: ['GET'], path: '/api/health', handle: () => answer(slaveHealth(parts.nowMs())) },
    ],
  };
}
