/** `flowline edit`: changes what waiting tasks ask for, how often they run, and when it is their turn. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../../lib/durations.ts';
import { type RunState, TaskId } from '../../model/task.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import { parseMemory, parsePriority, wholeNumber } from '../options.ts';
import { changesText } from './changesText.ts';
import { checkResults, describeResults } from './results.ts';
import { leftAlone, narrowed, type SelectionOptions, selectionOf, withSelection } from './selection.ts';

interface EditOptions extends FleetOptions, SelectionOptions {
  memory?: number | 'learned';
  gpus?: number;
  model?: string;
  node?: string;
  priority?: number;
  runs?: number;
  timeLimit?: number | 'none';
  retries?: number;
  name?: string;
  first?: boolean;
  before?: string;
  last?: boolean;
  behind?: string;
}

const ANSWER_PATIENCE_MS = 60_000;
/** Of a table those are meant that can still be changed. */
const WAITING: readonly RunState[] = ['queued', 'held'];

/** A word that takes a limit away, or what `parse` makes of the text. Not null: commander takes that for no value. */
const orWord =
  <Value, Word extends string>(word: Word, parse: (text: string) => Value) =>
  (text: string): Value | Word =>
    text === word ? word : parse(text);

/** Adds the command. */
export function addEdit(program: Command, context: CommandContext): void {
  withSelection(withFleet(program.command('edit')))
    .argument('[task...]', 'tasks, like t42')
    .description('change waiting tasks: memory, GPUs, priority, runs, order')
    .addOption(
      new Option(
        '--memory <size>',
        'promised per GPU, like 20G; `learned` leaves it to what was seen',
      ).argParser(orWord('learned', parseMemory)),
    )
    .addOption(new Option('--gpus <n>', 'how many GPUs').argParser(wholeNumber(0, 64)))
    .option('--model <words>', 'words of the model, like H100; `any` for any')
    .option('--node <machine>', 'only on this machine; `any` for any')
    .addOption(
      new Option('--priority <n>', 'higher goes first, -100 to 100; above 0 for administrators').argParser(
        parsePriority,
      ),
    )
    .addOption(new Option('--runs <n>', 'how often it is to succeed').argParser(wholeNumber(0, 100_000)))
    .addOption(
      new Option('--time-limit <time>', 'like 2h; `none` takes it away').argParser(
        orWord('none', parseSeconds),
      ),
    )
    .addOption(
      new Option('--retries <n>', 'how often a failure of the program is tried again').argParser(
        wholeNumber(0, 1000),
      ),
    )
    .option('--name <text>', 'another name')
    .option('--first', 'to the front of its priority')
    .option('--last', 'to the end of its priority')
    .addOption(new Option('--before <task>', 'right before this task').argParser(parseTask))
    .addOption(new Option('--behind <task>', 'right behind this task').argParser(parseTask))
    .addHelpText(
      'after',
      examples(
        'flowline edit t42 --memory 20G',
        'flowline edit --table sweep.csv --state queued --priority -5',
        'flowline edit t42 --runs 3 --first',
        'flowline edit t42 t43 --before t17',
        'flowline edit t42 --memory learned --model any',
      ),
    )
    .action((ids: string[], options: EditOptions) => edit(context, ids, options));
}

async function edit(context: CommandContext, ids: readonly string[], options: EditOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options, ANSWER_PATIENCE_MS);
  const { memory, gpus, model, node, priority, runs, timeLimit, retries, name } = options;
  const places = [options.first, options.last, options.before, options.behind].filter(Boolean);
  if (places.length > 1) throw new CommandFailure(EXIT.usage, terminal.words.tasks.onePlace);
  const before = options.first ? 'first' : options.before;
  const behind = options.last ? 'last' : options.behind;
  const changes = {
    ...(memory === undefined ? {} : { memoryBytes: memory === 'learned' ? null : memory }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(model === undefined ? {} : { model: model === 'any' ? null : model }),
    ...(node === undefined ? {} : { node: node === 'any' ? null : node }),
    ...(priority === undefined ? {} : { priority }),
    ...(runs === undefined ? {} : { needRunNum: runs }),
    ...(timeLimit === undefined ? {} : { timeLimitSeconds: timeLimit === 'none' ? null : timeLimit }),
    ...(retries === undefined ? {} : { retries }),
    ...(name === undefined ? {} : { name }),
    ...(before === undefined ? {} : { before }),
    ...(behind === undefined ? {} : { behind }),
  };
  if (Object.keys(changes).length === 0)
    throw new CommandFailure(EXIT.usage, terminal.words.tasks.nothingToEdit);
  const named = await selectionOf(client, ids, options, terminal.words);
  // How often it runs and what it is called may change of what runs and of what is over.
  const isOfAny = Object.keys(changes).every((change) => change === 'needRunNum' || change === 'name');
  const left = isOfAny ? 0 : await leftAlone(client, named, WAITING);
  const select = isOfAny ? named : narrowed(named, WAITING);
  const { results } = await client.call('editTasks', { body: { select, changes } });
  answer({ results }, () =>
    describeResults(results, terminal, {
      done: terminal.words.tasks.changed,
      told: changesText(changes, terminal.words),
      left,
    }),
  );
  checkResults(results);
}

function parseSeconds(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 1000)
    throw new InvalidArgumentError('say a time like 90s or 2h');
  return milliseconds / 1000;
}

function parseTask(text: string): string {
  if (!TaskId.safeParse(text).success) throw new InvalidArgumentError('say a task, like t42');
  return text;
}
