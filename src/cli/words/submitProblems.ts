/** What is wrong with a submit as it was typed, in both languages: what, and what to do. */

export interface Problem {
  what: string;
  hint: string | null;
}

export const submitProblemsEn = {
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
        ? 'say it after --, like: flowline submit sweep.csv -- python train.py (each cell is added as --column value), or with --command'
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

export const submitProblemsZh: SubmitProblems = {
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
        ? '写在 -- 之后，如：flowline submit sweep.csv -- python train.py（每个单元格以 --列名 值 附加），或用 --command'
        : `列 ${column} 看起来是命令：--command-column ${column}；或在 -- 之后给出`,
  }),
  noColumn: (column, columns) =>
    columns === null
      ? { what: '--command-column 只用于表', hint: null }
      : { what: `--command-column：没有列 ${column}`, hint: `现有的列：${columns.join('，')}` },
};
