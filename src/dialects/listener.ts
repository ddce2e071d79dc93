/**
 * Puts a dialect on a port of its own, behind doors that are asked before a body is read (`door.ts`). What a dialect
 * answers is its own matter; whatever goes wrong is told in its own words.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limitConnections } from '../io/connectionLimits.ts';
import { hostOf, ownNames, passedOnFrom, reachableHost } from '../io/listenNames.ts';
import type { Log } from '../io/log.ts';
import { isTooDeep } from '../lib/json.ts';
import type { Answer, Dialect, DialectRoute, Writer } from './dialect.ts';
import { type Asking, dialectDoor, PUSHED_BYTES, REQUESTS, type Refusal } from './door.ts';
import type { RefusalTrail } from './refusals.ts';
import { splitToken, type WriteDoor } from './writes.ts';

export interface DialectListenOptions {
  listen: { host: string; port: number };
  /** Names beside loopback and the machine's own by which it may be called. */
  hostNames: readonly string[];
  writes: WriteDoor;
  nowMs: () => number;
  log: Log;
  /** Where refusals are told; left out: nowhere. */
  refusals?: Pick<RefusalTrail, 'tell'>;
  /** Of one address; replaced in tests. */
  requests?: { perSecond: number; burst: number };
  pushedBytes?: { perSecond: number; burst: number };
}

export interface ServedDialect {
  /** `http://HOST:PORT` as programs of this machine reach it. */
  url: string;
  stop(): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 2000;
const MAX_TOLD_NAMES = 20;
/** Sockets of collectors are counted where they are taken over. */
const CONNECTIONS = { most: 700, mostPerAddress: 300, firstByteMs: 30_000 };
const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** What nobody's program needs and a page of another origin must not get. */
const HEADERS: Record<string, string> = { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };

/** @throws the system's error where the port is taken or the address is none of this machine. */
export async function serveDialect(dialect: Dialect, options: DialectListenOptions): Promise<ServedDialect> {
  const { host, port } = options.listen;
  const door = dialectDoor({
    names: ownNames(host, options.hostNames),
    writes: options.writes,
    requests: options.requests ?? REQUESTS,
    pushedBytes: options.pushedBytes ?? PUSHED_BYTES,
    nowMs: options.nowMs,
  });
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
  limitConnections(app.server, CONNECTIONS);
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

  const tellRefused = ({ status, reason }: Refusal, { address, headers }: Asking, on: string): void => {
    if (status === 421) tellOfName(hostOf(headers.host ?? ''));
    const { name } = dialect;
    options.refusals?.tell({ dialect: name, from: address, reason, on: `${name}: ${on}`.slice(0, 200) });
  };
  const askingOf = (request: FastifyRequest): Asking => ({
    headers: request.headers,
    address: request.ip,
    token: tokens.get(request.raw) ?? null,
  });
  const refuse = (refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    // Of the table, not as it was written: what a stranger writes may be long, and holds tokens.
    tellRefused(refusal, askingOf(request), `${request.method} ${request.routeOptions.url ?? 'elsewhere'}`);
    return send(reply, dialect.refuse(refusal.status, refusal.sentence));
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = door.refuses(askingOf(request));
    if (refusal) return refuse(refusal, request, reply);
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

  for (const [path, routes] of Map.groupBy(dialect.routes, (route) => route.path)) {
    const allowed = allowedVerbs(routes);
    /** Who asks, where he was let in. */
    const admitted = new WeakMap<FastifyRequest, Writer | null>();
    const routeOf = ({ method }: FastifyRequest): DialectRoute | undefined => {
      const verb = method === 'HEAD' ? 'GET' : method;
      return routes.find(({ verbs }) => verbs === 'any' || verbs.some((one) => one === verb));
    };
    app.route({
      method: [...VERBS],
      url: path,
      bodyLimit: Math.max(...routes.map(({ bodyLimitBytes = BODY_LIMIT_BYTES }) => bodyLimitBytes)),
      onRequest: async (request, reply) => {
        const shut = routes.some(({ writes, pushes, isPrivate }) => writes || pushes || isPrivate);
        if (!shut) openToPages(reply, dialect);
        const route = routeOf(request);
        if (!route)
          return send(reply, request.method === 'OPTIONS' ? options_(allowed) : dialect.wrongVerb(allowed));
        const told = door.admit(route, askingOf(request));
        if ('refusal' in told) return refuse(told.refusal, request, reply);
        admitted.set(request, told.writer);
      },
      handler: async (request, reply) => {
        const route = routeOf(request);
        const writer = admitted.get(request);
        if (!route || writer === undefined) throw new Error('a request came past its door');
        const body = route.body === 'json' ? parseJson(request.body) : { value: request.body };
        if (body === null) return send(reply, dialect.refuse(400, 'flowline: the body is not JSON'));
        const asked = {
          parameters: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          body: body.value,
          contentType: request.headers['content-type'] ?? '',
          host: request.headers.host ?? '',
          passedOn: passedOnFrom(request.headers),
          from: request.ip,
        };
        if (route.writes !== true) return send(reply, await route.handle({ ...asked, writer }));
        if (writer === null) throw new Error('nobody came to change something');
        return send(reply, await route.handle({ ...asked, writer }));
      },
    });
  }

  const { upgrade } = dialect;
  // Without a listener the server answers as if nothing but a request had come, as it should where there are no sockets.
  if (upgrade)
    app.server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const { token, url } = splitToken(request.url ?? '/');
      const asking: Asking = { headers: request.headers, address: request.socket.remoteAddress ?? '', token };
      const refusal = door.refusesSocket(asking);
      if (refusal) {
        tellRefused(refusal, asking, 'socket');
        return socket.destroy();
      }
      request.url = url;
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

function parseJson(bytes: unknown): { value: unknown } | null {
  try {
    if (!Buffer.isBuffer(bytes) || isTooDeep(bytes)) return null;
    return { value: JSON.parse(bytes.toString('utf8')) };
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
