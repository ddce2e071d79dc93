/** Keys of the page. Single keys rest while somebody types, while a question is open, and where the reader turned them off. */
import { useEffect, useRef } from 'react';
import { readPreferences } from './preferences.ts';

/** By keyName, `g f` for one after the other, `alt up` with the Alt key. An action that answers false leaves the key alone. */
export type Shortcuts = Record<string, () => unknown>;

/** The second key of a pair must come within this time. */
const PAIR_MS = 1200;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox'));

/** A key in one small word: `j`, `shift e`, `down`, `enter`, `delete`. */
export function keyName(key: string): string {
  if (key.length > 1) return key.replace('Arrow', '').toLowerCase();
  return key !== key.toLowerCase() ? `shift ${key.toLowerCase()}` : key;
}

/** Listens while the part is shown. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const newest = useRef(shortcuts);
  newest.current = shortcuts;
  useEffect(() => {
    let first: { key: string; atMs: number } | null = null;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      if (!event.altKey && !readPreferences().singleKeys) return;
      const key = `${event.altKey ? 'alt ' : ''}${keyName(event.key)}`;
      const pair = first && event.timeStamp - first.atMs < PAIR_MS ? `${first.key} ${key}` : null;
      first = { key, atMs: event.timeStamp };
      const act = (pair === null ? undefined : newest.current[pair]) ?? newest.current[key];
      if (!act || act() === false) return;
      event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
