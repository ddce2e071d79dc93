/** Asks the hub over HTTP: routes, what goes in and what comes out are those of protocol/hubApi.ts. Never throws. */
import type * as z from 'zod';
import { ErrorBody, hubApi } from '../../src/protocol/hubApi.ts';

const routes = hubApi;
type Routes = typeof routes;
type RouteName = keyof Routes;

export type HubAnswer<Value> =
  | { ok: true; value: Value }
  /** `unreachable` and `strange` are this page's own codes; all others are the hub's. */
  | { ok: false; code: string; message: string; hint: string | null };

interface Asked<Name extends RouteName> {
  parameters?: Record<string, string>;
  /** Left out where undefined. */
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  body?: Routes[Name] extends { body: infer Body extends z.ZodType } ? z.input<Body> : never;
  signal?: AbortSignal;
}

const SECRET_KEY = 'flowline.session';

/** The secret beside the cookie, kept per origin: a cookie alone never writes, and names nobody. */
export const sessionSecret = (): string | null => localStorage.getItem(SECRET_KEY);
/** Null forgets it, as logging out does: from then on requests carry the cookie at most. */
export function keepSessionSecret(secret: string | null): void {
  if (secret === null) localStorage.removeItem(SECRET_KEY);
  else localStorage.setItem(SECRET_KEY, secret);
}

/** Calls a route of the hub. */
export async function askHub<Name extends RouteName>(
  name: Name,
  { parameters = {}, query = {}, headers: extra = {}, body, signal }: Asked<Name> = {},
): Promise<HubAnswer<z.output<Routes[Name]['response']>>> {
  const route = routes[name];
  const url = new URL(
    route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(parameters[key] ?? '')),
    location.origin,
  );
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  const headers: Record<string, string> = { accept: 'application/json', ...extra };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const secret = sessionSecret();
  if (secret !== null) headers['x-flowline-session'] = secret;
  try {
    const response = await fetch(url, {
      method: route.method,
      headers,
      signal: signal ?? null,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return readAnswer(route, response.ok, await response.json());
  } catch (error) {
    return { ok: false, code: 'unreachable', message: String(error), hint: null };
  }
}

function readAnswer<Name extends RouteName>(
  route: Routes[Name],
  ok: boolean,
  json: unknown,
): HubAnswer<z.output<Routes[Name]['response']>> {
  if (!ok) {
    const told = ErrorBody.safeParse(json).data;
    return told
      ? { ok: false, ...told.error }
      : { ok: false, code: 'strange', message: JSON.stringify(json).slice(0, 200), hint: null };
  }
  const parsed = route.response.safeParse(json);
  return parsed.success
    ? { ok: true, value: parsed.data as z.output<Routes[Name]['response']> }
    : { ok: false, code: 'strange', message: parsed.error.issues[0]?.message ?? '', hint: null };
}
