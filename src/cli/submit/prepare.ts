/** Everything that a submit sends, made from the options, the table and where it was typed; nothing is sent here. */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import type { CommandSource } from '../../model/command.ts';
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import type { TableFile } from '../../model/queue.ts';
import type { SubmittedRow, SubmittedTable } from '../../protocol/tableApi.ts';
import { CommandProblem } from '../../tables/command/problem.ts';
import { commandMaker, sourceText } from '../../tables/command/rowCommand.ts';
import { splitTemplate } from '../../tables/command/split.ts';
import { defaultName } from '../../tables/reserved.ts';
import { type CommandContext, CommandFailure, EXIT, wrongUsage } from '../context.ts';
import { terminalOf } from '../text/terminal.ts';
import type { SubmitProblems } from '../words/submitProblems.ts';
import type { QueueOptions } from './options.ts';
import { taskOptionsOf } from './options.ts';
import { type ReadTableFile, readTableFile } from './readTableFile.ts';
import { environmentFor, gitStateOf, workingDirectoryOf } from './surroundings.ts';

export interface PreparedSubmit {
  table: SubmittedTable;
  rows: SubmittedRow[];
  file: TableFile | null;
  /** Rows whose own command in `cmd` is not used, because one was given for all. */
  commandsPassedOver: number;
}

export interface SubmitRequest {
  /** File of the table as it was typed; null: a command by itself. */
  table: string | null;
  /** What stood after `--`; null where there was no `--`. */
  words: readonly string[] | null;
  options: QueueOptions;
  dataFolder: string;
  /** Runs of a command by itself. */
  runs: number;
  progress(rows: number): void;
}

/** Rows of which nothing will run: their table says that they have run as often as wanted. */
export const rowsDone = ({ rows }: Pick<PreparedSubmit, 'rows'>): number =>
  rows.filter(({ runNum, needRunNum }) => runNum >= needRunNum).length;

/** @throws CommandFailure where something of it cannot be understood */
export async function prepareSubmit(
  context: CommandContext,
  request: SubmitRequest,
): Promise<PreparedSubmit> {
  const { options, words } = request;
  const problems = terminalOf(context).words.submitProblems;
  const workingDirectory = await workingDirectoryOf(options.cwd, context.environment, problems);
  const machineId = await context.machineId(request.dataFolder);
  const uid = process.getuid?.() ?? 0;
  const read =
    request.table === null
      ? null
      : await readTableFile({
          named: request.table,
          sheet: options.sheet ?? null,
          results: options.results,
          machineId: machineId ?? '',
          uid,
          progress: request.progress,
          problems,
        });
  const source = await sourceOf(context, options, words, read, workingDirectory);
  const rows = read
    ? tableRows(read, source, request.table ?? '', problems)
    : [singleRow(source, request, problems)];
  const [environment, git] = await Promise.all([
    environmentFor(options, context.environment, problems),
    gitStateOf(workingDirectory),
  ]);
  if (options.here && machineId === null) {
    throw wrongUsage(problems.noMachineId);
  }
  const file = read && { ...read.file, commandSource: source };
  return {
    rows,
    file,
    commandsPassedOver:
      read && !isOwnCommand(source) ? read.rows.filter(({ command }) => command !== null).length : 0,
    table: {
      name: nameOf(options, request.table, rows),
      owner: context.userName,
      file,
      command: sourceText(source),
      options: taskOptionsOf(options),
      maxRunning: options.max ?? null,
      hold: options.hold ?? false,
      workingDirectory,
      environment,
      machineId: options.here ? machineId : null,
      gpuOrder: await gpuOrderOf(context, options, workingDirectory),
      ...git,
    },
  };
}

const isOwnCommand = (source: CommandSource): boolean => source.kind === 'column' && source.column === 'cmd';

function nameOf({ name }: QueueOptions, table: string | null, rows: readonly SubmittedRow[]): string {
  return (name ?? (table === null ? (rows[0]?.name ?? '') : basename(table))).slice(0, MAX_NAME_CHARACTERS);
}

/** Where commands come from. @throws CommandFailure where that is said twice, or not at all */
async function sourceOf(
  context: CommandContext,
  options: QueueOptions,
  words: readonly string[] | null,
  read: ReadTableFile | null,
  workingDirectory: string,
): Promise<CommandSource> {
  const problems = terminalOf(context).words.submitProblems;
  const said: [string, CommandSource][] = [];
  if (words) said.push(['--', { kind: 'words', words: [...words] }]);
  if (options.command !== undefined)
    said.push(['--command', { kind: 'template', template: options.command }]);
  if (options.commandFrom !== undefined)
    said.push([
      '--command-from',
      {
        kind: 'program',
        program: await programOf(options.commandFrom, '--command-from', workingDirectory, problems),
      },
    ]);
  if (options.flow !== undefined)
    said.push([
      '--flow',
      { kind: 'program', program: await flowProgram(context, options.flow, workingDirectory) },
    ]);
  if (options.commandColumn !== undefined)
    said.push([
      '--command-column',
      { kind: 'column', column: columnOf(options.commandColumn, read, problems) },
    ]);
  const [first, second] = said;
  if (second) throw wrongUsage(problems.saidTwice(said.map(([by]) => by)));
  if (first) return first[1];
  if (read?.rows.some(({ command }) => command !== null)) return { kind: 'column', column: 'cmd' };
  const column = read?.columns.find((name) => /^(my)?_?(cmd|command)$/i.test(name) && name !== 'cmd');
  throw wrongUsage(problems.noCommand(read !== null, column ?? null));
}

