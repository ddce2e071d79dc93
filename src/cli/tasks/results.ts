/** What came of a wish about tasks: a line for each, and the exit code that says whether all of it came true. */
import { visible } from '../../lib/displayText.ts';
import type { Remark } from '../../model/remark.ts';
import { isFinal } from '../../model/task.ts';
import { remarkText } from '../../scheduling/remarkText.ts';
import { CommandFailure, EXIT } from '../context.ts';
import type { Style } from '../text/paint.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import type { Words } from '../words/words.ts';

type Outcome = 'done' | 'unchanged' | 'not-allowed' | 'unknown' | 'failed';

export interface TaskResult {
  id: string;
  outcome: Outcome;
  message: string;
  remark: Remark | null;
}

const STYLES: Record<Outcome, Style> = {
  done: 'good',
  unchanged: 'faint',
  'not-allowed': 'bad',
  unknown: 'bad',
  failed: 'bad',
};

/** More than this are counted, not listed. */
const LISTED = 40;

export interface DescribeOptions {
  /** What was done, in a word; else `done`. */
  done?: string;
  /** What holds now where it was done; else as the hub says what became of it. */
  told?: string;
  /** Tasks of the table that were not meant, because they run or are over. */
  left?: number;
}

/** A line for each, or how many of each outcome where there are many. */
export function describeResults(
  results: readonly TaskResult[],
  terminal: Terminal,
  { done, told, left = 0 }: DescribeOptions = {},
): string {
  const { words } = terminal;
  const others = left > 0 ? [words.tasks.leftAlone(left)] : [];
  if (results.length === 0) return [words.tasks.noneSuch, ...others].join('\n');
  const named = (result: TaskResult): string =>
    result.outcome === 'done' && done !== undefined ? done : outcomeText(result, words);
  const shown =
    results.length > LISTED ? results.filter(({ outcome }) => STYLES[outcome] === 'bad') : results;
  const counted = Object.entries(Object.groupBy(results, named))
    .map(([text, group]) => words.tasks.counted(group?.length ?? 0, text))
    .join(words.comma);
  if (shown.length === 0) return [counted, ...others].join('\n');
  const lines = table(
    [
      { title: words.heading.task },
      { title: words.heading.outcome },
      { title: words.heading.told, cutTo: 20 },
    ],
    shown
      .slice(0, LISTED)
      .map((result) => [
        result.id,
        { text: named(result), style: STYLES[result.outcome] },
        result.outcome === 'done' && told !== undefined ? visible(told) : saidOf(result, words),
      ]),
    terminal,
  );
  return [lines, ...(results.length > LISTED ? [counted] : []), ...others].join('\n');
}

const saidOf = ({ remark, message }: TaskResult, words: Words): string =>
  remark === null ? visible(message) : remarkText(remark, words.remarks);

/** That a task is over already is the commonest reason why nothing was done: it has a word of its own. */
function outcomeText({ outcome, remark }: TaskResult, { tasks: words }: Words): string {
  const isOver = outcome === 'failed' && remark?.kind === 'state' && isFinal(remark.state);
  return isOver ? words.endedAlready : words.outcome[outcome];
}

/** @throws CommandFailure without words where something of it did not come true; what was so already has */
export function checkResults(results: readonly TaskResult[]): void {
  if (results.length === 0) throw new CommandFailure(EXIT.failed, '');
  if (results.every(({ outcome }) => outcome === 'done' || outcome === 'unchanged')) return;
  const isNotAllowed = results.every(({ outcome }) => outcome === 'not-allowed');
  throw new CommandFailure(isNotAllowed ? EXIT.notAllowed : EXIT.failed, '');
}
