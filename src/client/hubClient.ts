/**
 * Talking to a hub over HTTP, typed from the route table. Every answer is checked by its route's schema; every failure
 * is a HubFailure with the hub's own code, sentence and hint, or `hub-not-reached`. For Node and the browser.
 */
import type { z } from 'zod';
import { firstIssue } from '../lib/firstIssue.ts';
import { ErrorBody, hubApi } from '../protocol/hubApi.ts';
import type { Route } from '../protocol/route.ts';

const api = hubApi;
type Api = typeof api;
type RouteName = keyof Api;

type Query<Name extends RouteName> = Api[Name] extends { query: infer Q extends z.ZodType }
  ? z.input<Q>
  : never;
type Body<Name extends RouteName> = Api[Name] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : never;

export interface CallOptions<Name extends RouteName> {
  parameters?: Record<string, string>;
  query?: Query<Name>;
  body?: Body<Name>;
  /** Beside those that every request carries. */
  headers?: Record<string, string>;
}

export interface HubClientOptions {
  /** `http://127.0.0.1:3569`; empty in the page: its own hub. */
  baseUrl: string;
  /** Sent with every request, e.g. `authorization`; asked each time. */
  headers?: () => Record<string, string>;
  /** How long one request may take; 10 s unless said otherwise. */
  timeoutMs?: number;
}

export interface HubClient {
  call<Name extends RouteName>(
    name: Name,
    options?: CallOptions<Name>,
  ): Promise<z.output<Api[Name]['response']>>;
}

/** A call that failed: what happened, and what to do next. */
export class HubFailure extends Error {
  /** The hub's code, or `hub-not-reached`, `bad-answer`. */
  readonly code: string;
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  readonly hint: string | null;

  constructor(code: string, status: number | null, message: string, hint: string | null) {
    super(message);
    this.code = code;
    this.status = status;
    this.hint = hint;
  }
}

const TIMEOUT_MS = 10_000;
/** getaddrinfo(3), in Node's words. */
const UNKNOWN_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** A client of one hub. */
export function hubClient({
  baseUrl,
  headers = () => ({}),
  timeoutMs = TIMEOUT_MS,
}: HubClientOptions): HubClient {
  return {
    async call(name, options = {}) {
      const route: Route = api[name];
      const url =
        baseUrl +
        fillPath(route.path, options.parameters ?? {}) +
        queryText(options.query as Record<string, unknown> | undefined);
      const body = options.body === undefined ? null : JSON.stringify(options.body);
      let response: Response;
      let text: string;
      try {
        response = await fetch(url, {
          method: route.method,
          headers: {
            ...headers(),
            ...options.headers,
            ...(body === null ? {} : { 'content-type': 'application/json' }),
          },
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        text = await response.text();
      } catch (failure) {
        throw new HubFailure(
          'hub-not-reached',
          null,
          `no answer from ${baseUrl || 'the hub'}: ${reasonOf(failure)}`,
          'is it running? `flowline up` starts one; --hub URL or FLOWLINE_HUB names another',
        );
      }
      return read(name, response.status, text);
    },
  };
}

function read<Name extends RouteName>(
  name: Name,
  status: number,
  text: string,
): z.output<Api[Name]['response']> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HubFailure(
      'bad-answer',
      status,
      `the answer (status ${status}) is not JSON`,
      'is this address a FlowLine hub?',
    );
  }
  if (status >= 400) {
    const failure = ErrorBody.safeParse(value);
    if (failure.success) {
      const { code, message, hint } = failure.data.error;
      throw new HubFailure(code, status, message, hint);
    }
    throw new HubFailure(
      'bad-answer',
      status,
      `the answer has status ${status} and is not a hub's`,
      'is this address a FlowLine hub?',
    );
  }
  const parsed = api[name].response.safeParse(value);
  if (!parsed.success) {
    throw new HubFailure(
      'bad-answer',
      status,
      `the hub's answer is not understood: ${firstIssue(parsed.error)}`,
      'hub and this program may differ in version: update the older',
    );
  }
  return parsed.data as z.output<Api[Name]['response']>;
}

const fillPath = (path: string, parameters: Record<string, string>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));

function queryText(query: Record<string, unknown> | undefined): string {
  const text = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined) text.set(key, String(value));
  }
  return text.size === 0 ? '' : `?${text}`;
}

function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.name === 'TimeoutError') return 'it took too long';
  const cause = failure.cause instanceof Error ? failure.cause : failure;
  if (!('code' in cause) || typeof cause.code !== 'string') return cause.message;
  return UNKNOWN_NAME.has(cause.code) ? `no machine of that name is known here (${cause.code})` : cause.code;
}
