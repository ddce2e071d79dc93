/** `flowline tasks`: the tables with how their runs stand, then the tasks, a line each. */
import { type Command, Option } from 'commander';
import type { Table } from '../../model/queue.ts';
import { FINAL_STATES, type RunState } from '../../model/task.ts';
import type { Task } from '../../protocol/taskApi.ts';
import type { CommandContext } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import { wholeNumber } from '../options.ts';
import type { Cell } from '../text/cell.ts';
import { span } from '../text/figures.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import { type SelectionOptions, tableIdNamed, withSelection } from './selection.ts';
import { newestAttempt, outcomeText, stateCell, tookText, whereText } from './taskText.ts';

interface ListOptions extends FleetOptions, SelectionOptions {
  all?: boolean;
  limit: number;
}

const DEFAULT_LIMIT = 50;

/** Adds the command. */
export function addTasks(program: Command, context: CommandContext): void {
  withSelection(withFleet(program.command('tasks')))
    .argument('[words...]', 'words that match name, table, id or values; column:value')
    .description('what is queued, runs and ended: tables, then tasks')
    .option('--all', 'tasks that are over too (else only those that wait or run, and of a table all)')
    .addOption(
      new Option('--limit <n>', 'how many tasks').argParser(wholeNumber(1, 10_000)).default(DEFAULT_LIMIT),
    )
    .addHelpText(
      'after',
      examples(
        'flowline tasks',
        'flowline tasks --table sweep.csv --state failed',
        'flowline tasks model:vit_l --all',
        'flowline tasks --json | jq -r ".tasks[] | select(.state == \\"failed\\") | .id"',
      ),
    )
    .action((words: string[], options: ListOptions) => list(context, words, options));
}

async function list(context: CommandContext, words: readonly string[], options: ListOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options);
  const tableId =
    options.table === undefined ? undefined : await tableIdNamed(client, options.table, terminal.words);
  const isWide = options.all || options.json || tableId !== undefined || options.class !== undefined;
  const open = (
    ['running', 'stopping', 'unreachable', 'starting', 'queued', 'held'] satisfies RunState[]
  ).join(',');
  const states = options.state?.join(',') ?? (isWide ? undefined : open);
  const [found, { tables }] = await Promise.all([
    client.call('tasks', {
      query: {
        query: words.join(' '),
        limit: options.limit,
        // A listing for people shows their own first; the hub sorts.
        whose: options.everyone ? 'all' : 'mine',
        ...(tableId === undefined ? {} : { table: tableId }),
        ...(states === undefined ? {} : { states }),
        ...(options.class === undefined ? {} : { classes: options.class.join(',') }),
      },
    }),
    client.call('tables', { query: { whose: options.everyone ? 'all' : 'mine' } }),
  ]);
  // Words mean the tables that are called so, and those of what was found.
  const ofFound = new Set(found.tasks.map((task) => task.tableId));
  const isMeant = ({ id, name }: Table): boolean =>
    words.length === 0 ||
    ofFound.has(id) ||
    words.every((word) => name.toLowerCase().includes(word.toLowerCase()));
  answer(found, () =>
    [
      describeTables(
        tables.filter((each) => (tableId === undefined ? isMeant(each) : each.id === tableId)),
        terminal,
      ),
      found.tasks.length === 0 && (isWide || states !== open || words.length > 0)
        ? terminal.words.tasks.noneSuch
        : describeTasks(found.tasks, Date.now(), terminal),
      found.total > found.tasks.length ? terminal.words.tasks.more(found.tasks.length, found.total) : '',
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
}

/** A line per table, the newest first: how many of its runs are where. */
export function describeTables(tables: readonly Table[], terminal: Terminal): string {
  const { words } = terminal;
  const ofFiles = tables.filter((each) => each.rows !== 1 || each.file !== null).slice(0, 12);
  if (ofFiles.length === 0) return tables.length === 0 ? words.tasks.nothing : '';
  return table(
    [
      { title: words.heading.table },
      { title: '', cutTo: 10, most: 36 },
      { title: words.heading.owner, cutTo: 6, most: 16, rarity: 2 },
      { title: words.heading.rows, align: 'right' },
      { title: words.heading.runs },
      { title: words.heading.done, cutTo: 12 },
    ],
    ofFiles.map((each) => [
      each.id,
      each.name,
      each.owner,
      String(each.rows),
      countsCell(each, terminal),
      doneText(each, terminal),
    ]),
    terminal,
  );
}

const ORDER: readonly RunState[] = [
  'succeeded',
  'running',
  'starting',
  'stopping',
  'unreachable',
  'queued',
  'held',
  'failed',
  'timed_out',
  'impossible',
  'lost',
  'cancelled',
];

function countsCell({ counts, runs }: Table, { words }: Terminal): Cell {
  const parts = ORDER.filter((state) => (counts[state] ?? 0) > 0).map((state, place) => ({
    text: `${place === 0 ? '' : words.comma}${words.amount(counts[state] ?? 0, words.taskState.state[state])}`,
    style: state === 'failed' ? ('bad' as const) : ('plain' as const),
  }));
  return [{ text: `${words.tasks.ofRuns(runs)}${words.colon}`, style: 'faint' }, ...parts];
}

function doneText(each: Table, { words }: Terminal): string {
  if (each.paused !== null) return words.tasks.paused[each.paused];
  const over = FINAL_STATES.reduce((sum, state) => sum + (each.counts[state] ?? 0), 0);
  if (over >= each.runs) return words.tasks.over;
  return each.doneAtMs === null ? '' : words.tasks.doneIn(span(words, each.doneAtMs - Date.now()));
}

const isWaiting = (state: RunState): boolean => state === 'queued' || state === 'held';

/** A line per task. */
export function describeTasks(tasks: readonly Task[], nowMs: number, terminal: Terminal): string {
  const { words } = terminal;
  if (tasks.length === 0) return words.tasks.none;
  return table(
    [
      { title: words.heading.task },
      { title: words.heading.state },
      { title: words.heading.name, cutTo: 8, most: 36, rarity: 2 },
      { title: words.heading.runs, align: 'right', rarity: 1 },
      { title: words.heading.machine, cutTo: 10, most: 28 },
      { title: words.heading.took, align: 'right' },
      { title: words.heading.why, cutTo: 16 },
    ],
    tasks.map((task) => {
      // What waits again is nowhere and takes no time; where it was before, `show` tells.
      const attempt = isWaiting(task.state) ? null : newestAttempt(task);
      return [
        task.id,
        stateCell(task.state, words),
        task.name,
        `${task.runNum}/${task.needRunNum}`,
        whereText(attempt),
        tookText(attempt, nowMs, words),
        outcomeText(task, nowMs, words),
      ];
    }),
    terminal,
  );
}
