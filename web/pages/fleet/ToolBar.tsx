/** Which machines the list or map shows, in which order; and the keys that help. */
import type { RefObject } from 'react';
import { useActions } from '../../parts/actions.ts';
import { useWords } from '../../words/words.ts';
import { type FleetChoice, type Grouping, type Order, ROOMY_GIB, type Show } from './fleetChoice.ts';
import './toolBar.css';

export interface ToolBarProps {
  choice: FleetChoice;
  onChange: (change: Partial<FleetChoice>) => void;
  concerns: number;
  /** How many GPUs the reader holds. */
  mine: number;
  filterField: RefObject<HTMLInputElement | null>;
  machines: number;
}

const ORDERS: Order[] = ['configured', 'free', 'name', 'load'];
const GROUPINGS: Grouping[] = ['none', 'model'];

/**
 * Of the list alone: the map has a bar of its own with the chips, the filter and the button from here. It names ⇧E, J
 * and K, and leaves them to the list to hear.
 */
export function ToolBar(props: ToolBarProps) {
  const words = useWords();
  const { choice, onChange } = props;
  return (
    <div className="tool-bar" role="toolbar" aria-label={words.toolbar.show}>
      <ShowChips {...props} />
      <label className="tool-label">
        {words.toolbar.order}{' '}
        <select
          className="field small"
          value={choice.order}
          onChange={(event) => onChange({ order: event.target.value as Order })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {words.toolbar.orders[order]}
            </option>
          ))}
        </select>
      </label>
      <label className="tool-label">
        {words.toolbar.group}{' '}
        <select
          className="field small"
          value={choice.group}
          onChange={(event) => onChange({ group: event.target.value as Grouping })}
        >
          {GROUPINGS.map((group) => (
            <option key={group} value={group}>
              {words.toolbar.groups[group]}
            </option>
          ))}
        </select>
      </label>
      <span className="grow" />
      <span className="tool-keys" aria-hidden="true">
        {words.toolbar.expandAll} <kbd>⇧E</kbd> · <kbd>J</kbd> <kbd>K</kbd> {words.toolbar.move}
      </span>
      <FilterField {...props} />
      <FindButton />
    </div>
  );
}

/** Which machines are shown: all, those with something free, those that ask for attention. */
export function ShowChips({ choice, onChange, concerns, mine }: ToolBarProps) {
  const words = useWords();
  const chip = (show: Show, text: string) => (
    <button
      key={show}
      type="button"
      className={`chip chip-${show}`}
      aria-pressed={choice.show === show}
      onClick={() => onChange({ show: choice.show === show ? 'all' : show })}
    >
      {text}
    </button>
  );
  return (
    <>
      <span className="tool-label">{words.toolbar.show}</span>
      {chip('all', words.toolbar.all)}
      {chip('free', words.toolbar.freeAtLeast(0))}
      {chip('roomy', words.toolbar.freeAtLeast(ROOMY_GIB))}
      {mine > 0 && chip('mine', `${words.tasks.show.mine} · ${mine}`)}
      {concerns > 0 && chip('concerns', words.toolbar.concerns(concerns))}
    </>
  );
}

/** The one primary button of the fleet. */
export function FindButton() {
  const { find: words } = useWords();
  const { showFind } = useActions();
  return (
    <button type="button" className="button primary find-button" onClick={showFind}>
      {words.button}
    </button>
  );
}

/** Machines by name, alias, address, model or person. */
export function FilterField({ choice, onChange, filterField, machines }: ToolBarProps) {
  const words = useWords();
  return (
    <input
      ref={filterField}
      type="search"
      className="field small tool-filter"
      placeholder={words.toolbar.filterMachines(machines)}
      aria-label={words.toolbar.filter}
      value={choice.text}
      onChange={(event) => onChange({ text: event.target.value })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
