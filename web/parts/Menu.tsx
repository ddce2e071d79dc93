/**
 * A menu that opens beside what asked for it, above everything else: the browser's own popover, which a click elsewhere
 * closes. Arrows walk, Esc closes, and the focus goes back to where it came from.
 */
import { type KeyboardEvent, useEffect, useRef } from 'react';
import './menu.css';

export interface MenuItem {
  text: string;
  /** The key that does the same. */
  keys?: string;
  onPick: () => void;
  isDanger?: boolean;
  /** A line stands above it. */
  isApart?: boolean;
}

interface MenuProps {
  label: string;
  /** The button that asked for it. */
  anchor: HTMLElement;
  items: readonly MenuItem[];
  onClose: () => void;
}

/** Room that is left to the window's edge, and between the button and its menu. */
const EDGE_PX = 8;
const GAP_PX = 4;

/**
 * Begins on its first item; Home and End go to its ends, Tab leaves as Esc does. Keys of the page rest meanwhile. Opens
 * upwards where there is no room below.
 */
export function Menu({ label, anchor, items, onClose }: MenuProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const menu = box.current;
    if (!menu) return;
    menu.showPopover();
    const from = anchor.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const below = from.bottom + GAP_PX;
    const top = below + height > innerHeight - EDGE_PX ? from.top - GAP_PX - height : below;
    menu.style.left = `${Math.max(EDGE_PX, Math.min(from.right - width, innerWidth - width - EDGE_PX))}px`;
    menu.style.top = `${Math.max(EDGE_PX, top)}px`;
    menu.querySelector('button')?.focus();
  }, [anchor]);
  const leave = (): void => {
    if (box.current?.contains(document.activeElement) && anchor.isConnected) anchor.focus();
    onClose();
  };

  function onKeyDown(event: KeyboardEvent): void {
    // Keys of the page rest while a menu is open.
    event.stopPropagation();
    const buttons = [...(box.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') leave();
    else if (to !== undefined) buttons[(to + buttons.length) % buttons.length]?.focus();
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={box}
      popover="auto"
      className="menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => newState === 'closed' && onClose()}
    >
      {items.map(({ text, keys, onPick, isDanger, isApart }) => (
        <button
          key={text}
          type="button"
          role="menuitem"
          className={`${isDanger ? 'danger' : ''} ${isApart ? 'apart' : ''}`}
          onClick={() => {
            leave();
            onPick();
          }}
        >
          <span className="grow">{text}</span>
          {keys !== undefined && <kbd>{keys}</kbd>}
        </button>
      ))}
    </div>
  );
}
