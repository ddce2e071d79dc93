/** The small pages by which Flask tells errors, which three of the older systems are built on. Its JSON: `python.ts`. */
import type { Answer } from './dialect.ts';

/** Werkzeug's words for the statuses that the older systems answer with. */
const WORDS: Record<number, [title: string, sentence: string]> = {
  400: ['Bad Request', 'The browser (or proxy) sent a request that this server could not understand.'],
  404: [
    'Not Found',
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  ],
  405: ['Method Not Allowed', 'The method is not allowed for the requested URL.'],
  413: ['Request Entity Too Large', 'The data value transmitted exceeds the capacity limit.'],
  429: ['Too Many Requests', 'This user has exceeded an allotted request count. Try again later.'],
  500: [
    'Internal Server Error',
    'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
  ],
};

/**
 * The page of an error.
 * @param ours what is told where the older systems had no such error; never text from outside
 */
export function flaskError(status: number, ours = 'This was refused.'): Answer {
  const [title, sentence] = WORDS[status] ?? ['Refused', ours];
  return {
    status,
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${sentence}</p>\n`,
  };
}

/** A verb that a path does not take. */
export const flaskWrongVerb = (allowed: readonly string[]): Answer => ({
  ...flaskError(405),
  headers: { allow: allowed.join(', ') },
});
