/** A dialect on a real port, over machines that a test says, with a client that keeps everything of an answer. */
import { request } from 'node:http';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { serveDialect } from '../../src/dialects/listener.ts';
import type { MainParts } from '../../src/dialects/main.ts';
import { writeDoor } from '../../src/dialects/writes.ts';
import { silentLog } from '../../src/io/log.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import type { Account } from '../../src/protocol/accountApi.ts';
import type { CallAs } from '../../src/protocol/callAs.ts';

export interface Asked {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface DialectBed {
  url: string;
  /** Each deed that was written to the trail. */
  deeds: object[];
  /** Each refusal at its doors, before any are counted together. */
  refusals: object[];
  /** Each line that a person would see in the log. */
  warnings: object[];
  ask(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string; localAddress?: string },
  ): Promise<Asked>;
  stop(): Promise<void>;
}

export interface DialectBedOptions {
  nodes?: () => NodeStatus[];
  callAs?: (name: string, by: object, request?: object) => Promise<unknown>;
  accounts?: Record<string, Account>;
  networks?: string[];
  reporters?: string[];
  nowMs?: () => number;
  requests?: { perSecond: number; burst: number };
  pushedBytes?: { perSecond: number; burst: number };
}

/** Serves what `build` makes of the parts. */
export async function dialectBed(
  build: (parts: MainParts) => Dialect,
  options: DialectBedOptions = {},
): Promise<DialectBed> {
  const deeds: object[] = [];
  const warnings: object[] = [];
  const refusals: object[] = [];
  const nowMs = options.nowMs ?? Date.now;
  const dialect = build({
    nodes: options.nodes ?? (() => []),
    callAs: (options.callAs ?? (async () => ({}))) as CallAs,
    audit: { write: (deed) => void deeds.push(deed) },
    pageUrl: ({ host }) => `http://${host.replace(/:\d+$/, '')}:3569/`,
    startedAtMs: nowMs(),
    nowMs,
  });
  const served = await serveDialect(dialect, {
    listen: { host: '127.0.0.1', port: 0 },
    hostNames: [],
    writes: writeDoor({
      name: dialect.name,
      accountOf: (token) => options.accounts?.[token] ?? null,
      networks: options.networks ?? [],
      reporters: options.reporters ?? [],
    }),
    refusals: { tell: (refused) => void refusals.push(refused) },
    nowMs,
    log: { ...silentLog, warn: (facts) => void warnings.push(facts) },
    ...(options.requests ? { requests: options.requests } : {}),
    ...(options.pushedBytes ? { pushedBytes: options.pushedBytes } : {}),
  });
  return {
    url: served.url,
    deeds,
    refusals,
    warnings,
    ask: (method, path, { headers = {}, body, localAddress } = {}) =>
      ask(served.url, method, path, headers, body, localAddress),
    stop: served.stop,
  };
}

/** Not `fetch`: paths stay as they are written, Host and Origin may be anything, and so may be the address it comes from. */
export function ask(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  localAddress?: string,
): Promise<Asked> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, method, path, headers, localAddress }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}
