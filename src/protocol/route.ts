/** What a line of the table of routes is (hubApi.ts): verb, path, right, in, out. */
import type * as z from 'zod';

/**
 * Who may call a route. `open`: anybody. `viewer`: figures; on loopback anybody, elsewhere who has a session or token.
 * `user`: his own processes and tasks. `administrator`: everything. `join`: a machine with a join token.
 */
export type Right = 'open' | 'viewer' | 'user' | 'administrator' | 'join';

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for parameters. */
  path: string;
  right: Right;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Where a body may be larger than others. */
  bodyLimitBytes?: number;
  response: z.ZodType;
}

/** Keeps each route's own schemas in its type, and holds it to the shape of a route. */
export const routes = <Routes extends Record<string, Route>>(table: Routes): Routes => table;
