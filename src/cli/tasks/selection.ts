/** Which tasks a command means: ids, or all of a table that are in a state. Read the same way by every command of the queue. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HubClient } from '../../client/hubClient.ts';
import { EndClass, RunState, TaskId } from '../../model/task.ts';
import type { Selection } from '../../protocol/taskApi.ts';
import { CommandFailure, EXIT } from '../context.ts';
import type { Words } from '../words/words.ts';

export interface SelectionOptions {
  table?: string;
  state?: RunState[];
  class?: EndClass[];
  everyone?: boolean;
}

const wordsOf =
  <Word extends string>(options: readonly Word[]) =>
  (text: string): Word[] =>
    text.split(',').map((part) => {
      const word = part.trim().replaceAll('-', '_') as Word;
      if (!options.includes(word)) throw new InvalidArgumentError(`say one of ${options.join(', ')}`);
      return word;
    });

/** Adds `--table`, `--state`, `--class`, `--everyone`. */
export function withSelection(command: Command): Command {
  return command
    .option('--table <table>', 'all of a table, by its id (b7) or name')
    .addOption(
      new Option('--state <states>', 'in these states, with commas between: queued,held').argParser(
        wordsOf(RunState.options),
      ),
    )
    .addOption(
      new Option('--class <classes>', 'that ended for these reasons: gpu_oom,infra').argParser(
        wordsOf(EndClass.options),
      ),
    )
    .option('--everyone', "everybody's, not only your own (administrators)");
}

/**
 * A task id, `t42`.
 * @param mayMeanProcess whether the command could as well be meant for a process: a bare number is then told how to end one
 * @throws CommandFailure that says what an id looks like
 */
export function checkTaskId(text: string, words: Words, mayMeanProcess = false): string {
  if (TaskId.safeParse(text).success) return text;
  if (/^\d+$/.test(text)) {
    throw new CommandFailure(
      EXIT.usage,
      words.tasks.bareNumber(text),
      words.tasks.bareNumberHint(text, mayMeanProcess),
    );
  }
  throw new CommandFailure(EXIT.usage, words.tasks.noTaskId(text), words.tasks.noTaskIdHint);
}

/**
 * The selection as the hub takes it.
 * @throws CommandFailure where nothing was named: everything is never meant by saying nothing.
 */
export async function selectionOf(
  client: HubClient,
  ids: readonly string[],
  options: SelectionOptions,
  words: Words,
): Promise<Selection> {
  const isWide = options.table !== undefined || options.state !== undefined || options.class !== undefined;
  if (ids.length > 0 && isWide) throw new CommandFailure(EXIT.usage, words.tasks.idsOrTable);
  if (ids.length > 0) return { ids: ids.map((id) => checkTaskId(id, words, true)) };
  if (!isWide) throw new CommandFailure(EXIT.usage, words.tasks.nothingNamed, words.tasks.nothingNamedHint);
  return {
    ...(options.table === undefined ? {} : { table: await tableIdNamed(client, options.table, words) }),
    ...(options.state === undefined ? {} : { states: options.state }),
    ...(options.class === undefined ? {} : { classes: options.class }),
    whose: options.everyone ? 'all' : 'mine',
  };
}

/** A selection by table alone, in the states that an act is about: what runs or is over is not meant by it. */
export function narrowed(select: Selection, states: readonly RunState[]): Selection {
  return isByTable(select) ? { ...select, states: [...states] } : select;
}

/** How many tasks `narrowed` leaves out. */
export async function leftAlone(
  client: HubClient,
  select: Selection,
  states: readonly RunState[],
): Promise<number> {
  if (!isByTable(select) || select.table === undefined) return 0;
  const { total, counts } = await client.call('tasks', {
    query: { limit: 1, whose: select.whose ?? 'mine', table: select.table },
  });
  return Math.max(0, total - states.reduce((sum, state) => sum + (counts[state] ?? 0), 0));
}

const isByTable = (select: Selection): select is Exclude<Selection, { ids: string[] }> =>
  !('ids' in select) && select.states === undefined && select.classes === undefined;

/** The id of the table with this id or name; of several with one name the newest. @throws CommandFailure */
export async function tableIdNamed(client: HubClient, wanted: string, words: Words): Promise<string> {
  const { tables } = await client.call('tables', { query: { whose: 'all' } });
  const found =
    tables.find(({ id }) => id === wanted) ??
    tables.find(({ name, file }) => name === wanted || file?.path === wanted);
  if (found) return found.id;
  throw new CommandFailure(
    EXIT.failed,
    words.tasks.noTable(wanted),
    tables.length === 0
      ? words.tasks.noTables
      : words.tasks.tablesAre(
          tables
            .slice(0, 8)
            .map(({ id, name }) => `${id} ${name}`)
            .join(', '),
        ),
  );
}
