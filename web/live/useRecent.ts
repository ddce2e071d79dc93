/** The last minutes of machines that are looked at: fetched when the first part asks, let go a minute after the last. */
import { useEffect, useSyncExternalStore } from 'react';
import { askHub } from './hub.ts';
import type { LiveStore } from './liveStore.ts';
import { emptyRecent, type Recent, recentOf, withSample } from './recent.ts';
import { useLiveStore } from './useLive.ts';

const KEPT_UNWATCHED_MS = 60_000;

interface Entry {
  watchers: number;
  recent: Recent | null;
  listeners: Set<() => void>;
  stop: () => void;
  /** Runs while nobody watches. */
  farewell: ReturnType<typeof setTimeout> | undefined;
}

const entries = new Map<string, Entry>();

function begin(store: LiveStore, id: string): Entry {
  const entry: Entry = {
    watchers: 0,
    recent: null,
    listeners: new Set(),
    stop: () => {},
    farewell: undefined,
  };
  const change = (recent: Recent | null): void => {
    if (recent === entry.recent) return;
    entry.recent = recent;
    for (const listener of entry.listeners) listener();
  };
  const follow = (): void => {
    const sample = store.picture().fleet?.nodes[id]?.sample;
    if (sample && entry.recent) change(withSample(entry.recent, sample));
  };
  const abort = new AbortController();
  askHub('recentFigures', { parameters: { id }, signal: abort.signal }).then((answer) => {
    if (abort.signal.aborted) return;
    const sample = store.picture().fleet?.nodes[id]?.sample;
    change(answer.ok ? recentOf(answer.value) : sample ? emptyRecent(sample) : null);
    follow();
  });
  const unsubscribe = store.subscribe(follow);
  entry.stop = () => {
    abort.abort();
    unsubscribe();
    entries.delete(id);
  };
  entries.set(id, entry);
  return entry;
}

/** The last minutes of a node; null until they have come. */
export function useRecent(id: string): Recent | null {
  const store = useLiveStore();
  useEffect(() => {
    const entry = entries.get(id) ?? begin(store, id);
    entry.watchers += 1;
    clearTimeout(entry.farewell);
    for (const listener of entry.listeners) listener();
    return () => {
      entry.watchers -= 1;
      if (entry.watchers === 0) entry.farewell = setTimeout(entry.stop, KEPT_UNWATCHED_MS);
    };
  }, [store, id]);
  return useSyncExternalStore(
    (listener) => {
      // The entry begins in the effect above, which runs after the first subscription: whoever comes first makes it.
      const entry = entries.get(id) ?? begin(store, id);
      entry.listeners.add(listener);
      return () => entry.listeners.delete(listener);
    },
    () => entries.get(id)?.recent ?? null,
  );
}
