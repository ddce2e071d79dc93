/** What is asked of the queue on a command line: the options that `submit` and `run` share, read and checked. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../../lib/durations.ts';
import { DEFAULT_OPTIONS, type Dependency, type TaskOptions } from '../../model/queue.ts';
import { TaskId } from '../../model/task.ts';
import { RESULT_COLUMNS, type ResultColumn } from '../../tables/reserved.ts';
import { parseMemory, parsePriority, wholeNumber } from '../options.ts';

export interface QueueOptions {
  command?: string;
  commandFrom?: string;
  commandColumn?: string;
  flow?: string;
  sheet?: string;
  results: ResultColumn[];
  gpus: number;
  memory?: number;
  model?: string;
  node?: string;
  here?: boolean;
  gpuOrder?: string;
  max?: number;
  priority: number;
  retries: number;
  timeLimit?: number;
  grace: number;
  after: Dependency[];
  startAfter?: number;
  hold?: boolean;
  idempotent?: boolean;
  oomExitCode: number[];
  oomText: string[];
  cwd?: string;
  env: [name: string, value: string][];
  venv?: string;
  conda?: string;
  name?: string;
}

/** Adds them to a command. */
export function withQueueOptions(command: Command): Command {
  return command
    .option(
      '--command <template>',
      "what a row runs, like 'prog --lr {lr} {gpu}': {column} is the row's cell, {gpu} {gpus} {run} {attempt} {task} {row} what the start knows",
    )
    .option(
      '--command-from <program>',
      'a program that is told row and GPUs as JSON and answers the command (docs/flows.md)',
    )
    .option('--command-column <name>', 'the column that holds the command of each row')
    .option('--flow <file>', 'a TypeScript or JavaScript file with command(row, gpu, gpus) and compare(a, b)')
    .option('--sheet <name>', 'the sheet of an .xlsx (else its first)')
    .addOption(
      new Option(
        '--results <columns>',
        `also keep these up in the table: all, or some of ${RESULT_COLUMNS.join(',')}`,
      )
        .argParser(parseResults)
        .default([], 'none'),
    )
    .addOption(
      new Option('--gpus <n>', 'GPUs of one run, all on one machine; 0 for none')
        .argParser(wholeNumber(0, 64))
        .default(1),
    )
    .addOption(
      new Option('--memory <size>', 'GPU memory that a run takes on each, like 20G (else learned)').argParser(
        parseMemory,
      ),
    )
    .option('--model <words>', 'words of the model, like H100')
    .option('--node <name>', 'only on this machine')
    .option('--here', 'only on this machine that the command is typed on')
    .option('--gpu-order <program>', 'a program that orders free GPUs: which is taken first')
    .addOption(new Option('--max <n>', 'runs of it at once').argParser(wholeNumber(1, 100_000)))
    .addOption(
      new Option(
        '--priority <n>',
        'higher goes first, from -100 to 100; above 0 for administrators (flowline queue)',
      )
        .argParser(parsePriority)
        .default(0),
    )
    .addOption(
      new Option('--retries <n>', 'how often a run is tried again whose program failed')
        .argParser(wholeNumber(0, 1000))
        .default(0),
    )
    .addOption(
      new Option('--time-limit <time>', 'a run is stopped after this, like 90s, 2h').argParser(parseSeconds),
    )
    .addOption(
      new Option('--grace <time>', 'how long a run has between SIGTERM and SIGKILL')
        .argParser(parseSeconds)
        .default(DEFAULT_OPTIONS.graceSeconds, '10s'),
    )
    .addOption(
      new Option(
        '--after <what>',
        'wait for a task: ok:t7 until it succeeded, end:t7 until it ended; may be given again',
      )
        .argParser((text: string, before: Dependency[]) => [...before, parseDependency(text)])
        .default([], 'nothing'),
    )
    .addOption(
      new Option(
        '--start-after <time>',
        'not before this: in 2h, or 2026-12-24T20:00 of this machine',
      ).argParser(parseStart),
    )
    .option('--hold', 'queue it, and start nothing until `flowline release`')
    .option('--idempotent', 'may be started elsewhere when its machine is silent for 15 min')
    .addOption(
      new Option('--oom-exit-code <n>', 'an exit code that means: out of GPU memory; may be given again')
        .argParser((text: string, before: number[]) => [...before, wholeNumber(1, 255)(text)])
        .default([], 'none'),
    )
    .addOption(
      new Option('--oom-text <text>', 'a text of its output that means the same; may be given again')
        .argParser((text: string, before: string[]) => [...before, parseOomText(text)])
        .default([], 'none'),
    )
    .option('--cwd <folder>', 'where it runs (else here)')
    .addOption(
      new Option('--env <name=value>', 'a variable beside those of this shell; may be given again')
        .argParser((text: string, before: [string, string][]) => [...before, parseVariable(text)])
        .default([], 'none'),
    )
    .option('--venv <folder>', "with this virtual environment's python")
    .option('--conda <name>', 'with this conda environment, by name or folder')
    .option('--name <text>', 'a name for it');
}

/** What every row asks, from the options. */
export const taskOptionsOf = (options: QueueOptions): TaskOptions => ({
  ask: {
    gpus: options.gpus,
    memoryBytes: options.memory ?? null,
    model: options.model?.trim() || null,
    node: options.node?.trim() || null,
  },
  priority: options.priority,
  retries: options.retries,
  timeLimitSeconds: options.timeLimit ?? null,
  after: options.after,
  startAfterMs: options.startAfter ?? null,
  graceSeconds: options.grace,
  isIdempotent: options.idempotent ?? false,
  outOfMemoryExitCodes: options.oomExitCode,
  outOfMemoryTexts: options.oomText,
});

function parseResults(text: string): ResultColumn[] {
  if (text === 'all') return [...RESULT_COLUMNS];
  const asked = text.split(',').map((word) => word.trim());
  const columns = RESULT_COLUMNS.filter((column) => asked.includes(column));
  if (columns.length !== new Set(asked).size)
    throw new InvalidArgumentError(`say all, or some of ${RESULT_COLUMNS.join(',')}`);
  return columns;
}

function parseSeconds(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds <= 0)
    throw new InvalidArgumentError('say a time like 90s, 5m or 2h');
  return milliseconds / 1000;
}

/** `ok:t7`, `end:t7`; a bare `t7` means `ok:t7`. */
function parseDependency(text: string): Dependency {
  const match = /^(?:(ok|end):)?(t\d+)$/.exec(text);
  const task = TaskId.safeParse(match?.[2]);
  if (!match || !task.success)
    throw new InvalidArgumentError('say ok:ID or end:ID with the id of a task, like ok:t7');
  return { wanted: match[1] === 'end' ? 'end' : 'ok', task: task.data };
}

function parseStart(text: string): number {
  const inMs = parseDurationMs(text);
  if (inMs !== null) return Date.now() + inMs;
  const at = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('say a time from now like 2h, or one like 2026-12-24T20:00');
  return at;
}

function parseOomText(text: string): string {
  if (text.length < 3 || text.length > 200)
    throw new InvalidArgumentError('say a text of 3 to 200 characters');
  return text;
}

function parseVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('say NAME=value');
  return [text.slice(0, at), text.slice(at + 1)];
}
