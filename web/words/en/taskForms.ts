/** English words of what is asked before something is done to tasks: submitting, stopping, changing. */
import { plural } from './plural.ts';

export const taskForms = {
  newTask: {
    command: 'Submit a command',
    table: 'Queue a table',
    fields: {
      command: 'Command',
      directory: 'Working directory',
      name: 'Name',
      gpus: 'GPUs',
      memory: 'Memory per GPU',
      model: 'Model',
      node: 'Machine',
      priority: 'Priority',
      retries: 'Retries of failures',
      timeLimit: 'Time limit',
      maxRunning: 'At once, at most',
      environment: 'Environment',
      file: 'Table',
    },
    directoryHint: 'On the machine that runs it; a path from /.',
    memoryHint: 'empty: learned',
    anyMachine: 'any that may',
    environmentHint:
      'NAME=value, one a line, beside what the machine’s account has. Kept until the last run is over, shown to nobody.',
    more: 'More',
    hold: 'hold it until it is released',
    choose: 'Choose a .csv, .xlsx or .json file, or drop it here',
    another: 'Another file',
    reading: 'being read…',
    read: (rows: string, columns: number, sheet: string | null) =>
      `${rows} rows, ${plural(columns, 'column')}${sheet === null ? '' : `, sheet ${sheet}`}`,
    column: 'What each column is',
    roles: {
      parameter: 'parameter',
      name: 'name of the run',
      runNum: 'run_num',
      needRunNum: 'need_run_num',
      command: 'command of the row',
      ignored: 'left out',
    },
    firstRows: (shown: number, all: string) => `The first ${shown} of ${all} rows`,
    append: 'add each column as --column value',
    appendHint:
      'Or name columns in the command, like --lr {lr}; {gpu}, {run} and {task} are known at the start.',
    preview: 'What the first rows run, one argument each',
    previewShell: 'by a shell',
    empty: 'The table has no row.',
    try: 'Try without queueing',
    queue: 'Queue it',
    queueRows: (rows: string) => `Queue ${rows} rows`,
    queueing: (done: string, all: string) => `${done} of ${all} rows are queued…`,
    would: (now: number, all: number) =>
      now === 0 ? 'None would start now.' : `${now} of ${plural(all, 'row')} would start now`,
    wouldOn: (places: string) => ` on ${places}.`,
    comma: ', ',
    isDone: 'has run as often as its row wants',
    others: 'The others wait:',
    times: (amount: number) => `${amount} ×`,
    wrong: (field: string, example: string) => `${field} is not understood; write it like ${example}.`,
    needed: (field: string) => `${field} is needed.`,
    badEnvironment: (line: string) => `“${line}” is no NAME=value.`,
    noFlags: 'A command that needs a shell (pipes, variables, …) takes columns by name: {column}.',
    wroteBack:
      'A table that is queued here is a copy: results are not written into your file. `flowline submit TABLE` keeps it up.',
  },
  question: {
    kill: {
      title: (amount: number) =>
        amount === 1 ? 'Stop this task?' : `Stop these ${amount.toLocaleString('en')} tasks?`,
      explain:
        'What runs is asked to stop (SIGTERM) and ended after its grace; what waits is taken out of the queue. Neither starts again by itself.',
      confirm: (amount: number) => (amount === 1 ? 'Stop it' : `Stop all ${amount.toLocaleString('en')}`),
    },
    gone: {
      title: (amount: number) => (amount === 1 ? 'Is its process gone?' : `Are these ${amount} gone?`),
      explain:
        'Only say so if you looked: the machine was switched off, or the process is not there any more. It may then start elsewhere, and two of it would write the same files.',
      confirm: (_amount: number) => 'It is gone',
    },
    more: (amount: number) => `and ${amount.toLocaleString('en')} more`,
    doing: 'The hub is being asked…',
    done: (done: number, all: number) => `${done} of ${all} done. The others:`,
  },
  edit: {
    title: (amount: number) =>
      amount === 1 ? 'Change this task' : `Change these ${amount.toLocaleString('en')} tasks`,
    hint: 'What is left empty stays as it is; “-” takes a wish away. What runs goes on as it was started.',
    save: 'Change',
    wrong: (field: string, example: string) => `${field} is not understood; write it like ${example}.`,
    fields: {
      memory: 'Memory per GPU',
      gpus: 'GPUs',
      priority: 'Priority',
      model: 'Model',
      node: 'Machine',
      runs: 'Runs wanted',
      retries: 'Retries of failures',
      timeLimit: 'Time limit',
    },
    examples: {
      memory: '40G',
      gpus: '1',
      priority: '10',
      model: 'H100',
      node: 'atlas',
      runs: '3',
      retries: '1',
      timeLimit: '2h',
    },
  },
  tableEdit: {
    title: (name: string) => `Change ${name}`,
    hint: 'For its rows that wait; a row that says its own memory keeps it. What runs goes on.',
    blank: { maxRunning: 'no limit', priority: '0', memory: 'learned' },
    examples: { maxRunning: '8', priority: '10', memory: '20G' },
  },
};
