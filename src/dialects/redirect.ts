/** The older systems' pages are ours now: an answer that leads there. */
import type { Answer } from './dialect.ts';

export const redirect = (status: 301 | 302, location: string): Answer => ({
  status,
  type: null,
  body: '',
  headers: { location },
});
