/** What a reader chose, kept in this browser. Anything unreadable counts as not chosen. */
import { useSyncExternalStore } from 'react';
import * as z from 'zod';

const Preferences = z.object({
  view: z.enum(['automatic', 'list', 'cards', 'map']).catch('automatic'),
  density: z.enum(['comfortable', 'compact']).catch('comfortable'),
  language: z.enum(['automatic', 'en', 'zh']).catch('automatic'),
  theme: z.enum(['system', 'dark', 'light']).catch('system'),
  /** 0: live; null: by hand. */
  refreshSeconds: z.number().min(0).max(3600).nullable().catch(0),
  singleKeys: z.boolean().catch(true),
  /** Ids of the machines that are expanded in the list. */
  expanded: z.array(z.string()).max(2000).catch([]),
});
export type Preferences = z.infer<typeof Preferences>;

const KEY = 'flowline.preferences';
const listeners = new Set<() => void>();
let preferences = load();

function load(): Preferences {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    stored = {};
  }
  return Preferences.safeParse(stored).data ?? Preferences.parse({});
}

/** Changes some preferences, here and for the next visit. */
export function setPreferences(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A browser that keeps nothing still shows what was chosen until it is closed.
  }
  for (const listener of listeners) listener();
}

export const readPreferences = (): Preferences => preferences;

/** Draws its part again after each change, whichever preference it was; the same object in between. */
export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readPreferences);
}
