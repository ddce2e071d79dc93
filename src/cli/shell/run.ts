/**
 * `flowline run TABLE`: the table in the foreground, with the shell of the older FlowLine. It joins the hub that runs here,
 * or starts hub and agent itself; it joins the table if that is queued already. Without a terminal it waits until all
 * is over. What runs goes on when the shell ends.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import { isThisMachine } from '../../io/ownAddress.ts';
import { isRefused } from '../../io/refused.ts';
import { visible } from '../../lib/displayText.ts';
import { NO_DIALECTS } from '../../model/dialect.ts';
import type { TableFile } from '../../model/queue.ts';
import { LIVE_STATES } from '../../model/task.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { examplesAnd } from '../help.ts';
import { checkHubUrl, connectHub, DEFAULT_HUB, dataFolderOf, type HubOptions, withHub } from '../options.ts';
import { fileKeptUp } from '../submit/fileKeptUp.ts';
import { type QueueOptions, withQueueOptions } from '../submit/options.ts';
import { prepareSubmit, rowsDone } from '../submit/prepare.ts';
import { sendTable } from '../submit/send.ts';
import { endedRuns, isOver as isTableOver } from '../submit/wait.ts';
import { type Terminal, terminalOf } from '../text/terminal.ts';
import type { ShellSession } from './session.ts';
import { VERBS, verbNamed } from './verbs.ts';
import { watchTable } from './watch.ts';

type RunOptions = HubOptions & QueueOptions;

const PATIENCE_MS = 60_000;

/**
 * Adds the command.
 * @param words what stood after `--`; null where there was none
 * @param runLine runs another command line of the program
 */
export function addRun(
  program: Command,
  context: CommandContext,
  words: readonly string[] | null,
  runLine: (argv: readonly string[]) => Promise<number>,
): void {
  const command = program
    .command('run')
    .argument('<table>', 'a .csv, .xlsx or .json, each row of which is run')
    .usage('[options] TABLE [-- COMMAND…]')
    .description('run a table in the foreground, with the shell of the older FlowLine');
  withQueueOptions(command);
  withHub(command)
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline run sweep.csv -- python train.py',
          'flowline run sweep.csv --max 2 --command-from ./command.py',
          'flowline run sweep.csv < /dev/null         without a shell: until all is over',
        ],
        (help) =>
          help('In the shell: {verbs} exit; help tells more. Lines of ./.flinit are run first.').replace(
            '{verbs}',
            VERBS.map(({ name }) => name).join(' '),
          ),
      ),
    )
    .action((named: string, options: RunOptions) => run(context, named, words, options, runLine));
}

async function run(
  context: CommandContext,
  named: string,
  words: readonly string[] | null,
  options: RunOptions,
  runLine: (argv: readonly string[]) => Promise<number>,
): Promise<void> {
  const terminal = terminalOf(context);
  const dataFolder = dataFolderOf(context, options.data);
  const prepared = await prepareSubmit(context, {
    table: named,
    words,
    options,
    dataFolder,
    runs: 1,
    progress: (rows) => context.printError(terminal.words.submit.reading(rows)),
  });
  const own = await startIfNoneRuns(context, options, dataFolder, terminal);
  try {
    const client = await connectHub(context, options, PATIENCE_MS);
    const before = await queuedBefore(client, prepared.file);
    const { table, isKeptUp } = before
      ? { table: before, isKeptUp: null }
      : await sendTable(client, prepared, () => undefined);
    const done = rowsDone(prepared);
    context.print(
      before
        ? terminal.words.shell.joined(table.id, visible(table.name))
        : terminal.words.shell.queued(table.rows - done, table.id, visible(table.name), done),
    );
    if (isKeptUp === false) context.print(terminal.words.submit.notKeptUp(visible(table.name), table.id));
    try {
      await sit(context, {
        client,
        tableId: table.id,
        terminal,
        hub: options.hub,
        dataFolder,
        runLine,
        options,
      });
    } finally {
      if (own !== null) await finishFile(context, client, table.id, prepared.file);
    }
    await sayWhatGoesOn(context, client, table.id, terminal, own !== null);
  } finally {
    await own?.stop();
  }
}

/** A hub and agent of this program's own, where nobody named a hub and none runs here. */
async function startIfNoneRuns(
  context: CommandContext,
  { hub }: HubOptions,
  dataFolder: string,
  { words }: Terminal,
): Promise<{ stop(): Promise<void> } | null> {
  const { hostname: host, port, origin } = new URL(checkHubUrl(hub, context));
  if (!(await isThisMachine(host)) || !(await isRefused(host, Number(port || 80)))) return null;
  if (origin !== new URL(DEFAULT_HUB).origin && context.environment.FLOWLINE_HUB !== undefined) return null;
  context.printError(words.shell.starting(origin));
  return context.startUp({
    dataFolder,
    listen: { host, port: Number(port || 80) },
    hostNames: [],
    readers: 'link',
    configFiles: [],
    intervalMs: 1000,
    logLevel: 'error',
    dialects: NO_DIALECTS,
  });
}

/** The agent that keeps the file ends with this command, and writes a second after a run ended: it is waited for. */
async function finishFile(
  context: CommandContext,
  client: HubClient,
  table: string,
  file: TableFile | null,
): Promise<void> {
  // What still runs goes on without us: its results are written by the next hub.
  if (!isTableOver(await client.call('table', { parameters: { id: table } }))) return;
  const warning = await fileKeptUp(context, client, file, table);
  if (warning !== null) context.printError(visible(warning));
}

