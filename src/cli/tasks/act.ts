/** `flowline kill`, `retry`, `hold`, `release`, `confirm-gone`: what is done to tasks, with an answer for each. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HubClient } from '../../client/hubClient.ts';
import { visible } from '../../lib/displayText.ts';
import { parseDurationMs } from '../../lib/durations.ts';
import { FINAL_STATES, RunState } from '../../model/task.ts';
import type { Selection } from '../../protocol/taskApi.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import type { Terminal } from '../text/terminal.ts';
import { checkResults, describeResults } from './results.ts';
import { leftAlone, narrowed, type SelectionOptions, selectionOf, withSelection } from './selection.ts';

type Act = 'killTasks' | 'retryTasks' | 'holdTasks' | 'releaseTasks' | 'confirmGone';

interface ActOptions extends FleetOptions, SelectionOptions {
  yes?: boolean;
  grace?: number;
}

/** Stopping waits for nobody; the hub writes and answers. Many of them take their time. */
const ANSWER_PATIENCE_MS = 60_000;
const OPEN_STATES = RunState.options.filter((state) => !FINAL_STATES.includes(state));

/** Adds the five. */
export function addActs(program: Command, context: CommandContext): void {
  const add = (
    name: string,
    act: Act,
    description: string,
    lines: readonly string[],
    more: (command: Command) => Command = (command) => command,
  ): void => {
    more(withSelection(withFleet(program.command(name))))
      .argument('[task...]', 'tasks, like t42')
      .description(description)
      .addHelpText('after', examples(...lines))
      .action((ids: string[], options: ActOptions) => run(context, act, ids, options));
  };
  add(
    'kill',
    'killTasks',
    'stop tasks: SIGTERM, a grace, SIGKILL; waiting ones leave the queue; none starts again by itself',
    [
      'flowline kill t42',
      'flowline kill t42 t43 --grace 60s',
      'flowline kill --table sweep.csv --state running',
      'flowline kill --table sweep.csv --yes',
    ],
    (command) =>
      command
        .option('--yes', 'do not ask first (asked only for --table, --state and --class)')
        .addOption(
          new Option(
            '--grace <time>',
            'how long they have to end by themselves, like 60s (else what the submit said, 10s)',
          ).argParser(parseGrace),
        ),
  );
  add('retry', 'retryTasks', 'run tasks again that ended, with fresh budgets; a paused table goes on', [
    'flowline retry t42',
    'flowline retry --table sweep.csv --state failed',
    'flowline retry --class gpu_oom',
  ]);
  add('hold', 'holdTasks', 'keep waiting tasks from starting', [
    'flowline hold t42',
    'flowline hold --table sweep.csv',
  ]);
  add('release', 'releaseTasks', 'let held tasks start; a paused table goes on', [
    'flowline release t42',
    'flowline release --table sweep.csv',
  ]);
  add(
    'confirm-gone',
    'confirmGone',
    'say that an unreachable task lives no longer: you looked; it may start elsewhere',
    ['flowline confirm-gone t42'],
  );
}

async function run(
  context: CommandContext,
  act: Act,
  ids: readonly string[],
  options: ActOptions,
): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options, ANSWER_PATIENCE_MS);
  let select = await selectionOf(client, ids, options, terminal.words);
  if (act === 'killTasks' && !('ids' in select)) {
    // What is over already is not meant, and would only fill the answer.
    select = { ...select, states: select.states ?? OPEN_STATES };
    if (!options.yes && !(await isConfirmed(context, client, select, terminal)))
      throw new CommandFailure(EXIT.failed, terminal.words.tasks.left);
  }
  if (
    act === 'retryTasks' &&
    !('ids' in select) &&
    select.states === undefined &&
    select.classes === undefined
  )
    select = { ...select, states: ['failed', 'timed_out', 'lost', 'impossible'] };
  let isResumed = false;
  if (!('ids' in select) && select.table !== undefined && (act === 'releaseTasks' || act === 'retryTasks'))
    isResumed = await resume(context, client, select.table, terminal);
  const meant = WAITING_FOR[act];
  const left = meant === undefined ? 0 : await leftAlone(client, select, meant);
  if (meant !== undefined) select = narrowed(select, meant);
  const { results } =
    act === 'killTasks'
      ? await client.call('killTasks', {
          body: { select, graceSeconds: options.grace === undefined ? null : options.grace / 1000 },
        })
      : await client.call(act, { body: { select } });
  const isNothingLeft = isResumed && results.length === 0;
  answer({ results }, () => (isNothingLeft ? '' : describeResults(results, terminal, { left })));
  if (!isNothingLeft) checkResults(results);
}

/** What is meant of a table where its states are not said. */
const WAITING_FOR: Partial<Record<Act, readonly RunState[]>> = {
  holdTasks: ['queued'],
  releaseTasks: ['held'],
};

/**
 * Who lets a table's tasks start, or runs its failed ones again, means that it goes on.
 * @returns whether it was paused
 */
async function resume(
  context: CommandContext,
  client: HubClient,
  id: string,
  { words }: Terminal,
): Promise<boolean> {
  const { paused, name } = await client.call('table', { parameters: { id } });
  if (paused === null) return false;
  await client.call('changeTable', { parameters: { id }, body: { paused: false } });
  context.printError(words.tasks.goesOn(id, visible(name)));
  return true;
}

/** Names how many of what end, and asks. @throws CommandFailure where nobody sits at a terminal: silence is no yes */
async function isConfirmed(
  context: CommandContext,
  client: HubClient,
  select: Exclude<Selection, { ids: string[] }>,
  { words }: Terminal,
): Promise<boolean> {
  const { total, counts } = await client.call('tasks', {
    query: {
      limit: 1,
      whose: select.whose ?? 'mine',
      ...(select.table === undefined ? {} : { table: select.table }),
      ...(select.states === undefined ? {} : { states: select.states.join(',') }),
      ...(select.classes === undefined ? {} : { classes: select.classes.join(',') }),
    },
  });
  if (total === 0) throw new CommandFailure(EXIT.failed, words.tasks.noneSuch);
  const running = (counts.running ?? 0) + (counts.starting ?? 0) + (counts.stopping ?? 0);
  const answer = await context.ask(`${words.tasks.killQuestion(total, running)} ${words.kill.answers}`);
  if (answer === null) throw new CommandFailure(EXIT.usage, words.kill.noTerminal);
  return words.kill.isYes(answer);
}

function parseGrace(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds > 3_600_000)
    throw new InvalidArgumentError('say a time up to 1h, like 60s');
  return milliseconds;
}
