/** How the runs of a table stand, as one bar: succeeded, failed, running, queued, held. What failed is seen however little it is. */
import type { RunCounts } from '../../src/model/queue.ts';
import type { RunState } from '../../src/model/task.ts';
import { whole } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import './runsBar.css';

export type RunGroup = 'succeeded' | 'failed' | 'running' | 'queued' | 'held' | 'cancelled';

/** The states of each part, in the order of the bar. */
export const RUN_GROUPS: Record<RunGroup, readonly RunState[]> = {
  succeeded: ['succeeded'],
  failed: ['failed', 'timed_out', 'lost', 'impossible'],
  running: ['running', 'starting', 'stopping', 'unreachable'],
  queued: ['queued'],
  held: ['held'],
  cancelled: ['cancelled'],
};
const GROUPS = Object.keys(RUN_GROUPS) as RunGroup[];

/** How many runs are in a part. */
export const countOf = (counts: RunCounts, group: RunGroup): number =>
  RUN_GROUPS[group].reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** Shares by number, empty parts left out; the numbers are its title and what a screen reader hears. */
export function RunsBar({ counts }: { counts: RunCounts }) {
  const words = useWords();
  const shown = GROUPS.map((group) => ({ group, amount: countOf(counts, group) })).filter(
    ({ amount }) => amount > 0,
  );
  const label = shown.map(({ group, amount }) => `${whole(amount)} ${words.tasks.groups[group]}`).join(', ');
  return (
    <div className="runs-bar" role="img" aria-label={label} title={label}>
      {shown.map(({ group, amount }) => (
        <span key={group} className={`moves is-${group}`} style={{ flexGrow: amount }} />
      ))}
    </div>
  );
}

/** What the parts of the bar mean. */
export function RunsBarLegend() {
  const words = useWords();
  return (
    <ul className="runs-legend" aria-hidden="true">
      {(['succeeded', 'failed', 'running', 'queued', 'held'] as const).map((group) => (
        <li key={group}>
          <span className={`runs-square is-${group}`} />
          {words.tasks.groups[group]}
        </li>
      ))}
    </ul>
  );
}
