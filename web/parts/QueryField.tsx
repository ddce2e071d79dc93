/**
 * A field whose text belongs into the address: it is handed on once typing rests, and follows the address where that
 * changes by itself. `/` leads to it.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../live/shortcuts.ts';

/** Typing rests so long before anybody is asked. */
const TYPING_MS = 250;

interface QueryFieldProps {
  /** What the address says. */
  query: string;
  /** Typing rests, at another text than that. */
  onRest: (text: string) => void;
  label: string;
  placeholder: string;
  className: string;
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
}

/** Hands on after 250 ms without a key, and never what the address says already. */
export function QueryField({ query, onRest, label, placeholder, className, onKeyDown }: QueryFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(query);
  const newest = useRef({ query, onRest });
  newest.current = { query, onRest };
  useEffect(() => setText(query), [query]);
  useEffect(() => {
    if (text === newest.current.query) return;
    const timer = setTimeout(() => newest.current.onRest(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useShortcuts({ '/': () => field.current?.focus() });
  return (
    <input
      ref={field}
      type="search"
      className={`field ${className}`}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      maxLength={200}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
