/** Tasks as the older FlowLine tells of them (`GET /api/task/list`), and the one it is asked to create. */
import * as z from 'zod';
import { MAX_NAME_CHARACTERS, MAX_RUNS_PER_TASK } from '../../model/limits.ts';
import type { Parameters } from '../../model/queue.ts';
import type { Task } from '../../protocol/taskApi.ts';
import { numberOfTask } from './numbers.ts';
import { type OlderStatus, olderStatus } from './states.ts';

export interface OlderTask {
  cmd: string;
  /** The row's cells as Python writes a dict. */
  dict: string;
  name: string;
  need_run_num: number;
  run_num: number;
  status: OlderStatus;
  task_id: number;
}

type Told = Pick<Task, 'id' | 'name' | 'command' | 'parameters' | 'runNum' | 'needRunNum' | 'state'>;

/** The body: a row for each task. Those that are done are gone from the list, as there; those that failed stay, to be seen. */
export const taskListBody = (tasks: readonly Told[]): OlderTask[] =>
  tasks
    .filter(({ state }) => state !== 'succeeded')
    .map(({ id, name, command, parameters, runNum, needRunNum, state }) => ({
      cmd: command || 'No command',
      dict: pythonDict(parameters),
      name,
      need_run_num: needRunNum,
      run_num: runNum,
      status: olderStatus(state),
      task_id: numberOfTask(id),
    }));

/** `{'lr': 0.1, 'note': "it's"}`: texts that Python would write alike as numbers are numbers, as in the older one's tables. */
export const pythonDict = (cells: Parameters): string =>
  `{${cells.map(([column, text]) => `${pythonText(column)}: ${isPlainNumber(text) ? text : pythonText(text)}`).join(', ')}}`;

const isPlainNumber = (text: string): boolean =>
  /^-?(0|[1-9]\d{0,14})$/.test(text)
    ? text !== '-0'
    : /^-?\d{1,10}\.\d{1,6}$/.test(text) && String(Number(text)) === text;

/** As Python's `repr`: single quotes unless only they are inside. */
function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(
      /[\u0000-\u001f\u007f-\u009f]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

const runs = z.int().min(1).max(MAX_RUNS_PER_TASK);

/** The body of `POST /api/task/create`. */
export const WantedTask = z.object({
  name: z.string().max(MAX_NAME_CHARACTERS).nullish(),
  /** A command line. */
  cmd: z
    .string()
    .min(1)
    .max(64 * 1024),
  /** Forms send it as text. */
  need_run_num: z
    .union([
      runs,
      z
        .string()
        .regex(/^\d{1,6}$/)
        .transform(Number)
        .pipe(runs),
    ])
    .nullish(),
});
export type WantedTask = z.infer<typeof WantedTask>;