/** The same file, queued and not over: two who keep up one file would be one too many. */
async function queuedBefore(
  client: HubClient,
  file: { path: string; machineId: string; sheet: string | null } | null,
) {
  if (!file) return null;
  const { tables } = await client.call('tables', { query: { whose: 'mine', isOpen: 'true' } });
  return (
    tables.find(
      (table) =>
        table.file?.path === file.path &&
        table.file.machineId === file.machineId &&
        table.file.sheet === file.sheet,
    ) ?? null
  );
}

interface Sitting {
  client: HubClient;
  tableId: string;
  terminal: Terminal;
  hub: string;
  dataFolder: string;
  options: RunOptions;
  runLine: (argv: readonly string[]) => Promise<number>;
}

/** The shell itself: `.flinit`, then lines until `exit`; without a terminal until all is over. */
async function sit(context: CommandContext, sitting: Sitting): Promise<void> {
  const { client, tableId, terminal, dataFolder, runLine, options } = sitting;
  const completions = new Map<'gpu' | 'task', string[]>();
  let isLeaving = false;
  const lines = await context.openLines({
    prompt: 'flowline> ',
    historyPath: join(dataFolder, 'shell-history'),
    complete: (line) => complete(line, completions),
    interrupted: () => lines.say(terminal.words.shell.interrupted),
  });
  const session: ShellSession = {
    client,
    tableId,
    terminal,
    hostname: hostname(),
    say: (text) => lines.say(text),
    delegate: async (argv) => {
      const more = [
        ...(options.tokenFile === undefined ? [] : ['--token-file', options.tokenFile]),
        ...(options.data === undefined ? [] : ['--data', options.data]),
      ];
      await runLine([...argv, '--hub', sitting.hub, ...more]);
    },
  };
  let resolveOver: (failed: number) => void = () => undefined;
  const isOver = new Promise<number>((resolve) => {
    resolveOver = resolve;
  });
  for (const line of await initLines()) {
    // The shell of a table with such a line would be over before anybody saw it.
    if (isExit(line)) session.say(terminal.words.shell.exitPassedOver);
    else await obey(session, line, true);
  }
  void learnCompletions(session, completions);
  const stopWatching = watchTable(session, (table) => resolveOver(endedRuns(table.counts).failed));
  try {
    while (!isLeaving) {
      const line = await lines.next();
      if (line === null) break;
      isLeaving = isExit(line);
      if (!isLeaving) await obey(session, line, false);
      void learnCompletions(session, completions);
    }
    if (isLeaving || context.terminalColumns !== null) return;
    const failed = await isOver;
    if (failed > 0) throw new CommandFailure(EXIT.failed, terminal.words.submit.failed(failed));
  } finally {
    stopWatching();
    await lines.close();
  }
}

const isExit = (line: string): boolean => ['exit', 'quit'].includes(line.trim());

async function obey(session: ShellSession, line: string, isInit: boolean): Promise<void> {
  const [name = '', ...words] = line.trim().split(/\s+/);
  if (name === '' || name.startsWith('#')) return;
  const { words: said } = session.terminal;
  try {
    const verb = verbNamed(name);
    if (!verb) throw new CommandFailure(EXIT.usage, said.shell.unknown(visible(name)));
    await verb.run(session, { words, isInit });
  } catch (failure) {
    // A shell goes on after a mistake; what to do about it stands beside it.
    const hint = failure instanceof CommandFailure || failure instanceof HubFailure ? failure.hint : null;
    const message = failure instanceof Error ? failure.message : String(failure);
    session.say(`${visible(message)}${hint ? `\n  ${visible(hint)}` : ''}`);
  }
}

/** Lines of `./.flinit`, as the older shell ran them at its start. */
async function initLines(): Promise<string[]> {
  const text = await readFile('.flinit', 'utf8').catch(() => '');
  return text.split(/\r?\n/);
}

const complete = (line: string, known: ReadonlyMap<'gpu' | 'task', string[]>): string[] => {
  const [name = '', ...rest] = line.trimStart().split(/\s+/);
  if (rest.length === 0) return [...VERBS.map((verb) => verb.name), 'exit'];
  const completes = verbNamed(name)?.completes ?? null;
  return completes === null ? [] : (known.get(completes) ?? []);
};

async function learnCompletions(
  { client, tableId }: ShellSession,
  known: Map<'gpu' | 'task', string[]>,
): Promise<void> {
  try {
    const [{ gpus }, { tasks }] = await Promise.all([
      client.call('queue'),
      client.call('tasks', { query: { table: tableId, limit: 200 } }),
    ]);
    known.set('gpu', [
      ...gpus.map(({ index }) => String(index)),
      ...gpus.map((gpu) => `${gpu.node}:${gpu.index}`),
    ]);
    known.set(
      'task',
      tasks.map(({ id }) => id),
    );
  } catch {
    // Completion is a convenience: the next line asks again.
  }
}

async function sayWhatGoesOn(
  context: CommandContext,
  client: HubClient,
  tableId: string,
  { words }: Terminal,
  isOwnHub: boolean,
): Promise<void> {
  const { counts, paused } = await client.call('table', { parameters: { id: tableId } });
  const running = LIVE_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const waiting = counts.queued ?? 0;
  if (running + waiting > 0) context.print(words.shell.goesOn(running, waiting, isOwnHub, paused !== null));
}
