/** `flowline show` and `flowline why`: one task whole, and why tasks wait. */
import type { Command } from 'commander';
import { isPassedOver } from '../../fleet/taskWords.ts';
import { visible } from '../../lib/displayText.ts';
import { formatBytes } from '../../lib/durations.ts';
import type { TaskOptions } from '../../model/queue.ts';
import type { Attempt } from '../../model/task.ts';
import type { Task, TaskEvent } from '../../protocol/taskApi.ts';
import { remarksText } from '../../scheduling/remarkText.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import { MISSING, size, span } from '../text/figures.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import { wrapped } from '../text/wrap.ts';
import type { Words } from '../words/words.ts';
import { checkTaskId } from './selection.ts';
import { endText, saidOf, stateCell, tookText, waitingText, whereText, withStart } from './taskText.ts';

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
      const shown = await Promise.all(
        ids.map((id) => client.call('task', { parameters: { id: checkTaskId(id, words) } })),
      );
      const tasks = shown.map(({ task }) => task);
      answer(
        {
          tasks: tasks.map(({ id, state, waitingReason, waiting, startsAtMs, startsErrorMs }) => ({
            id,
            state,
            waitingReason,
            waiting,
            startsAtMs,
            startsErrorMs,
          })),
        },
        () => shown.map((each) => whyText(each, Date.now(), terminal)).join('\n'),
      );
      if (tasks.some(({ state }) => state === 'impossible')) throw new CommandFailure(EXIT.failed, '');
    });
}

function whyText(
  { task, events }: { task: Task; events: readonly TaskEvent[] },
  nowMs: number,
  { words, paint, columns }: Terminal,
): string {
  const attempt = task.attempts.at(-1) ?? null;
  const state = words.taskState.state[task.state];
  const text = `${task.id} ${state}`;
  const reason = visible(reasonText(task, attempt, events, nowMs, words)).replace(SAID_BY_STATE, '');
  const [first = '', ...more] = wrapped(reason === '' ? text : `${text}${words.colon}${reason}`, columns);
  return [first.replace(task.id, paint(task.id, 'strong')), ...more].join('\n');
}

/** The state stands before it already. */
const SAID_BY_STATE = /^(impossible: |无法运行：)/;

function reasonText(
  task: Task,
  attempt: Attempt | null,
  events: readonly TaskEvent[],
  nowMs: number,
  words: Words,
): string {
  if (task.waiting?.kind === 'paused' && task.waiting.by !== 'queue' && task.waiting.message === null)
    return `${waitingText(task, words)}${words.find.semicolon}${words.tasks.resumeBy(task.tableId)}`;
  if (task.waitingReason !== null) return withStart(task, waitingText(task, words), nowMs, words);
  if (task.state === 'impossible')
    return (
      toldOf(
        events.findLast(({ kind }) => kind === 'impossible'),
        words,
      ) ?? endOf(attempt, words)
    );
  if (isPassedOver(task)) return words.taskState.passedOver(task.runNum, task.needRunNum);
  if (attempt?.endedAtMs === null) {
    // What is wrong with one that lives: a process that does not end after SIGKILL.
    const said = saidOf(attempt, words);
    const where = `${whereText(attempt)}${words.comma}${tookText(attempt, nowMs, words)}`;
    return said === null ? where : `${where}${words.find.semicolon}${said}`;
  }
  return endOf(attempt, words);
}

const endOf = (attempt: Attempt | null, words: Words): string =>
  attempt === null ? '' : endText(attempt, words);

/** Everything of one task, as paragraphs. */
export function describeTask(
  shown: { task: Task; events: readonly TaskEvent[]; options: TaskOptions; workingDirectory: string },
  nowMs: number,
  terminal: Terminal,
): string {
  const { task, events, options, workingDirectory } = shown;
  const { words, paint, columns } = terminal;
  const fact = (name: string, value: string | null): string[] =>
    value === null || value === ''
      ? []
      : wrapped(`${name}${words.colon}${visible(value)}`, columns && columns - 2, 2).map(
          (line) => `  ${line}`,
        );
  const origin =
    task.table === null ? null : task.row === null ? task.table : words.tasks.rowOf(task.row, task.table);
  return [
    whyText(shown, nowMs, terminal),
    [
      ...fact(words.heading.name, task.name),
      // As one line, however long: a command is there to be copied.
      `  ${words.heading.command}${words.colon}${visible(task.command)}`,
      ...fact(words.tasks.folder, workingDirectory),
      ...fact(words.heading.table, origin),
      ...fact(words.heading.owner, task.owner),
      ...fact(words.heading.runs, `${task.runNum} / ${task.needRunNum}`),
      ...fact(words.tasks.asksFor, askText(options, words)),
      ...fact(
        words.tasks.asks,
        task.askedBy === 'none'
          ? null
          : task.askedBytes === null
            ? words.tasks.askedBy[task.askedBy]
            : `${size(task.askedBytes)}${words.bracketed(words.tasks.askedBy[task.askedBy])}`,
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
          ...events.flatMap((event) =>
            wrapped(`${timeOf(event.atMs)}  ${eventText(event, words)}`, columns && columns - 2, 16).map(
              (line) => `  ${line}`,
            ),
          ),
        ].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `2 GPUs, model H100, on vega, priority 5, time limit 2 h, after t7`; the usual is left out. */
function askText(options: TaskOptions, { tasks: words, comma, ...more }: Words): string {
  const { ask, priority, timeLimitSeconds, retries, after } = options;
  return [
    words.gpus(ask.gpus),
    ask.model === null ? null : words.ofModel(ask.model),
    ask.node === null ? null : words.onNode(ask.node),
    priority === 0 ? null : words.priority(priority),
    timeLimitSeconds === null ? null : words.timeLimit(span(more, timeLimitSeconds * 1000)),
    retries === 0 ? null : words.retries(retries),
    after.length === 0 ? null : words.after(after.map(({ task }) => task).join(' ')),
  ]
    .filter((part) => part !== null)
    .join(comma);
}

/** In the terminal's language; of a story that an earlier version wrote in its English words. */
const toldOf = (event: TaskEvent | undefined, words: Words): string | null =>
  event === undefined ? null : remarksText(event.remarks, event.text, words.remarks);

/** `its next attempt promises another amount: 8.0 GiB → 10.0 GiB (alice)`. */
function eventText(event: TaskEvent, words: Words): string {
  const { kind, by, figures } = event;
  const { colon } = words;
  const before = figures?.promisedBytesBefore ?? figures?.beforeBytes;
  const after = figures?.promisedBytesAfter ?? figures?.afterBytes;
  const change =
    kind !== 'learned' || after === undefined
      ? ''
      : `${colon}${before === undefined ? '' : `${size(before)} → `}${size(after)}`;
  return `${visible(toldOf(event, words) ?? '')}${change}${by === null ? '' : words.bracketed(visible(by))}`;
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
