/**
 * Puts a dialect on a port of its own, behind the doors that every listener of ours has: is `Host` a name of ours, how
 * often may one address ask, how large may a body be, and who may change something (`writes.ts`). What a dialect answers
 * is its own matter; whatever goes wrong is told in its own words.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { hostOf, isOwnHost, isPassedOn, ownNames, reachableHost } from '../io/listenNames.ts';
import type { Log } from '../io/log.ts';
import { addressLimit } from '../lib/addressLimit.ts';
import type { Answer, Dialect, DialectRequest, DialectRoute } from './dialect.ts';
import { splitToken, UNKNOWN_TOKEN, WRITING_IS_OFF, type WriteDoor } from './writes.ts';

export interface DialectListenOptions {
  listen: { host: string; port: number };
  /** Names beside loopback and the machine's own by which it may be called. */
  hostNames: readonly string[];
  writes: WriteDoor;
  nowMs: () => number;
  log: Log;
  /** Requests of one address; a dashboard asks every few seconds, a proxy passes two hundred collectors on, each once a second. */
  requests?: { perSecond: number; burst: number };
}

export interface ServedDialect {
  /** `http://HOST:PORT` as programs of this machine reach it. */
  url: string;
  stop(): Promise<void>;
}

const REQUESTS = { perSecond: 300, burst: 1000 };
/** Guesses at tokens from one address. */
const FAILED_TOKENS = { perSecond: 0.2, burst: 20 };
const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 1000;
const MAX_TOLD_NAMES = 20;
/** Of one address: a stranger who opens all there are must not shut the others out. */
const MAX_CONNECTIONS_PER_ADDRESS = 300;
const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** What nobody's program needs and a page of another origin must not get. */
const HEADERS: Record<string, string> = { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };

type AdmittedRoute = (told: Omit<DialectRequest, 'writer'>) => Answer | Promise<Answer>;

/** @throws the system's error where the port is taken or the address is none of this machine. */
export async function serveDialect(dialect: Dialect, options: DialectListenOptions): Promise<ServedDialect> {
  const { host, port } = options.listen;
  const names = ownNames(host, options.hostNames);
  const requests = addressLimit(options.requests ?? REQUESTS, options.nowMs);
  const failedTokens = addressLimit(FAILED_TOKENS, options.nowMs);
  /** Taken off the path before the router sees it. */
  const tokens = new WeakMap<IncomingMessage, string>();

  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 300 },
    rewriteUrl(request) {
      const { token, url } = splitToken(request.url ?? '/');
      if (token !== null) tokens.set(request as IncomingMessage, token);
      return url;
    },
    frameworkErrors: (_failure, _request, reply: FastifyReply) => send(reply, dialect.notFound()),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  limitPerAddress(app.server, MAX_CONNECTIONS_PER_ADDRESS);
  // Every body as bytes: older programs send JSON under any name, or none, and their servers answered each its own way.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  /** The older programs say only that it failed, so the log says why: each name once. */
  const toldNames = new Set<string>();
  const tellOfName = (name: string): void => {
    if (toldNames.has(name) || toldNames.size >= MAX_TOLD_NAMES) return;
    toldNames.add(name);
    options.log.warn(
      { dialect: dialect.name, name: name.slice(0, 100) },
      'refused: called by a name that is not ours; if it is, start with --host-name NAME',
    );
  };

  /** Why a request, or a socket, is not let in; null where it is. */
  const refused = (
    headers: IncomingMessage['headers'],
    address: string,
  ): [status: number, why: string] | null => {
    if (!requests.take(address)) return [429, 'flowline: too many requests from this address'];
    if (!isOwnHost(headers.host, names)) {
      tellOfName(hostOf(headers.host ?? ''));
      return [421, 'flowline: not called by this name; start it with --host-name NAME'];
    }
    return null;
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const why = refused(request.headers, request.ip);
    if (why) return send(reply, dialect.refuse(...why));
  });
  app.setNotFoundHandler((_request, reply) => send(openToPages(reply, dialect), dialect.notFound()));
  app.setErrorHandler((failure: unknown, request, reply) => {
    const status = statusOf(failure);
    if (status >= 500)
      options.log.error(
        { dialect: dialect.name, path: request.routeOptions.url, failure: String(failure) },
        'a request failed',
      );
    return send(reply, dialect.refuse(status, `flowline: ${sentenceOf(failure, status)}`));
  });

  /** @returns the answer that refuses, or the route as whoever asks may use it. */
  const admit = (route: DialectRoute, request: FastifyRequest): Answer | AdmittedRoute => {
    const token = tokens.get(request.raw) ?? null;
    const wantsWriter = token !== null || route.writes === true || route.isPrivate === true;
    const writer = wantsWriter
      ? options.writes.writer(token, isPassedOn(request.headers) ? null : request.ip)
      : null;
    if (token !== null && writer === null) {
      const tooMany = !failedTokens.take(request.ip);
      return tooMany
        ? dialect.refuse(429, 'flowline: too many tries from this address')
        : dialect.refuse(403, UNKNOWN_TOKEN);
    }
    const refusal = route.writes === true || route.pushes === true ? refusedBody(route, request) : null;
    if (route.writes === true) {
      if (writer === null) return dialect.refuse(403, WRITING_IS_OFF);
      return refusal ?? ((told) => route.handle({ ...told, writer }));
    }
    const own = route.pushes === true || route.isPrivate === true ? writer : null;
    return refusal ?? ((told) => route.handle({ ...told, writer: own }));
  };

  const refusedBody = (route: DialectRoute, request: FastifyRequest): Answer | null => {
    if (isForeign(request)) return dialect.refuse(403, 'flowline: this request comes from another site');
    // Older programs send nothing at all where there is nothing to say.
    const isSilent = route.body === undefined && isEmpty(request.body);
    if (!isSilent && !/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      return dialect.refuse(415, 'flowline: the body must be application/json');
    return null;
  };

  for (const [path, routes] of Map.groupBy(dialect.routes, (route) => route.path)) {
    const allowed = allowedVerbs(routes);
    app.route({
      method: [...VERBS],
      url: path,
      bodyLimit: Math.max(...routes.map(({ bodyLimitBytes = BODY_LIMIT_BYTES }) => bodyLimitBytes)),
      handler: async (request, reply) => {
        const verb = request.method === 'HEAD' ? 'GET' : request.method;
        const route = routes.find(({ verbs }) => verbs === 'any' || verbs.some((one) => one === verb));
        const shut = routes.some(({ writes, pushes, isPrivate }) => writes || pushes || isPrivate);
        if (!shut) openToPages(reply, dialect);
        if (!route) {
          const answer = verb === 'OPTIONS' ? options_(allowed) : dialect.wrongVerb(allowed);
          return send(reply, answer);
        }
        const admitted = admit(route, request);
        if (typeof admitted !== 'function') return send(reply, admitted);
        const body = route.body === 'json' ? parseJson(request.body) : { value: request.body };
        if (body === null) return send(reply, dialect.refuse(400, 'flowline: the body is not JSON'));
        const answer = await admitted({
          parameters: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          body: body.value,
          contentType: request.headers['content-type'] ?? '',
          host: request.headers.host ?? '',
          from: request.ip,
        });
        return send(reply, answer);
      },
    });
  }

  const { upgrade } = dialect;
  // Without a listener the server answers as if nothing but a request had come, as it should where there are no sockets.
  if (upgrade)
    app.server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      // A browser's page is nobody's collector; and whoever is refused over HTTP is refused here.
      if (
        request.headers.origin !== undefined ||
        refused(request.headers, request.socket.remoteAddress ?? '')
      )
        return socket.destroy();
      request.url = splitToken(request.url ?? '/').url;
      try {
        upgrade(request, socket, head);
      } catch (failure) {
        // Outside every handler of the framework: thrown on, it would end the hub.
        options.log.error({ dialect: dialect.name, failure: String(failure) }, 'a socket failed');
        socket.destroy();
      }
    });

  await app.listen({ host, port });
  const address = app.server.address() as AddressInfo;
  return {
    url: `http://${reachableHost(host)}:${address.port}`,
    async stop() {
      dialect.stop?.();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** Closes connections of an address that has too many. */
function limitPerAddress(server: Server, most: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > most) socket.destroy();
  });
}

