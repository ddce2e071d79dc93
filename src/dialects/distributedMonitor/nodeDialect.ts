/** A server of the distributed monitor, over this machine's agent. Its own took any verb. */

import { currentSample, NO_SAMPLE } from '../currentSample.ts';
import type { Dialect } from '../dialect.ts';
import { goAnswer, goError, goJson, goNotFound } from '../go.ts';
import type { NodeParts } from '../node.ts';
import { gpuInfo } from './serveNode.ts';

/** Its routes. */
export function distributedMonitorNode(parts: NodeParts): Dialect {
  return {
    name: 'distributed-monitor',
    role: 'node',
    isOpenToPages: false,
    notFound: goNotFound,
    wrongVerb: goNotFound,
    refuse: goError,
    routes: [
      {
        verbs: 'any',
        path: '/gpu-info',
        async handle() {
          const sample = await currentSample(parts);
          if (!sample) return goError(500, `Failed to get GPU info: ${NO_SAMPLE}`);
          const info = gpuInfo(sample);
          return 'failure' in info ? goError(500, info.failure) : goAnswer(`${goJson(info)}\n`);
        },
      },
      {
        verbs: 'any',
        path: '/health',
        handle: () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'OK' }),
      },
    ],
  };
}
