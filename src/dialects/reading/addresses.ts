/**
 * Where the host of a node is found: a private name server first, where one is configured; then as every program of this
 * system finds it; then, for `.local`, by asking the local network. Each has a deadline, none holds a thread of this
 * process: Node's own `lookup` waits in one of four threads that files need too, and a dead name server keeps it there for
 * half a minute. An address that was found once stays good while the name cannot be found.
 */
import { execFile } from 'node:child_process';
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { FindAddress } from './ask.ts';
import { askLocalNetwork } from './multicastName.ts';

/** An address may move; a name server should not be asked with each poll. */
const GOOD_FOR_MS = 60_000;
const PRIVATE_SERVER_PATIENCE_MS = 1500;

export interface AddressOptions {
  /** `HOST:PORT` of a private name server; null for none. */
  privateServer: string | null;
  nowMs: () => number;
  /** The system's way; replaced in tests. */
  bySystem?: (host: string, timeoutMs: number) => Promise<string | null>;
  byLocalNetwork?: (host: string, timeoutMs: number) => Promise<string | null>;
}

/** Finds addresses, and remembers them. */
export function addresses({
  privateServer,
  nowMs,
  bySystem = getent,
  byLocalNetwork = askLocalNetwork,
}: AddressOptions): FindAddress {
  const known = new Map<string, { address: string; untilMs: number }>();
  const searching = new Map<string, Promise<string | null>>();
  const resolver = privateServer === null ? null : privateResolver(privateServer);

  const search = async (host: string, timeoutMs: number): Promise<string | null> => {
    const address =
      (resolver && (await byServer(resolver, host))) ??
      (await bySystem(host, timeoutMs)) ??
      (host.toLowerCase().endsWith('.local') ? await byLocalNetwork(host, timeoutMs) : null);
    if (address !== null) known.set(host, { address, untilMs: nowMs() + GOOD_FOR_MS });
    return address;
  };
  /** One search for each name at a time, however many nodes share it. */
  const begin = (host: string, timeoutMs: number): Promise<string | null> => {
    const running = searching.get(host);
    if (running) return running;
    const begun = search(host, timeoutMs)
      .catch(() => null)
      .finally(() => searching.delete(host));
    searching.set(host, begun);
    return begun;
  };

  return async (host, deadlineMs) => {
    if (isIP(host) !== 0) return { address: host };
    const before = known.get(host);
    if (before && before.untilMs > nowMs()) return { address: before.address };
    const searched = begin(host, deadlineMs);
    // What was good a minute ago is used meanwhile: a name server that is slow or dead delays nothing.
    if (before) return { address: before.address };
    const address = await Promise.race([searched, pause(deadlineMs)]);
    if (address !== null) return { address };
    return { kind: 'unknown-name', message: `the name ${host} leads to no address` };
  };
}

function privateResolver(server: string): Resolver {
  const resolver = new Resolver({ timeout: PRIVATE_SERVER_PATIENCE_MS, tries: 1 });
  resolver.setServers([server]);
  return resolver;
}

const byServer = (resolver: Resolver, host: string): Promise<string | null> =>
  resolver
    .resolve4(host)
    .catch(() => resolver.resolve6(host))
    .then(
      ([address]) => address ?? null,
      () => null,
    );

/** By a child that may be ended: files, DNS and whatever else this system asks for names (nsswitch.conf). */
function getent(host: string, timeoutMs: number): Promise<string | null> {
  // It would read a name that begins with a dash as an option.
  if (host.startsWith('-')) return Promise.resolve(null);
  return new Promise((resolve) => {
    execFile(
      'getent',
      ['ahosts', host],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 },
      (failure, output) => {
        if (failure && 'code' in failure && failure.code === 'ENOENT') return resolve(bySystemThread(host));
        resolve(preferred(output.split('\n').map((line) => line.split(/\s+/)[0] ?? '')));
      },
    );
  });
}

/** The first IPv4 address, else the first: the older programs listen on 0.0.0.0. */
const preferred = (found: readonly string[]): string | null =>
  found.find((address) => isIP(address) === 4) ?? found.find((address) => isIP(address) === 6) ?? null;

const bySystemThread = (host: string): Promise<string | null> =>
  lookup(host).then(
    ({ address }) => address,
    () => null,
  );

const pause = (milliseconds: number): Promise<null> =>
  new Promise((resolve) => setTimeout(() => resolve(null), milliseconds).unref());
