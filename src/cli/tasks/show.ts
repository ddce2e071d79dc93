/** `flowline show` and `flowline why`: one task whole, and why tasks wait. */
import type { Command } from 'commander';
import { visible } from '../../lib/displayText.ts';
import { formatBytes } from '../../lib/durations.ts';
import type { Attempt } from '../../model/task.ts';
import type { Task, TaskEvent } from '../../protocol/taskApi.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { examples } from '../examples.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { MISSING, size } from '../text/figures.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import { checkTaskId } from './selection.ts';
import { endText, stateCell, tookText, waitingText, whereText } from './taskText.ts';

/** Adds `show`. */
export function addShow(program: Command, context: CommandContext): void {
  withFleet(program.command('show'))
    .argument('<task>', 'a task, like t42')
    .description('one task: what it runs, what happened, its attempts')
    .addHelpText('after', examples('flowline show t42', 'flowline show t42 --json | jq .task.attempts'))
    .action(async (id: string, options: FleetOptions) => {
      const { client, terminal, answer } = await openFleet(context, options);
      const shown = await client.call('task', { parameters: { id: checkTaskId(id, terminal.words) } });
      answer(shown, () => describeTask(shown, Date.now(), terminal));
    });
}

/** Adds `why`. */
export function addWhy(program: Command, context: CommandContext): void {
  withFleet(program.command('why'))
    .argument('<task...>', 'tasks, like t42')
    .description('why a task waits, or what came of it; exit code 1 where it can never run')
    .addHelpText('after', examples('flowline why t42', 'flowline why t42 t43 --json'))
    .action(async (ids: string[], options: FleetOptions) => {
      const { client, terminal, answer } = await openFleet(context, options);
      const { words } = terminal;
      const tasks = await Promise.all(
        ids.map(
          async (id) => (await client.call('task', { parameters: { id: checkTaskId(id, words) } })).task,
        ),
      );
      answer(
        {
          tasks: tasks.map(({ id, state, waitingReason, waiting }) => ({
            id,
            state,
            waitingReason,
            waiting,
          })),
        },
        () => tasks.map((task) => whyText(task, Date.now(), terminal)).join('\n'),
      );
      if (tasks.some(({ state }) => state === 'impossible')) throw new CommandFailure(EXIT.failed, '');
    });
}

function whyText(task: Task, nowMs: number, { words, paint }: Terminal): string {
  const attempt = task.attempts.at(-1) ?? null;
  const state = words.taskState.state[task.state];
  const reason =
    task.waitingReason !== null
      ? waitingText(task, words)
      : attempt === null
        ? ''
        : attempt.endedAtMs === null
          ? `${whereText(attempt)}, ${tookText(attempt, nowMs, words)}`
          : endText(attempt, words);
  return `${paint(task.id, 'strong')} ${state}${reason === '' ? '' : `: ${visible(reason)}`}`;
}

/** Everything of one task, as paragraphs. */
export function describeTask(
  shown: { task: Task; events: readonly TaskEvent[]; workingDirectory: string },
  nowMs: number,
  terminal: Terminal,
): string {
  const { task, events, workingDirectory } = shown;
  const { words, paint } = terminal;
  const fact = (name: string, value: string | null): string[] =>
    value === null || value === '' ? [] : [`  ${name}: ${visible(value)}`];
  const origin =
    task.table === null ? null : task.row === null ? task.table : words.tasks.rowOf(task.row, task.table);
  return [
    `${whyText(task, nowMs, terminal)}`,
    [
      ...fact(words.heading.name, task.name),
      ...fact(words.heading.command, task.command),
      ...fact(words.tasks.folder, workingDirectory),
      ...fact(words.heading.table, origin),
      ...fact(words.heading.owner, task.owner),
      ...fact(words.heading.runs, `${task.runNum} / ${task.needRunNum}`),
      ...fact(
        words.tasks.asks,
        task.askedBytes === null
          ? words.tasks.askedBy[task.askedBy]
          : `${size(task.askedBytes)} (${words.tasks.askedBy[task.askedBy]})`,
      ),
      ...fact(
        words.tasks.parameters,
        task.parameters.map(([column, value]) => `${column}=${value}`).join(' '),
      ),
    ].join('\n'),
    task.attempts.length === 0 ? '' : describeAttempts(task.attempts, nowMs, terminal),
    events.length === 0
      ? ''
      : [
          paint(words.tasks.happened, 'strong'),
          ...events.map(
            ({ atMs, text, by }) =>
              `  ${timeOf(atMs)}  ${visible(text)}${by === null ? '' : ` (${visible(by)})`}`,
          ),
        ].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function describeAttempts(attempts: readonly Attempt[], nowMs: number, terminal: Terminal): string {
  const { words } = terminal;
  return table(
    [
      { title: words.heading.attempt },
      { title: words.heading.state },
      { title: words.heading.machine, cutTo: 10 },
      { title: words.heading.took, align: 'right' },
      { title: words.tasks.promised, align: 'right', rarity: 1 },
      { title: words.heading.why, cutTo: 16 },
    ],
    attempts.map((attempt) => [
      `${attempt.run}.${attempt.number}`,
      stateCell(attempt.state, words),
      whereText(attempt),
      tookText(attempt, nowMs, words),
      promisedText(attempt),
      endText(attempt, words),
    ]),
    terminal,
  );
}

function promisedText({ gpus }: Attempt): string {
  const bytes = gpus.map(({ promisedBytes }) => promisedBytes).find((each) => each !== null);
  return bytes === undefined || bytes === null ? MISSING : formatBytes(bytes);
}

/** In the reader's own zone: `11-25 14:03:22`. */
function timeOf(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
