/** A clock that ticks for ages: the hub's time, once a second, one timer for however many parts show an age. */
import { useSyncExternalStore } from 'react';
import { useLiveStore } from './useLive.ts';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tick = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick += 1;
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The hub's clock in milliseconds; the part is drawn again each second. */
export function useHubNow(): number {
  const store = useLiveStore();
  useSyncExternalStore(subscribe, () => tick);
  return store.hubNowMs();
}