function columnOf(column: string, read: ReadTableFile | null, problems: SubmitProblems): string {
  if (read?.columns.includes(column)) return column;
  throw wrongUsage(problems.noColumn(column, read?.columns ?? null));
}

/**
 * A program of the user's as words: a file of the working folder by its whole path. A Python or Node file that is not
 * executable is run by its interpreter.
 */
async function programOf(
  text: string,
  option: string,
  workingDirectory: string,
  problems: SubmitProblems,
): Promise<string[]> {
  let words: string[];
  try {
    words = splitTemplate(text, () => false).words.map(({ pieces }) =>
      pieces.map((piece) => ('text' in piece ? piece.text : `{${piece.placeholder}}`)).join(''),
    );
  } catch (failure) {
    if (failure instanceof CommandProblem) throw commandFailure(failure, option, problems);
    throw failure;
  }
  const [file, ...rest] = words;
  if (file === undefined) throw wrongUsage(problems.noProgram(option));
  const path = isAbsolute(file) ? file : resolve(workingDirectory, file);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) {
    if (!file.includes('/')) return words;
    throw wrongUsage(problems.noFile(option, path));
  }
  const isExecutable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (isExecutable) return [path, ...rest];
  if (path.endsWith('.py')) return ['python3', path, ...rest];
  throw wrongUsage(problems.notExecutable(option, path, file));
}

/** Our own hidden role, which loads the file on the node, as its owner. */
async function flowProgram(
  context: CommandContext,
  file: string,
  workingDirectory: string,
): Promise<string[]> {
  const path = resolve(workingDirectory, file);
  if (!(await stat(path).catch(() => null))?.isFile())
    throw wrongUsage(terminalOf(context).words.submitProblems.noFile('--flow', path));
  return [...context.selfCommand, 'flow-runner', path];
}

/** A program that orders GPUs; a flow orders them with its own `compare`, if it has one. */
async function gpuOrderOf(
  context: CommandContext,
  options: QueueOptions,
  workingDirectory: string,
): Promise<string[] | null> {
  if (options.gpuOrder !== undefined)
    return programOf(
      options.gpuOrder,
      '--gpu-order',
      workingDirectory,
      terminalOf(context).words.submitProblems,
    );
  if (options.flow === undefined) return null;
  const path = resolve(workingDirectory, options.flow);
  const { isOrdering } = await describeFlow(context, path);
  return isOrdering ? flowProgram(context, options.flow, workingDirectory) : null;
}

/** Loads the flow once here, as its owner and in a child, so that a mistake in it is told at once. */
async function describeFlow(context: CommandContext, path: string): Promise<{ isOrdering: boolean }> {
  const [file = '', ...args] = context.selfCommand;
  return new Promise((done, fail) => {
    execFile(
      file,
      [...args, 'flow-runner', '--describe', path],
      { timeout: 15_000 },
      (failure, stdout, stderr) => {
        if (!failure) return done({ isOrdering: /"compare"/.test(stdout) });
        const reason = stderr.trim().slice(0, 1000) || failure.message;
        fail(new CommandFailure(EXIT.usage, `--flow ${path}: ${reason}`, null));
      },
    );
  });
}

function singleRow(
  source: CommandSource,
  { options, runs }: SubmitRequest,
  problems: SubmitProblems,
): SubmittedRow {
  if (source.kind === 'column') throw wrongUsage(problems.noCommand(false, null));
  const row = { row: 1, command: null, runNum: 0, needRunNum: runs, parameters: [] };
  const name = (options.name ?? sourceText(source)).slice(0, MAX_NAME_CHARACTERS);
  try {
    const command = commandMaker(source, [])({ ...row, name });
    return { key: 'command', row: 1, name, runNum: 0, needRunNum: runs, parameters: [], command };
  } catch (failure) {
    throw asUsage(failure, null, problems);
  }
}

function tableRows(
  { rows, columns, file }: ReadTableFile,
  source: CommandSource,
  named: string,
  problems: SubmitProblems,
): SubmittedRow[] {
  let make: ReturnType<typeof commandMaker>;
  try {
    make = commandMaker(source, columns);
  } catch (failure) {
    throw asUsage(failure, null, problems);
  }
  return rows.map((row) => {
    try {
      return {
        key: row.key,
        row: row.row,
        name: row.name ?? defaultName(row.row - 1),
        runNum: row.runNum,
        needRunNum: row.needRunNum,
        parameters: row.parameters,
        command: make(row),
      };
    } catch (failure) {
      throw asUsage(failure, problems.place({ file: named, sheet: file.sheet, row: row.row }), problems);
    }
  });
}

/** @param place of the row, or the option that said it; null where there is only one command */
const asUsage = (failure: unknown, place: string | null, problems: SubmitProblems): unknown =>
  failure instanceof CommandProblem ? commandFailure(failure, place, problems) : failure;

function commandFailure(
  failure: CommandProblem,
  place: string | null,
  { problem, at }: SubmitProblems,
): CommandFailure {
  const { what, hint } = problem(failure);
  return wrongUsage({ what: place === null ? what : at(place, what), hint });
}
