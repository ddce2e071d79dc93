/** Finds words among the lines of a log: how many there are, and one after the other. */
import { useEffect, useMemo, useState } from 'react';
import { whole } from '../../../words/figures.ts';
import { useWords } from '../../../words/words.ts';
import type { LogItem } from './logReading.ts';

interface Found {
  places: readonly number[];
  current: number | null;
  at: number;
  setAt: (at: number) => void;
}

/** Where the words are. */
export function useFound(items: readonly LogItem[], search: string | null): Found {
  const [at, setAt] = useState(0);
  const places = useMemo(() => {
    if (search === null || search === '') return [];
    const wanted = search.toLowerCase();
    return items.flatMap((item, place) =>
      item.kind === 'line' && item.line.text.toLowerCase().includes(wanted) ? [place] : [],
    );
  }, [items, search]);
  const place = places.length === 0 ? 0 : ((at % places.length) + places.length) % places.length;
  return { places, current: places[place] ?? null, at: place, setAt };
}

interface LogSearchProps {
  search: string;
  found: Found;
  onSearch: (search: string | null) => void;
  onReveal: (place: number) => void;
}

/**
 * Enter goes to the next, ⇧Enter to the one before, Esc closes: `onSearch` with null. Each new search shows its first;
 * the focus is taken only where nothing else has it.
 */
export function LogSearch({ search, found, onSearch, onReveal }: LogSearchProps) {
  const words = useWords();
  const go = (step: number): void => {
    const { places } = found;
    if (places.length === 0) return;
    const next = (found.at + step + places.length) % places.length;
    found.setAt(next);
    const place = places[next];
    if (place !== undefined) onReveal(place);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first hit of each new search is shown.
  useEffect(() => {
    const [first] = found.places;
    found.setAt(0);
    if (first !== undefined) onReveal(first);
  }, [search]);
  return (
    <search className="log-search">
      <input
        type="search"
        className="field small grow"
        aria-label={words.log.searchLabel}
        placeholder={words.log.searchLabel}
        value={search}
        spellCheck={false}
        ref={(field) => {
          if (field && document.activeElement === document.body) field.focus();
        }}
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onSearch(null);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span className="quiet" role="status">
        {search === ''
          ? ''
          : found.places.length === 0
            ? words.log.notFound
            : words.log.found(found.at + 1, whole(found.places.length))}
      </span>
      <button type="button" className="text-button" onClick={() => go(-1)}>
        {words.log.previous}
      </button>
      <button type="button" className="text-button" onClick={() => go(1)}>
        {words.log.next}
      </button>
    </search>
  );
}
