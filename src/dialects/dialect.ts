/**
 * What one older system's interface is, as a table of routes over pure functions: verb, path, what it does to the world,
 * and the answers that its own server gave when something was wrong. `listener.ts` puts it on a port.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Account } from '../protocol/accountApi.ts';

/** What is sent back, to the byte. */
export interface Answer {
  status: number;
  /** The whole header Content-Type, as the older system writes it; null for none. */
  type: string | null;
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** Who changes something through an older interface: an account, or a network that was opened. */
export interface Writer {
  account: Account;
  /** Stands for the user that runs the hub, as the local administrator's token does. */
  isLocal: boolean;
}

export interface DialectRequest {
  /** Of the path, decoded. */
  parameters: Record<string, string>;
  query: Record<string, unknown>;
  /** Of a route with `body: 'json'` whatever JSON came, not yet checked by a schema; else the bytes. */
  body: unknown;
  contentType: string;
  /** The header Host: by which name and port we were called. */
  host: string;
  /** By which scheme a server in front of us was asked; null where nobody passed it on. */
  passedOn: 'http' | 'https' | null;
  /** Network address. */
  from: string;
  /** Of a route that changes something always, of a private one where somebody is known; null of every other. */
  writer: Writer | null;
}

/** Somebody who may change something asks: nobody else comes as far. */
export interface WriteRequest extends DialectRequest {
  writer: Writer;
}

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RouteShape {
  /** GET answers HEAD too. `any`: whatever verb comes. */
  verbs: readonly Verb[] | 'any';
  /** `/api/slaves/:ip`; `*` at the end takes the rest of the path. */
  path: string;
  /** True where programs push to it without being asked who they are: wants JSON, refuses foreign pages, is not shut. */
  pushes?: boolean;
  /** True where it returns logs, or else must never be read by a page of another origin: what it tells is the writer's. */
  isPrivate?: boolean;
  body?: 'json' | 'bytes';
  bodyLimitBytes?: number;
}

/** One that changes nothing. */
export interface ReadingRoute extends RouteShape {
  writes?: false;
  handle(request: DialectRequest): Answer | Promise<Answer>;
}

/** One that changes something: shut until opened (trust.md 16), wants JSON, refuses foreign pages. */
export interface WritingRoute extends RouteShape {
  writes: true;
  handle(request: WriteRequest): Answer | Promise<Answer>;
}

export type DialectRoute = ReadingRoute | WritingRoute;

/** One role of one older system. */
export interface Dialect {
  /** A DialectName, or what stands for it in the log. */
  name: string;
  role: 'main' | 'node';
  routes: readonly DialectRoute[];
  /** Whether its answers are open to every page (CORS); never those of routes that write or are private. */
  isOpenToPages: boolean;
  notFound(): Answer;
  wrongVerb(allowed: readonly string[]): Answer;
  /** The body that an error has there, with our sentence in it. */
  refuse(status: number, sentence: string): Answer;
  /** A socket that wants to be a WebSocket; left out: there are none. Whoever takes it answers or destroys it. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends what it keeps open beside answers. */
  stop?(): void;
}
