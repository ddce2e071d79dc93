/**
 * The hub's HTTP server: doors, then the route table, then the page's files. Every answer carries the strict headers;
 * every error has the one shape.
 */
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { limitConnections } from '../../io/connectionLimits.ts';
import type { Log } from '../../io/log.ts';
import { networkOf } from '../../io/network.ts';
import { MAX_BODY_BYTES } from '../../model/limits.ts';
import { hubApi, type RouteName } from '../../protocol/hubApi.ts';
import type { Right, Route } from '../../protocol/route.ts';
import type { Tokens } from '../accounts/tokens.ts';
import { errorBody, HubError } from '../errors.ts';
import type { Call, Handlers } from './call.ts';
import { clientError } from './clientErrors.ts';
import {
  bearerOf,
  type Caller,
  checkHost,
  checkOrigin,
  checkRight,
  countedAs,
  type DoorOptions,
  identify,
  NOBODY,
} from './doors.ts';
import { describeFailure } from './failures.ts';
import type { PageFiles } from './pageFiles.ts';
import type { RequestLimits } from './requestLimits.ts';

export interface ServerOptions {
  doors: DoorOptions;
  handlers: Handlers;
  tokens: Tokens;
  /** Throws where a machine may not join, before its join token is used up. */
  checkJoin: (body: unknown) => void;
  log: Log;
  limits: RequestLimits;
  /** Null serves no page (tests). */
  page: PageFiles | null;
}

/** Nothing but our own files: no inline script or style, no frame, no foreign host. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: Record<string, string> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Room for all agents and open pages there may be, beside the requests. */
const MAX_CONNECTIONS = 15_000;
/** A server in front of us passes many people on; agents and open pages are counted where they are taken over. */
const CONNECTIONS = { most: 6000, mostPerAddress: 4000, firstByteMs: 30_000 };

/**
 * Where nobody has to say who he is: to read JSON costs the hub up to 0.4 s a MiB (brackets in brackets), in which it does
 * nothing else. Longer bodies are read once it is known whose they are.
 */
const STRANGERS_BODY_BYTES = 16 * 1024;
const isForStrangers = ({ right }: Route): boolean =>
  right === 'open' || right === 'viewer' || right === 'join';

/** Builds the server; the caller listens and mounts the WebSockets on its `server`. */
export async function apiServer(options: ServerOptions): Promise<FastifyInstance> {
  const { doors, log } = options;
  const app = Fastify({
    logger: false,
    bodyLimit: STRANGERS_BODY_BYTES,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: clientError,
    // A path that cannot be decoded is refused before any hook: in our shape, with our headers.
    frameworkErrors: (_failure, _request, reply: FastifyReply) => {
      const body = errorBody(
        'malformed-path',
        'this path cannot be read',
        'GET /api/v1/openapi.json lists what there is',
      );
      return reply.headers(HEADERS).code(400).send(body);
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  limitConnections(app.server, CONNECTIONS);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    // Machines ask for it before they show who they are: by itself, so that nobody else's requests keep them away.
    const network = networkOf(request.ip);
    const isProof = request.routeOptions.url === hubApi.hubProof.path;
    options.limits.checkRequest(
      isProof ? `${network} for proofs` : countedAs(request.headers, network, doors),
    );
    checkHost(request.headers, doors);
    checkOrigin(request.headers, request.method !== 'GET' && request.method !== 'HEAD');
  });
  app.setErrorHandler((failure: unknown, request, reply) => {
    const told = options.limits.slowLogins(failure, networkOf(request.ip));
    const { status, code, message, hint } = describeFailure(told, request.routeOptions.bodyLimit);
    if (status >= 500 && !(failure instanceof HubError)) {
      log.error({ path: request.routeOptions.url, failure: String(failure) }, 'a request failed');
    }
    return reply.code(status).send(errorBody(code, message, hint));
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?');
    if ((request.method === 'GET' || request.method === 'HEAD') && !path.startsWith('/api/')) {
      // The page's own addresses (/nodes/ID, /settings) are one file; the router in the browser reads them.
      const isPage = request.headers.accept?.includes('text/html') === true;
      const sent =
        options.page?.send(path, request, reply) ?? (isPage ? options.page?.send('/', request, reply) : null);
      if (sent) return sent;
    }
    return reply
      .code(404)
      .send(
        errorBody(
          'not-found',
          `there is no ${request.method} ${request.url.slice(0, 200)}`,
          'GET /api/v1/openapi.json lists what there is',
        ),
      );
  });

  for (const name of Object.keys(hubApi) as RouteName[]) mountRoute(app, name, options);
  return app;
}

/** Who asks, from the doors to the handler. */
const callers = new WeakMap<FastifyRequest, Caller>();

function mountRoute(app: FastifyInstance, name: RouteName, options: ServerOptions): void {
  const route: Route = hubApi[name];
  const handle = options.handlers[name] as (call: Call<RouteName>) => unknown;
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: route.bodyLimitBytes ?? (isForStrangers(route) ? STRANGERS_BODY_BYTES : MAX_BODY_BYTES),
    // Before its body is read.
    onRequest: async (request) => {
      if (route.right === 'join') joinTokenOf(request, options.tokens);
      else callers.set(request, admit(route, route.right, request, options.doors));
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? (await admitMachine(route, request, options));
      const answer = await handle({
        parameters: request.params as Record<string, string>,
        query: parse(route.query, request.query, 'query'),
        body: parse(route.body, request.body, 'body'),
        caller,
        from: request.ip,
        idempotencyKey: idempotencyKey(request),
        setCookie: (value, lifetimeSeconds) =>
          setCookie(reply, {
            ...{ name: options.doors.cookieName, value, lifetimeSeconds },
            isSecure: request.headers.origin?.startsWith('https://') === true,
          }),
      } as Call<RouteName>);
      return reply.header('cache-control', 'no-store').send(answer);
    },
  });
}

