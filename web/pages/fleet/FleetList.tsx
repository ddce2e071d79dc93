/**
 * The list: a section for each machine, only those in view and a screen around them being drawn. The cursor is the
 * focus: J and K walk from machine to machine, the arrows from GPU to GPU within one.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { concernsOf } from '../../../src/fleet/concerns.ts';
import { readPreferences, setPreferences, usePreferences } from '../../live/preferences.ts';
import { type Shortcuts, useShortcuts } from '../../live/shortcuts.ts';
import { useActions } from '../../parts/actions.ts';
import { useWords } from '../../words/words.ts';
import type { FleetItem } from './fleetChoice.ts';
import { MachineSection } from './MachineSection.tsx';
import './fleetList.css';

/** From this many machines on a section starts folded to a strip of glyphs. */
const FOLD_FROM_MACHINES = 200;

const HEAD_HEIGHT = 36;
const TILE_ROW_HEIGHT = 66;
const SECTION_GAP = 9;
const GROUP_HEIGHT = 40;

/**
 * `machines` are all of the fleet, not those in view: their number decides whether sections begin folded. E opens one,
 * ⇧E all of them, N goes to the next that asks for attention.
 */
export function FleetList({ items, machines }: { items: FleetItem[]; machines: number }) {
  const words = useWords();
  const { expanded } = usePreferences();
  const { showGpu } = useActions();
  const scroller = useRef<HTMLElement>(null);
  /** The machine that the keys are on, which may be scrolled away or not drawn yet. */
  const cursor = useRef<string | null>(null);
  /** Where the focus goes as soon as it is drawn: to a machine, or to the GPU of it that stands under the last one. */
  const awaited = useRef<{ machine: string; gpu: string | null } | null>(null);
  const folded = machines >= FOLD_FROM_MACHINES;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]?.key ?? index,
    estimateSize: (index) => estimate(items[index], folded),
    overscan: 6,
  });
  const openGpu = useCallback((nodeId: string, index: number) => showGpu(nodeId, index), [showGpu]);

  /** Brings a machine into view and puts the cursor on it, now or as soon as it is drawn. */
  function focusMachine(index: number): void {
    const item = items[index];
    if (!item) return;
    virtualizer.scrollToIndex(index, { align: 'auto' });
    cursor.current = item.key;
    awaited.current = { machine: item.key, gpu: focusedGpu() };
    focusAwaited();
  }
  function focusAwaited(): void {
    if (awaited.current === null) return;
    const { machine, gpu } = awaited.current;
    const section = scroller.current?.querySelector(`[data-node="${CSS.escape(machine)}"]`);
    if (!section) return;
    awaited.current = null;
    const gpus = section.querySelectorAll<HTMLElement>('[data-gpu]');
    const under = gpu === null ? null : ([...gpus].find(({ dataset }) => dataset.gpu === gpu) ?? gpus[0]);
    (under ?? section.querySelector<HTMLElement>('.machine-link'))?.focus({ preventScroll: true });
  }
  useEffect(focusAwaited);
  useShortcuts(listShortcuts(items, cursor, focusMachine));

  if (items.length === 0) return <main className="page-body page-note">{words.empty.noMatch}</main>;
  return (
    <main
      className="page-body"
      ref={scroller}
      onFocus={({ target }) => {
        if (awaited.current !== null) return;
        cursor.current = target.closest<HTMLElement>('.machine')?.dataset.node ?? cursor.current;
      }}
    >
      <div className="virtual-list" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const item = items[index];
          return (
            item && (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="virtual-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {item.kind === 'group' ? (
                  <h2 className="group-head">
                    {item.label || words.node.noGpus}{' '}
                    <span className="quiet">
                      {words.map.gpus(item.gpus)} · {words.map.free(item.free)}
                    </span>
                  </h2>
                ) : (
                  <MachineSection
                    node={item.node}
                    stripe={item.stripe}
                    expanded={expanded.includes(item.key)}
                    folded={folded}
                    onToggle={toggleExpanded}
                    onOpenGpu={openGpu}
                  />
                )}
              </div>
            )
          );
        })}
      </div>
    </main>
  );
}

/** The index of the GPU that the focus is on, as its element has it. */
const focusedGpu = (): string | null =>
  document.activeElement?.closest<HTMLElement>('.machine [data-gpu]')?.dataset.gpu ?? null;

function estimate(item: FleetItem | undefined, folded: boolean): number {
  if (!item || item.kind === 'group') return GROUP_HEIGHT;
  const rows = Math.max(1, Math.ceil((item.node.sample?.gpus.length ?? 0) / 8));
  return folded ? HEAD_HEIGHT : HEAD_HEIGHT + rows * TILE_ROW_HEIGHT + SECTION_GAP;
}

function toggleExpanded(id: string): void {
  const { expanded } = readPreferences();
  setPreferences({
    expanded: expanded.includes(id) ? expanded.filter((other) => other !== id) : [...expanded, id],
  });
}

function listShortcuts(
  items: readonly FleetItem[],
  cursor: RefObject<string | null>,
  focusMachine: (index: number) => void,
): Shortcuts {
  const machines = items.flatMap((item, index) => (item.kind === 'node' ? [{ item, index }] : []));
  const here = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('.machine') ?? null;
  const place = (): number => machines.findIndex(({ item }) => item.key === cursor.current);
  const go = (to: number): void => {
    const machine = machines[Math.min(machines.length - 1, Math.max(0, to))];
    if (machine) focusMachine(machine.index);
  };
  const walkGpus = (step: number) => (): boolean => {
    const gpus = [...(here()?.querySelectorAll<HTMLElement>('[data-gpu]') ?? [])];
    if (gpus.length === 0) return false;
    const now = gpus.indexOf(document.activeElement as HTMLElement);
    gpus[now === -1 ? (step > 0 ? 0 : gpus.length - 1) : (now + step + gpus.length) % gpus.length]?.focus();
    return true;
  };
  return {
    j: () => go(place() + 1),
    down: () => go(place() + 1),
    k: () => go(place() - 1),
    up: () => go(place() - 1),
    right: walkGpus(1),
    left: walkGpus(-1),
    e: () => {
      const id = here()?.dataset.node ?? cursor.current ?? undefined;
      if (id === undefined) return false;
      toggleExpanded(id);
      return true;
    },
    'shift e': () => {
      const ids = machines.map(({ item }) => item.key);
      const all = ids.every((id) => readPreferences().expanded.includes(id));
      setPreferences({ expanded: all ? [] : ids });
    },
    n: () => {
      const from = place();
      const next = [...machines.slice(from + 1), ...machines.slice(0, from + 1)].find(
        ({ item }) => concernsOf(item.node).length > 0,
      );
      if (next) focusMachine(next.index);
    },
  };
}
