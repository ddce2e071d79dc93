/** What the runs below are of: the table's name and command, tabs by state, and the field that filters them. */
import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import type { RunState } from '../../../src/model/task.ts';
import { QueryField } from '../../parts/QueryField.tsx';
import { countOf, RUN_GROUPS } from '../../parts/RunsBar.tsx';
import { navigate, type TasksView, tasksPath } from '../../router.ts';
import { whole } from '../../words/figures.ts';
import { gibOf } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';

const TABS = ['all', 'running', 'queued', 'failed'] as const;
type Tab = (typeof TABS)[number];
/** States of a tab; none: all of them. */
export const STATES_OF: Record<Tab, readonly RunState[]> = {
  all: [],
  running: RUN_GROUPS.running,
  queued: [...RUN_GROUPS.queued, ...RUN_GROUPS.held],
  failed: RUN_GROUPS.failed,
};
/** The tab that an address names. */
export const tabOf = (view: TasksView): Tab => TABS.find((each) => each === view.tab) ?? 'all';

/**
 * Its numbers are the whole table's, whatever is filtered; held runs count as queued. A tab takes the present address's
 * place in the history.
 */
export function RunsHead({ table, view, tab }: { table: Table; view: TasksView; tab: Tab }) {
  const words = useWords();
  const { ask } = table.options;
  const amounts: Record<Tab, number> = {
    all: table.runs,
    running: countOf(table.counts, 'running'),
    queued: countOf(table.counts, 'queued') + countOf(table.counts, 'held'),
    failed: countOf(table.counts, 'failed'),
  };
  const about = [
    words.tasks.gpusEach(ask.gpus),
    ask.gpus === 0
      ? null
      : ask.memoryBytes === null
        ? words.tasks.asksLearned
        : words.tasks.asks(`${gibOf(ask.memoryBytes)}\u2009GiB`),
    ask.model === null ? null : visible(ask.model),
    table.maxRunning === null ? null : words.tasks.atMost(table.maxRunning),
  ].filter((part) => part !== null);
  return (
    <header className="runs-head">
      <h2 id="runs-title" className="ellipsis">
        {visible(table.name)}
      </h2>
      <p className="runs-about ellipsis" title={visible(table.command)}>
        <span className="ink">{visible(table.command)}</span> · {about.join(' · ')}
      </p>
      <fieldset className="switch runs-tabs" aria-label={words.tasks.columns.state}>
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === tab}
            onClick={() =>
              navigate(tasksPath({ ...view, table: table.id, tab: each === 'all' ? null : each }), 'replace')
            }
          >
            {words.tasks.tabs[each]} {whole(amounts[each])}
          </button>
        ))}
      </fieldset>
    </header>
  );
}

/** What is typed goes into the address, so that it can be sent to others. */
export function FilterField({ view, table }: { view: TasksView; table: string }) {
  const words = useWords();
  return (
    <QueryField
      query={view.query}
      onRest={(text) => navigate(tasksPath({ ...view, table, query: text }), 'replace')}
      label={words.tasks.filterLabel}
      placeholder={words.tasks.filter}
      className="runs-filter"
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
