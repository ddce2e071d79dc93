/** `flowline submit`: queues a command, or every row of a table. The file is opened here, as its owner; the hub gets rows. */
import { type Command, Option } from 'commander';
import type { HubClient } from '../../client/hubClient.ts';
import { visible } from '../../lib/displayText.ts';
import { MAX_RUNS_PER_TASK } from '../../model/limits.ts';
import type { Table } from '../../model/queue.ts';
import { awaitHub } from '../awaitHub.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, withFleet } from '../fleetCommand.ts';
import { examplesAnd } from '../help.ts';
import { connectHub, dataFolderOf, wholeNumber } from '../options.ts';
import { waitingText } from '../tasks/taskText.ts';
import { jsonText } from '../text/json.ts';
import { type Terminal, terminalOf } from '../text/terminal.ts';
import { dryRun } from './dryRun.ts';
import { fileKeptUp } from './fileKeptUp.ts';
import { type QueueOptions, withQueueOptions } from './options.ts';
import { type PreparedSubmit, prepareSubmit, rowsDone } from './prepare.ts';
import { type SentTable, sendTable } from './send.ts';
import { endedRuns, isOver, waitForTable } from './wait.ts';

interface SubmitOptions extends FleetOptions, QueueOptions {
  runs: number;
  dryRun?: boolean;
  wait?: boolean;
  again?: boolean;
}

/** A commit of thousands of rows on a slow disk takes its time. */
const PATIENCE_MS = 60_000;
const ABOUT_COLUMNS =
  'Columns run_num, need_run_num, name and cmd of a table are ours: how often a row has run and is to run, its name, and a command of its own. They are kept up in the file; rows that are added to it while any of it waits or runs are queued too, later ones by submitting it again.';

/** Adds the command. @param words what stood after `--` on the command line; null where there was no `--` */
export function addSubmit(program: Command, context: CommandContext, words: readonly string[] | null): void {
  const command = program
    .command('submit')
    .argument('[table]', 'a .csv, .xlsx or .json whose rows are queued; without one the command by itself')
    .usage('[options] [TABLE] [-- COMMAND…]')
    // Told in our own words: what is too much is mostly a command without its `--`.
    .allowExcessArguments()
    .description('queue a command, or each row of a table, for whatever GPU is free');
  withQueueOptions(command)
    .addOption(
      new Option('--runs <n>', 'how often a command without a table is run')
        .argParser(wholeNumber(1, MAX_RUNS_PER_TASK))
        .default(1),
    )
    .option('--dry-run', 'queue nothing; show what would run, and where')
    .option('--wait', 'stay until all is over; exit code 1 when a run failed')
    .option('--again', 'queue a table that is queued already');
  withFleet(command)
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline submit -- python train.py --lr 0.1',
          'flowline submit sweep.csv -- python train.py        each row adds --column value',
          "flowline submit sweep.csv --command 'python train.py --lr {lr} > out/{row}.txt'",
          'flowline submit sweep.xlsx --gpus 2 --memory 20G --max 4 --wait -- ./run.sh',
          'flowline submit sweep.csv --command-from ./command.py --dry-run',
          'flowline submit --after ok:t7 --time-limit 2h -- python test.py',
        ],
        ABOUT_COLUMNS,
      ),
    )
    .action((table: string | undefined, options: SubmitOptions) => {
      const more = command.args.slice(1);
      if (more.length > 0) {
        const { what, hint } = terminalOf(context).words.submitProblems.onlyOneTable(
          more.map(visible).join(' '),
          visible([table, ...more].join(' ')),
        );
        throw new CommandFailure(EXIT.usage, what, hint);
      }
      return submit(context, table ?? null, words, options);
    });
}

async function submit(
  context: CommandContext,
  named: string | null,
  words: readonly string[] | null,
  options: SubmitOptions,
): Promise<void> {
  const terminal = terminalOf(context);
  const { submit: say } = terminal.words;
  const prepared = await prepareSubmit(context, {
    table: named,
    words,
    options,
    dataFolder: dataFolderOf(context, options.data),
    runs: options.runs,
    progress: (rows) => context.printError(say.reading(rows)),
  });
  if (prepared.commandsPassedOver > 0) context.printError(say.passedOver(prepared.commandsPassedOver));
  if (!options.dryRun) await awaitHub(context, options.hub);
  const client = await connectHub(context, options, PATIENCE_MS);
  if (options.dryRun) return dryRun(context, terminal, client, prepared, options);
  if (!options.again) await refuseTwice(client, prepared, terminal);
  const total = prepared.rows.length;
  const sent = await sendTable(client, prepared, (rows) => {
    if (rows < total) context.printError(say.sending(rows, total));
  });
  if (!options.wait) {
    context.print(options.json ? jsonText(inJson(sent, prepared)) : told(sent, prepared, terminal));
    return sayWhatIsMissing(context, terminal, client, sent, prepared);
  }
  context.printError(told(sent, prepared, terminal));
  await sayWhatIsMissing(context, terminal, client, sent, prepared);
  await waitUntilOver(context, terminal, client, sent, prepared, options);
}