/** @throws HubError 400 for one that is no key. */
function idempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new HubError(
    400,
    'malformed-key',
    'Idempotency-Key is at most 200 printable characters',
    'send a new random one (a UUID) with each submit, and the same with its repetition',
  );
}

/** @throws HubError 401 or 403. */
function admit(
  { method }: Route,
  right: Exclude<Right, 'join'>,
  request: FastifyRequest,
  doors: DoorOptions,
): Caller {
  const caller = identify(request.headers, doors);
  checkRight(right, caller, method !== 'GET', doors);
  return caller;
}

/** The join token that was sent, which is not used up by this. @throws HubError 401. */
function joinTokenOf(request: FastifyRequest, tokens: Tokens): string {
  const bearer = bearerOf(request.headers);
  if (bearer === null)
    throw new HubError(
      401,
      'join-token-needed',
      'no join token was sent',
      'set FLOWLINE_JOIN_TOKEN; `flowline token create --scope join` on the hub prints one',
    );
  if (tokens.check(bearer)?.scope !== 'join') throw unknownJoinToken();
  return bearer;
}

const unknownJoinToken = (): HubError =>
  new HubError(
    401,
    'unknown-join-token',
    'this join token is unknown, expired or used up',
    'create another on the hub: `flowline token create --scope join`',
  );

/** @throws HubError 400, 401, or what speaks against the machine. */
async function admitMachine(
  route: Route,
  request: FastifyRequest,
  { tokens, checkJoin }: ServerOptions,
): Promise<Caller> {
  // The body is checked before the token is used up: a mistake must not cost a single-use token.
  const body = parse(route.body, request.body, 'body');
  const token = joinTokenOf(request, tokens);
  checkJoin(body);
  if (!(await tokens.use(token))) throw unknownJoinToken();
  return { ...NOBODY, door: 'token' };
}

/** @throws HubError 400 that names the field, what is wrong with it, and where the interface is described. */
export function parse(schema: z.ZodType | undefined, value: unknown, where: 'query' | 'body'): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value ?? undefined);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || where}: ${issue.message}`);
  throw new HubError(400, `malformed-${where}`, problems.join('; '), 'GET /api/v1/openapi.json describes it');
}

/** @param isSecure the page came by TLS, as its `Origin` says: then the cookie never travels without. */
function setCookie(
  reply: FastifyReply,
  cookie: { name: string; value: string; lifetimeSeconds: number; isSecure: boolean },
): void {
  const { name, value, lifetimeSeconds, isSecure } = cookie;
  reply.header(
    'set-cookie',
    `${name}=${value}; Path=/; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  );
}

/** The doors for a WebSocket's upgrade request: the same questions, asked before anything is spoken. */
export function admitUpgrade(request: IncomingMessage, doors: DoorOptions): Caller {
  checkHost(request.headers, doors);
  checkOrigin(request.headers, true);
  const caller = identify(request.headers, doors);
  checkRight('viewer', caller, false, doors);
  return caller;
}
