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

/** An address may move, and a search costs a child: it is looked up again now and then, and sooner where nobody answers. */
const GOOD_FOR_MS = 300_000;
const DOUBTED_AFTER_MS = 30_000;
/** A name that was not found is not searched with each poll. */
const UNKNOWN_FOR_MS = 15_000;
/** Children at once; with two hundred names and a dead server there would be two hundred. */
const MAX_SEARCHES = 32;
const PRIVATE_SERVER_PATIENCE_MS = 1500;

export interface AddressOptions {
  /** `HOST:PORT` of a private name server; null for none. */
  privateServer: string | null;
  nowMs: () => number;
  /** Ends searches that are on their way. */
  ending?: AbortSignal;
  /** The system's way; replaced in tests. */
  bySystem?: (host: string, timeoutMs: number) => Promise<string | null>;
  byLocalNetwork?: (host: string, timeoutMs: number) => Promise<string | null>;
}

/** Finds addresses, and remembers them. */
export function addresses({
  privateServer,
  nowMs,
  ending,
  bySystem = (host, timeoutMs) => getent(host, timeoutMs, ending),
  byLocalNetwork = askLocalNetwork,
}: AddressOptions): FindAddress {
  const known = new Map<string, { address: string; foundAtMs: number; isDoubted: boolean }>();
  const unknownSinceMs = new Map<string, number>();
  const limited = atMost(MAX_SEARCHES);
  const searching = new Map<string, Promise<string | null>>();
  const resolver = privateServer === null ? null : privateResolver(privateServer);

  const search = async (host: string, timeoutMs: number): Promise<string | null> => {
    const address =
      (resolver && (await byServer(resolver, host))) ??
      (await limited(() => bySystem(host, timeoutMs))) ??
      (host.toLowerCase().endsWith('.local') ? await byLocalNetwork(host, timeoutMs) : null);
    if (address === null) unknownSinceMs.set(host, nowMs());
    else {
      unknownSinceMs.delete(host);
      known.set(host, { address, foundAtMs: nowMs(), isDoubted: false });
    }
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

  const find = async (host: string, deadlineMs: number) => {
    if (isIP(host) !== 0) return { address: host };
    const before = known.get(host);
    const isUnknown = nowMs() - (unknownSinceMs.get(host) ?? -Infinity) < UNKNOWN_FOR_MS;
    if (before) {
      const ageMs = nowMs() - before.foundAtMs;
      const isOld = ageMs >= GOOD_FOR_MS || (before.isDoubted && ageMs >= DOUBTED_AFTER_MS);
      // What was good before is used meanwhile: a name server that is slow or dead delays nothing.
      if (isOld && !isUnknown) void begin(host, deadlineMs);
      return { address: before.address };
    }
    const searched = isUnknown ? null : begin(host, deadlineMs);
    const address = await Promise.race([searched, pause(deadlineMs)]);
    if (address !== null) return { address };
    return { kind: 'unknown-name' as const, message: `the name ${host} leads to no address` };
  };
  return Object.assign(find, {
    doubt(host: string): void {
      const before = known.get(host);
      if (before) before.isDoubted = true;
    },
  });
}

/** Runs what it is given, so many at once; the others wait in line. */
function atMost(limit: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
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
function getent(host: string, timeoutMs: number, signal?: AbortSignal): Promise<string | null> {
  // It would read a name that begins with a dash as an option.
  if (host.startsWith('-')) return Promise.resolve(null);
  return new Promise((resolve) => {
    execFile(
      'getent',
      ['ahosts', host],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, signal },
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