function send(reply: FastifyReply, { status, type, body, headers }: Answer): FastifyReply {
  reply.code(status);
  if (headers) reply.headers(headers);
  if (type !== null) reply.header('content-type', type);
  if (type === null && body.length === 0) return reply.send();
  // As bytes: fastify would add a charset of its own to what is text.
  return reply.send(typeof body === 'string' ? Buffer.from(body) : body);
}

function openToPages(reply: FastifyReply, dialect: Dialect): FastifyReply {
  return dialect.isOpenToPages ? reply.header('access-control-allow-origin', '*') : reply;
}

const isEmpty = (body: unknown): boolean => !Buffer.isBuffer(body) || body.length === 0;

/** In the order in which a person would say them; the older servers' own order is random. */
function allowedVerbs(routes: readonly DialectRoute[]): string[] {
  const verbs = new Set(routes.flatMap(({ verbs }) => (verbs === 'any' ? [...VERBS] : [...verbs])));
  return VERBS.filter(
    (verb) => verbs.has(verb) || verb === 'OPTIONS' || (verb === 'HEAD' && verbs.has('GET')),
  );
}

const options_ = (allowed: readonly string[]): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body: '',
  headers: { allow: allowed.join(', ') },
});

/** A page of another origin: what a browser says of itself beside `Origin` counts too. */
function isForeign({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return origin !== `http://${host}` && origin !== `https://${host}`;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function parseJson(bytes: unknown): { value: unknown } | null {
  try {
    return { value: JSON.parse(Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '') };
  } catch {
    return null;
  }
}

/** Of errors that were made to be told (fastify's, the hub's): their status and sentence; of others neither. */
function statusOf(failure: unknown): number {
  if (typeof failure !== 'object' || failure === null) return 500;
  const told = 'status' in failure ? failure.status : 'statusCode' in failure ? failure.statusCode : null;
  return typeof told === 'number' && told >= 400 && told < 600 ? told : 500;
}

function sentenceOf(failure: unknown, status: number): string {
  if (status === 413) return 'the body is too large';
  const isTold = typeof failure === 'object' && failure !== null && 'code' in failure && 'hint' in failure;
  return isTold && failure instanceof Error
    ? failure.message
    : status >= 500
      ? 'this failed; the log says why'
      : 'malformed';
}
