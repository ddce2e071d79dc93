/** ⌘K: machines, tables and people of the live fleet at once, processes of all machines as the hub finds them, and the page's commands. */
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { gpusByOwner, nodesInOrder } from '../../src/fleet/summary.ts';
import { visible } from '../../src/lib/displayText.ts';
import { shortCommand } from '../../src/lib/shortCommand.ts';
import { askHub } from '../live/hub.ts';
import { setPreferences } from '../live/preferences.ts';
import { useQueue } from '../live/tasks.ts';
import { useFleet } from '../live/useLive.ts';
import { navigate, nodePath, tasksPath } from '../router.ts';
import { nodeName } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { useActions } from './actions.ts';
import { Dialog } from './Dialog.tsx';
import { Icon, type IconName } from './Icon.tsx';
import { type ProcessRow, rowsOfFound } from './processRows.ts';
import './searchPalette.css';

interface Hit {
  key: string;
  icon: IconName;
  text: string;
  note: string;
  go: () => void;
}

const MOST_PER_KIND = 8;

/**
 * ↑ and ↓ walk around the ends, Enter opens, unless it only ends a word of an input method. Processes are asked for
 * from two letters on; with nothing typed it lists commands and machines.
 */
export function SearchPalette({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const listId = useId();
  const [query, setQuery] = useState('');
  const [place, setPlace] = useState(0);
  const wanted = query.trim();
  const live = useHits(wanted);
  const processes = useProcessHits(wanted);
  const hits = [...live.before, ...processes, ...live.after];
  const chosen = Math.min(place, hits.length - 1);

  useEffect(() => {
    document.getElementById(`${listId}-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [listId, chosen]);

  function open(hit: Hit | undefined): void {
    if (!hit) return;
    onClose();
    hit.go();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setPlace((chosen + step + hits.length) % hits.length);
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) open(hits[chosen]);
    else return;
    event.preventDefault();
  }
  return (
    <Dialog kind="palette" title="" label={words.search.label} onClose={onClose}>
      <div className="palette-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={`${listId}-${chosen}`}
          aria-label={words.search.label}
          placeholder={words.search.placeholder}
          spellCheck={false}
          autoComplete="off"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setPlace(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={listId} role="listbox" aria-label={words.search.label} className="palette-list">
        {hits.map((hit, index) => (
          <div
            key={hit.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            className="palette-hit"
            onPointerMove={() => setPlace(index)}
            onClick={() => open(hit)}
            onKeyDown={() => {}}
          >
            <Icon name={hit.icon} />
            <span className="ellipsis ink grow">{hit.text}</span>
            <span className="quiet">{hit.note}</span>
          </div>
        ))}
      </div>
      <p className="palette-hint quiet">{words.search.hint}</p>
    </Dialog>
  );
}

/** Typing rests so long before the hub is asked for processes. */
const TYPING_MS = 120;

/** Processes of all machines, as the hub finds them; those of an earlier query until they have come. */
function useProcessHits(query: string): Hit[] {
  const words = useWords();
  const { showProcess } = useActions();
  const [rows, setRows] = useState<ProcessRow[]>([]);
  const isAsked = query.length >= SHORTEST;
  useEffect(() => {
    if (!isAsked) return setRows([]);
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const told = await askHub('processes', {
        query: { query, limit: MOST_PROCESSES },
        signal: abort.signal,
      });
      if (!abort.signal.aborted) setRows(told.ok ? rowsOfFound(told.value.processes) : []);
    }, TYPING_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [query, isAsked]);
  return rows.map((row): Hit => {
    const { process } = row;
    const owner = process?.owner ?? process?.user ?? null;
    const gpus = row.gpus.length > 0 ? ` GPU ${row.gpus.join(', ')}` : '';
    return {
      key: `process ${row.key}`,
      icon: 'processes',
      text: visible(process?.command ? shortCommand(process.command) : (process?.name ?? `${row.pid}`)),
      note: `${visible(owner ?? words.gpu.unknownOwner)} · ${visible(row.nodeName)}${gpus}`,
      go: () => showProcess(row),
    };
  });
}

/** A letter alone is in every command line. */
const SHORTEST = 2;
const MOST_PROCESSES = 20;

/** What the page knows by itself: shown before the processes, and after them. */
function useHits(query: string): { before: Hit[]; after: Hit[] } {
  const words = useWords();
  const fleet = useFleet();
  const queue = useQueue();
  const nodes = fleet ? nodesInOrder(fleet) : [];
  const wanted = query.toLowerCase();
  const matches = (...texts: (string | null)[]): boolean =>
    texts.some((text) => text?.toLowerCase().includes(wanted));
  const search = (what: string) => () => navigate(`/processes?q=${encodeURIComponent(what)}`);
  const hits: Hit[] = [];
  const task = /^t[1-9]\d*$/.exec(wanted)?.[0];
  if (queue && task !== undefined) {
    hits.push({
      key: `task ${task}`,
      icon: 'tasks',
      text: task,
      note: words.pages.tasks,
      go: () => navigate(tasksPath({ task })),
    });
  }
  if (query !== '') {
    hits.push({
      key: 'processes',
      icon: 'search',
      text: words.search.processes(query),
      note: words.pages.processes,
      go: search(query),
    });
  }
  for (const node of nodes
    .filter(({ name, alias, address }) => matches(name, alias, address))
    .slice(0, MOST_PER_KIND)) {
    hits.push({
      key: `node ${node.id}`,
      icon: 'open',
      text: [nodeName(node), node.alias === null ? '' : visible(node.alias)].join(' '),
      note: words.search.machine,
      go: () => navigate(nodePath(node.id)),
    });
  }
  if (query === '') return { before: [...commands(words), ...hits], after: [] };
  for (const table of (queue?.tables ?? [])
    .filter(({ name, owner }) => matches(name, owner))
    .slice(0, MOST_PER_KIND)) {
    hits.push({
      key: `table ${table.id}`,
      icon: 'tasks',
      text: visible(table.name),
      note: visible(table.owner),
      go: () => navigate(tasksPath({ table: table.id })),
    });
  }
  for (const { owner, gpus } of gpusByOwner(nodes)
    .filter(({ owner }) => matches(owner))
    .slice(0, MOST_PER_KIND)) {
    hits.push({
      key: `person ${owner}`,
      icon: 'processes',
      text: visible(owner),
      note: words.search.holds(gpus),
      go: search(owner),
    });
  }
  return { before: hits, after: commands(words).filter((hit) => matches(hit.text)) };
}

function commands(words: ReturnType<typeof useWords>): Hit[] {
  const command = (key: string, icon: IconName, text: string, go: () => void): Hit => ({
    key,
    icon,
    text,
    note: words.search.command,
    go,
  });
  return [
    command('list', 'list', words.views.list, () => navigate('/?view=list')),
    command('cards', 'cards', words.views.cards, () => navigate('/?view=cards')),
    command('map', 'map', words.views.map, () => navigate('/?view=map')),
    command('tasks', 'tasks', words.pages.tasks, () => navigate('/tasks')),
    command('all', 'processes', words.pages.processes, () => navigate('/processes')),
    command('settings', 'settings', words.pages.settings, () => navigate('/settings')),
    command('dark', 'moon', `${words.theme}: ${words.settings.themes.dark}`, () =>
      setPreferences({ theme: 'dark' }),
    ),
    command('light', 'sun', `${words.theme}: ${words.settings.themes.light}`, () =>
      setPreferences({ theme: 'light' }),
    ),
  ];
}
