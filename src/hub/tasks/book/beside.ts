/** What the book keeps beside the runs: settings, switched-off GPUs, usage, profiles, promises, repeated requests. */
import type { Log } from '../../../io/log.ts';
import { DEFAULT_SETTINGS, QueueSettings } from '../../../model/queue.ts';
import { decayed, type UsedTime, withUse } from '../../../scheduling/usage.ts';
import type { Store } from '../store/store.ts';
import type { Shelf } from './shelf.ts';
import type { StoredPromise } from './taskBook.ts';

export interface Beside {
  settings(): QueueSettings;
  changeSettings(changes: Partial<QueueSettings>): QueueSettings;
  gpusOff(): ReadonlySet<string>;
  switchGpus(uuids: readonly string[], isOn: boolean, by: string | null): void;
  usage(owner: string): number;
  charge(owner: string, gpuSeconds: number): void;
  profiles(): ReadonlyMap<string, unknown>;
  keepProfile(key: string, profile: unknown): void;
  promises(): ReadonlyMap<string, StoredPromise>;
  keepPromise(promise: StoredPromise): void;
  endPromise(id: string): void;
  /** The table that this key made within 24 h; null for none. */
  repeated(owner: string, key: string): number | null;
  noteRequest(owner: string, key: string, table: number): void;
}

const REPEATED_WITHIN_MS = 86_400_000;
/** Profiles beyond these forget the one that was learned from longest ago: at half a KiB each, 10 MiB. */
const MOST_PROFILES = 20_000;

/** Loads it all. */
export async function loadBeside(
  store: Store,
  shelf: Shelf,
  facts: ReadonlyMap<string, unknown>,
  log: Log,
): Promise<Beside> {
  let settings = settingsOf(facts.get('settings'), log);
  const off = new Set((await store.read('switches')).map(([uuid]) => String(uuid)));
  const used = new Map<string, UsedTime>();
  for (const [owner, gpuSeconds, atMs] of await store.read('usage')) {
    used.set(String(owner), { gpuSeconds: Number(gpuSeconds), atMs: Number(atMs) });
  }
  const profiles = new Map<string, unknown>();
  for (const [key, profile] of await store.read('profiles')) {
    profiles.set(String(key), JSON.parse(String(profile)));
  }
  const promises = new Map<string, StoredPromise>();
  for (const [text] of await store.read('promises')) {
    const promise = JSON.parse(String(text)) as StoredPromise;
    promises.set(promise.id, promise);
  }
  const requests = new Map<string, { table: number; atMs: number }>();
  const requestKey = (owner: string, key: string): string => JSON.stringify([owner, key]);
  for (const [owner, key, table, atMs] of await store.read('idempotency')) {
    requests.set(requestKey(String(owner), String(key)), { table: Number(table), atMs: Number(atMs) });
  }

  const usage = (owner: string): number => decayed(used.get(owner) ?? null, shelf.nowMs());
  return {
    settings: () => settings,
    changeSettings(changes) {
      settings = { ...settings, ...changes };
      shelf.revision += 1;
      shelf.write(['putFact', 'settings', JSON.stringify(settings)]);
      return settings;
    },
    gpusOff: () => off,
    switchGpus(uuids, isOn, by) {
      for (const uuid of uuids) {
        if (isOn) off.delete(uuid);
        else off.add(uuid);
        shelf.write(['putSwitch', uuid, isOn ? 1 : 0, by, shelf.nowMs()]);
      }
      shelf.revision += 1;
    },
    usage,
    charge(owner, gpuSeconds) {
      if (gpuSeconds <= 0) return;
      const entry = withUse(used.get(owner) ?? null, gpuSeconds, shelf.nowMs());
      used.set(owner, entry);
      shelf.write(['putUsage', owner, entry.gpuSeconds, entry.atMs]);
    },
    profiles: () => profiles,
    keepProfile(key, profile) {
      // Again at the end: the first of the map is the one to be forgotten.
      profiles.delete(key);
      profiles.set(key, profile);
      shelf.write(['putProfile', key, JSON.stringify(profile), shelf.nowMs()]);
      const [oldest] = profiles.keys();
      if (profiles.size <= MOST_PROFILES || oldest === undefined) return;
      profiles.delete(oldest);
      shelf.write(['dropProfile', oldest]);
    },
    promises: () => promises,
    keepPromise(promise) {
      promises.set(promise.id, promise);
      shelf.write(['putPromise', promise.id, JSON.stringify(promise)]);
    },
    endPromise(id) {
      if (promises.delete(id)) shelf.write(['dropPromise', id]);
    },
    repeated(owner, key) {
      const request = requests.get(requestKey(owner, key));
      return request && shelf.nowMs() - request.atMs < REPEATED_WITHIN_MS ? request.table : null;
    },
    noteRequest(owner, key, table) {
      const oldestMs = shelf.nowMs() - REPEATED_WITHIN_MS;
      for (const [known, { atMs }] of requests) {
        if (atMs >= oldestMs) break;
        requests.delete(known);
      }
      requests.set(requestKey(owner, key), { table, atMs: shelf.nowMs() });
      shelf.write(['dropIdempotency', oldestMs]);
      shelf.write(['putIdempotency', owner, key, table, shelf.nowMs()]);
    },
  };
}

/** Stored settings over the defaults: those that came later have theirs. */
function settingsOf(stored: unknown, log: Log): QueueSettings {
  if (stored === undefined) return DEFAULT_SETTINGS;
  const settings = QueueSettings.safeParse({ ...DEFAULT_SETTINGS, ...(stored as object) });
  if (settings.success) return settings.data;
  log.error({}, "the queue's settings in its database are not understood: the defaults are used");
  return DEFAULT_SETTINGS;
}