/** Where no machine could run it now, that is said at once: who submits would find out by waiting. */
async function sayWhatIsMissing(
  context: CommandContext,
  { words }: Terminal,
  client: HubClient,
  { tasks }: SentTable,
  { rows, table }: PreparedSubmit,
): Promise<void> {
  const id = firstWanted(tasks, rows);
  if (id === null || table.hold) return;
  const shown = await client.call('task', { parameters: { id } }).catch(() => null);
  // Queued it is, whatever comes of this question.
  if (shown?.task.waiting?.kind === 'nodes')
    context.printError(words.submit.waits(visible(waitingText(shown.task, words))));
}

/** The first task of which anything is to run; null where its table says that all of it is done. */
function firstWanted(tasks: SentTable['tasks'], rows: PreparedSubmit['rows']): string | null {
  const wanted = new Set(rows.flatMap(({ key, runNum, needRunNum }) => (runNum < needRunNum ? [key] : [])));
  return tasks.find(({ key }) => wanted.has(key))?.task ?? null;
}

/** A table that is queued already would be run twice at once, by two who keep up one file. */
async function refuseTwice(client: HubClient, { file }: PreparedSubmit, { words }: Terminal): Promise<void> {
  if (!file) return;
  const { tables } = await client.call('tables', { query: { whose: 'mine', isOpen: 'true' } });
  const before = tables.find(
    (table) =>
      table.file?.path === file.path &&
      table.file.machineId === file.machineId &&
      table.file.sheet === file.sheet,
  );
  if (before && isOver(before))
    throw new CommandFailure(
      EXIT.failed,
      (before.fileWarning === null ? words.submit.writing : words.submit.notWritten)(
        visible(file.path),
        before.id,
      ),
      before.fileWarning === null ? words.submit.writingHint : words.submit.notWrittenHint(before.id),
    );
  if (before)
    throw new CommandFailure(
      EXIT.failed,
      words.submit.already(visible(file.path), before.id),
      words.submit.alreadyHint,
    );
}

/** `t1–t900`, or ids one by one where they are not in a row. */
export function idRange(ids: readonly string[]): string {
  const numbers = ids.map((id) => Number(id.slice(1)));
  const [first] = numbers;
  if (ids.length <= 2 || first === undefined) return ids.join(', ');
  const isInRow = numbers.every((number, index) => number === first + index);
  return isInRow ? `${ids[0]}–${ids.at(-1)}` : `${ids.slice(0, 3).join(', ')}…`;
}

function told(
  { table, tasks, isKeptUp }: SentTable,
  prepared: PreparedSubmit,
  { words, paint }: Terminal,
): string {
  const ids = tasks.map(({ task }) => task);
  const id = firstWanted(tasks, prepared.rows) ?? ids[0] ?? 't1';
  const { submit: say } = words;
  const never = table.counts.impossible ?? 0;
  const impossible = never > 0 ? [paint(say.impossible(never, id), 'bad')] : [];
  if (!prepared.file) {
    return [
      `${say.queuedOne(paint(id, 'strong'))}  ${visible(table.command)}`,
      ...impossible,
      say.next([
        [`flowline logs -f ${id}`, say.nextLogs],
        [`flowline why ${id}`, say.nextWhy],
      ]),
    ].join('\n');
  }
  const done = rowsDone(prepared);
  const isAlone = table.fileTrouble === 'alone';
  if (ids.length > 0 && done === ids.length)
    return `${say.allDone(done, visible(table.name))}\n${say.allDoneHint(visible(table.name))}`;
  return [
    say.queuedTable(ids.length - done, done, paint(table.id, 'strong'), visible(table.name), idRange(ids)),
    ...impossible,
    ...(table.fileWarning === null || isAlone ? [] : [visible(table.fileWarning)]),
    ...(isKeptUp === false || isAlone ? [say.notKeptUp(visible(table.name), table.id)] : []),
    say.next([
      ['flowline tasks', say.nextTasks],
      [`flowline why ${id}`, say.nextWhy],
    ]),
  ].join('\n');
}

const inJson = ({ table, tasks, isKeptUp }: SentTable, { rows }: PreparedSubmit): unknown => {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return {
    table,
    isKeptUp,
    tasks: tasks.map(({ key, task }) => ({
      id: task,
      row: byKey.get(key)?.row ?? null,
      name: byKey.get(key)?.name ?? null,
    })),
  };
};

async function waitUntilOver(
  context: CommandContext,
  { words }: Terminal,
  client: HubClient,
  sent: SentTable,
  prepared: PreparedSubmit,
  { json }: SubmitOptions,
): Promise<void> {
  const { submit: say } = words;
  const progress = (table: Table): void => {
    const { ended, failed } = endedRuns(table.counts);
    context.printError(say.progress(ended, table.runs, table.counts.running ?? 0, failed));
  };
  const table = await waitForTable(client, sent.table.id, {
    progress,
    away: (reason) => context.printError(say.away(visible(reason))),
  });
  progress(table);
  const warning = await fileKeptUp(context, client, prepared.file, sent.table.id);
  if (warning !== null) context.printError(visible(warning));
  if (json) context.print(jsonText(inJson({ ...sent, table }, prepared)));
  const { failed } = endedRuns(table.counts);
  if (failed > 0) throw new CommandFailure(EXIT.failed, say.failed(failed), say.failedHint(table.id));
}
