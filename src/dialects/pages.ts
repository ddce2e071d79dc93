/** Where the older systems' web pages were (port 8000: FlowLine Monitor's `/monitor`, the scheduler's tasks and settings): whoever opens them is led to ours. */
import type { Dialect } from './dialect.ts';
import { flaskError, flaskWrongVerb } from './flask.ts';
import { redirect } from './redirect.ts';

/** Pages that are called alike here; every other leads to the first. */
const ALIKE = new Map([
  ['tasks', 'tasks'],
  ['task', 'tasks'],
  ['settings', 'settings'],
]);

/** @param pageUrl ours, with a slash at its end, for whoever called by this `Host` */
export function olderPages(pageUrl: (host: string) => string): Dialect {
  return {
    name: 'older pages',
    role: 'main',
    isOpenToPages: false,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: flaskError,
    routes: [
      {
        verbs: ['GET'],
        path: '/*',
        handle: ({ parameters, host }) =>
          redirect(302, `${pageUrl(host)}${ALIKE.get(parameters['*']?.replace(/\/$/, '') ?? '') ?? ''}`),
      },
    ],
  };
}
