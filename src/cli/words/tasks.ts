/** What the commands of the queue say, in both languages. */
import type { Task } from '../../protocol/taskApi.ts';

const plural = (amount: number, one: string): string => `${amount} ${one}${amount === 1 ? '' : 's'}`;

export const taskCommandsEn = {
  bareNumber: (text: string) => `“${text}” is no task id: those look like t${text}`,
  bareNumberHint: (text: string) =>
    `for the task say t${text}; a process is ended by \`flowline processes kill ${text}\``,
  noTaskId: (text: string) => `“${text}” is no task id`,
  noTaskIdHint: 'say one like t42; `flowline tasks` lists them',
  idsOrTable: 'say tasks, or --table, --state and --class, not both',
  nothingNamed: 'which tasks?',
  nothingNamedHint: 'name them, like t42, or say --table, --state or --class',
  noTable: (wanted: string) => `no table is called “${wanted}”`,
  noTables: 'nothing was queued yet; `flowline submit TABLE` queues one',
  tablesAre: (names: string) => `there are: ${names}`,
  nothing:
    'Nothing was queued yet. `flowline submit -- python train.py` queues a command, `flowline submit sweep.csv -- python train.py` a table.',
  none: 'No tasks wait or run; --all shows those that are over.',
  noneSuch: 'No such tasks.',
  more: (shown: number, total: number) => `${shown} of ${total}; --limit shows more, words narrow it`,
  ofRuns: (runs: number) => plural(runs, 'run'),
  over: 'over',
  doneIn: (time: string) => `≈ ${time}`,
  paused: { user: 'paused', failures: 'paused: too many failures in a row' },
  exit: (code: number) => `exit ${code}`,
  peak: (memory: string) => `peak ${memory}`,
  rowOf: (row: number, table: string) => `row ${row} of ${table}`,
  folder: 'folder',
  asks: 'asks per GPU',
  askedBy: {
    row: 'said by the row',
    learned: 'learned from earlier runs',
    table: 'said for the table',
    'whole-card': 'the whole card: nothing is known of it yet',
    none: 'no GPU',
  } satisfies Record<Task['askedBy'], string>,
  parameters: 'parameters',
  happened: 'What happened',
  promised: 'promised',
  left: 'nothing was stopped',
  killQuestion: (total: number, running: number) =>
    `Stop ${plural(total, 'task')}${running > 0 ? `, ${running} of them running` : ''}?`,
  outcome: {
    done: 'done',
    unchanged: 'nothing to do',
    'not-allowed': 'not allowed',
    unknown: 'no such task',
    failed: 'failed',
  },
  nothingToEdit:
    'change what? --memory, --gpus, --model, --node, --priority, --runs, --time-limit, --retries, --name, --first or --before',
  wroteNothing: 'it has written nothing',
  leftOut: (size: string) => `… ${size} left out: the log grew over its limit …`,
};
export type TaskCommandWords = typeof taskCommandsEn;

export const taskCommandsZh: TaskCommandWords = {
  bareNumber: (text) => `“${text}”不是任务号：任务号形如 t${text}`,
  bareNumberHint: (text) => `任务请写 t${text}；结束进程用 \`flowline processes kill ${text}\``,
  noTaskId: (text) => `“${text}”不是任务号`,
  noTaskIdHint: '形如 t42；`flowline tasks` 可列出任务',
  idsOrTable: '请写任务号，或用 --table、--state、--class，不能同时用',
  nothingNamed: '哪些任务？',
  nothingNamedHint: '写任务号，如 t42，或用 --table、--state、--class',
  noTable: (wanted) => `没有叫“${wanted}”的表`,
  noTables: '还没有排过队；`flowline submit 表文件` 可排一个',
  tablesAre: (names) => `现有：${names}`,
  nothing:
    '还没有任何任务。`flowline submit -- python train.py` 排一条命令，`flowline submit sweep.csv -- python train.py` 排一张表。',
  none: '没有等待或运行的任务；--all 显示已结束的。',
  noneSuch: '没有这样的任务。',
  more: (shown, total) => `共 ${total} 个，显示 ${shown} 个；--limit 可显示更多，加词可缩小范围`,
  ofRuns: (runs) => `${runs} 次`,
  over: '已结束',
  doneIn: (time) => `约 ${time}`,
  paused: { user: '已暂停', failures: '已暂停：连续失败太多' },
  exit: (code) => `退出码 ${code}`,
  peak: (memory) => `峰值 ${memory}`,
  rowOf: (row, table) => `${table} 第 ${row} 行`,
  folder: '目录',
  asks: '每卡需要',
  askedBy: {
    row: '由该行指定',
    learned: '从以往运行学到',
    table: '由整张表指定',
    'whole-card': '整张卡：还没有任何了解',
    none: '不用 GPU',
  },
  parameters: '参数',
  happened: '经过',
  promised: '预留',
  left: '没有停止任何任务',
  killQuestion: (total, running) =>
    `停止 ${total} 个任务${running > 0 ? `，其中 ${running} 个正在运行` : ''}？`,
  outcome: {
    done: '完成',
    unchanged: '无需改动',
    'not-allowed': '不允许',
    unknown: '没有这个任务',
    failed: '失败',
  },
  nothingToEdit:
    '改什么？--memory、--gpus、--model、--node、--priority、--runs、--time-limit、--retries、--name、--first 或 --before',
  wroteNothing: '它什么也没有写',
  leftOut: (size) => `… 略去 ${size}：日志超过了上限 …`,
};
