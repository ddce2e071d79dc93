/** Where the older systems' web pages were (port 8000: FlowLine Monitor's `/monitor`, the scheduler's tasks and settings): whoever opens them is led to ours. */
import type { Dialect } from './dialect.ts';
import { flaskError, flaskWrongVerb } from './flask.ts';
import type { MainParts } from './main.ts';
import { redirect } from './redirect.ts';

/** Pages that are called alike here; every other leads to the first. */
const ALIKE = new Map([
  ['tasks', 'tasks'],
  ['task', 'tasks'],
  ['settings', 'settings'],
]);

/** @param pageUrl ours, with a slash at its end */
export function olderPages(pageUrl: MainParts['pageUrl']): Dialect {
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
        handle: ({ parameters, ...called }) =>
          redirect(302, `${pageUrl(called)}${ALIKE.get(parameters['*']?.replace(/\/$/, '') ?? '') ?? ''}`),
      },
    ],
  };
}
