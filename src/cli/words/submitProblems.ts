/** What is wrong with a submit as it was typed, in both languages: what, and what to do. */
import type { NotOurFile, NotOurFileReason } from '../../io/ownedFile.ts';
import type { CommandProblem } from '../../tables/command/problem.ts';
import { placeText, type TablePlace, type TableProblem } from '../../tables/problem.ts';
import { placeZh, problemZh } from '../../tables/problemsZh.ts';

export interface Problem {
  what: string;
  hint: string | null;
}

export const submitProblemsEn = {
  /** Of a table, or of a command. */
  problem: ({ message, hint }: TableProblem | CommandProblem): Problem => ({ what: message, hint }),
  notOurFile: ({ message, hint }: NotOurFile): Problem => ({ what: message, hint }),
  place: (place: TablePlace): string => placeText(place),
  at: (place: string, what: string): string => `${place}: ${what}`,
  noFolder: (option: string, named: string, isThere: boolean): Problem => ({
    what: `${option} ${named}: ${isThere ? 'is no folder' : 'is not there'}`,
    hint: 'name the folder that the command is to run in',
  }),
  noPython: (option: string, named: string, path: string): Problem => ({
    what: `${option} ${named}: there is no ${path}`,
    hint: 'name the folder that holds bin/python',
  }),
  condaSilent: (name: string): Problem => ({
    what: `--conda ${name}: conda did not answer`,
    hint: "name the environment's folder instead: --conda /path/to/envs/NAME",
  }),
  noConda: (name: string, names: string): Problem => ({
    what: `--conda ${name}: there is no such environment`,
    hint: `there are: ${names}`,
  }),
  /** `largest`: its name, and how many KiB. */
  environmentTooLarge: (mostKib: number, largest: readonly [string, number] | null): Problem => ({
    what: `the environment is too large to pass on: at most ${mostKib} KiB in all and 128 KiB a variable`,
    hint: largest && `the largest is ${largest[0]}, ${largest[1]} KiB: unset it first`,
  }),
  noProgram: (option: string): Problem => ({
    what: `${option}: no program is named`,
    hint: 'like ./command.py',
  }),
  noFile: (option: string, path: string): Problem => ({
    what: `${option}: there is no file ${path}`,
    hint: null,
  }),
  notExecutable: (option: string, path: string, file: string): Problem => ({
    what: `${option}: ${path} is not executable`,
    hint: `chmod +x ${file}`,
  }),
  onlyOneTable: (more: string, line: string): Problem => ({
    what: `only one table can be submitted, not also ${more}`,
    hint: `a command goes after --, like: flowline submit -- ${line}`,
  }),
  noSuchFile: (file: string): Problem => ({
    what: `${file}: there is no such file`,
    hint: 'a command to queue goes after --, like: flowline submit -- python train.py',
  }),
  mayNotRead: (file: string): Problem => ({ what: `${file}: you may not read it`, hint: null }),
  noMachineId: {
    what: '--here: this machine has no id that a hub could know it by',
    hint: 'start `flowline agent` or `flowline up` here first, or name it: --node NAME',
  } as Problem,
  saidTwice: (by: readonly string[]): Problem => ({
    what: `the command is said twice: by ${by.join(' and ')}`,
    hint: 'say it once',
  }),
  /** `column`: one of the table's that looks like the command. */
  noCommand: (isTable: boolean, column: string | null): Problem => ({
    what: isTable ? 'what is a row to run? There is no command' : 'what is to run? There is no command',
    hint:
      column === null
        ? isTable
          ? 'say it after the table and --, like: sweep.csv -- python train.py (each cell is added as --column value), or with --command'
          : 'say it after --, like: flowline submit -- python train.py, or with --command'
        : `the column ${column} looks like one: --command-column ${column}; or say one after --`,
  }),
  /** `columns` null: there is no table. */
  noColumn: (column: string, columns: readonly string[] | null): Problem =>
    columns === null
      ? { what: '--command-column is for a table', hint: null }
      : {
          what: `--command-column: there is no column ${column}`,
          hint: `columns: ${columns.join(', ')}`,
        },
};
export type SubmitProblems = typeof submitProblemsEn;

const NOT_OUR_FILE: Record<NotOurFileReason, readonly [what: string, hint: string]> = {
  link: ['是链接', '请写文件本身'],
  'other-owner': ['不是你的文件', '请复制一份，用副本'],
  'too-large': ['文件太大', '请拆成几个文件'],
  folder: ['不是文件', '它是文件夹'],
  'no-file': ['不是文件', '请写一个文件'],
};

export const submitProblemsZh: SubmitProblems = {
  problem: problemZh,
  notOurFile: ({ reason, path }) => ({
    what: `${path}：${NOT_OUR_FILE[reason][0]}`,
    hint: NOT_OUR_FILE[reason][1],
  }),
  place: placeZh,
  at: (place, what) => `${place}：${what}`,
  noFolder: (option, named, isThere) => ({
    what: `${option} ${named}：${isThere ? '不是文件夹' : '不存在'}`,
    hint: '请写命令要在其中运行的文件夹',
  }),
  noPython: (option, named, path) => ({
    what: `${option} ${named}：没有 ${path}`,
    hint: '请写含有 bin/python 的文件夹',
  }),
  condaSilent: (name) => ({
    what: `--conda ${name}：conda 没有回答`,
    hint: '请改写环境的文件夹：--conda /path/to/envs/NAME',
  }),
  noConda: (name, names) => ({ what: `--conda ${name}：没有这个环境`, hint: `现有：${names}` }),
  environmentTooLarge: (mostKib, largest) => ({
    what: `环境变量太大，无法传递：总共最多 ${mostKib} KiB，每个最多 128 KiB`,
    hint: largest && `最大的是 ${largest[0]}，${largest[1]} KiB：请先取消它`,
  }),
  noProgram: (option) => ({ what: `${option}：没有写程序`, hint: '如 ./command.py' }),
  noFile: (option, path) => ({ what: `${option}：没有文件 ${path}`, hint: null }),
  notExecutable: (option, path, file) => ({ what: `${option}：${path} 不可执行`, hint: `chmod +x ${file}` }),
  onlyOneTable: (more, line) => ({
    what: `一次只能提交一张表，不能再加 ${more}`,
    hint: `命令写在 -- 之后，如：flowline submit -- ${line}`,
  }),
  noSuchFile: (file) => ({
    what: `${file}：没有这个文件`,
    hint: '要排队的命令写在 -- 之后，如：flowline submit -- python train.py',
  }),
  mayNotRead: (file) => ({ what: `${file}：你无权读取`, hint: null }),
  noMachineId: {
    what: '--here：这台机器没有中心能识别的编号',
    hint: '请先在这里启动 `flowline agent` 或 `flowline up`，或指明机器：--node 名称',
  },
  saidTwice: (by) => ({ what: `命令给了两次：${by.join(' 和 ')}`, hint: '请只给一次' }),
  noCommand: (isTable, column) => ({
    what: isTable ? '每一行运行什么？没有给出命令' : '运行什么？没有给出命令',
    hint:
      column === null
        ? isTable
          ? '写在表和 -- 之后，如：sweep.csv -- python train.py（每个单元格以 --列名 值 附加），或用 --command'
          : '写在 -- 之后，如：flowline submit -- python train.py，或用 --command'
        : `列 ${column} 看起来是命令：--command-column ${column}；或在 -- 之后给出`,
  }),
  noColumn: (column, columns) =>
    columns === null
      ? { what: '--command-column 只用于表', hint: null }
      : { what: `--command-column：没有列 ${column}`, hint: `现有的列：${columns.join('，')}` },
};
