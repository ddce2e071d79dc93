/** Of `submit` and `run`. */
import { RESULT_COLUMNS } from '../../../tables/reserved.ts';

export const submitHelpZh: Record<string, string> = {
  'queue a command, or each row of a table, for whatever GPU is free':
    '让一条命令或一张表的每一行排队，在空闲的 GPU 上运行',
  'run a table in the foreground, with the shell of the older FlowLine':
    '在前台运行一张表，带旧 FlowLine 的命令行',
  'a .csv, .xlsx or .json whose rows are queued; without one the command by itself':
    '一个 .csv、.xlsx 或 .json 文件，其每一行都排队；不写则只排命令本身',
  'a .csv, .xlsx or .json, each row of which is run': '一个 .csv、.xlsx 或 .json 文件，其每一行都运行',

  "what a row runs, like 'prog --lr {lr} {gpu}': {column} is the row's cell, {gpu} {gpus} {run} {attempt} {task} {row} what the start knows":
    "一行运行什么，如 'prog --lr {lr} {gpu}'：{列名} 是该行的单元格，{gpu} {gpus} {run} {attempt} {task} {row} 在启动时填入",
  'a program that is told row and GPUs as JSON and answers the command (docs/flows.md)':
    '一个程序：收到 JSON 形式的行和 GPU，回答要运行的命令（docs/flows.md）',
  'the column that holds the command of each row': '存放每行命令的列',
  'a TypeScript or JavaScript file with command(row, gpu, gpus) and compare(a, b)':
    'TypeScript 或 JavaScript 文件，含 command(row, gpu, gpus) 和 compare(a, b)',
  'the sheet of an .xlsx (else its first)': '.xlsx 的工作表（否则用第一张）',
  [`also keep these up in the table: all, or some of ${RESULT_COLUMNS.join(',')}`]: `在表中也同步这些列：all，或其中几个：${RESULT_COLUMNS.join(',')}`,
  'GPUs of one run, all on one machine; 0 for none': '一次运行用几块 GPU，须在同一台机器上；0 表示不用',
  'GPU memory that a run takes on each, like 20G (else learned)':
    '一次运行在每块 GPU 上占用的显存，如 20G（否则按实际用量推断）',
  'only on this machine that the command is typed on': '只在输入命令的这台机器上运行',
  'a program that orders free GPUs: which is taken first': '给空闲 GPU 排序的程序：先用哪一块',
  'runs of it at once': '同时运行多少次',
  'higher goes first, from -100 to 100; above 0 for administrators (flowline queue)':
    '数大者优先，-100 到 100；大于 0 须为管理员（见 flowline queue）',
  'how often a run is tried again whose program failed': '程序失败后，该次运行再试几次',
  'a run is stopped after this, like 90s, 2h': '一次运行超过此时间即停止，如 90s、2h',
  'how long a run has between SIGTERM and SIGKILL': 'SIGTERM 与 SIGKILL 之间的宽限',
  'wait for a task: ok:t7 until it succeeded, end:t7 until it ended; may be given again':
    '等待另一个任务：ok:t7 等它成功，end:t7 等它结束；可重复',
  'not before this: in 2h, or 2026-12-24T20:00 of this machine':
    '不早于此时启动：2h（之后），或本机时间 2026-12-24T20:00',
  'queue it, and start nothing until `flowline release`': '排队但暂缓，直到 `flowline release` 放行',
  'may be started elsewhere when its machine is silent for 15 min':
    '所在机器 15 分钟没有消息时，可在别处重新启动',
  'an exit code that means: out of GPU memory; may be given again': '表示显存不足的退出码；可重复',
  'a text of its output that means the same; may be given again': '输出中表示显存不足的文字；可重复',
  'where it runs (else here)': '在哪个文件夹里运行（否则为当前文件夹）',
  'a variable beside those of this shell; may be given again': '在当前环境变量之外再加一个；可重复',
  "with this virtual environment's python": '用这个虚拟环境的 python',
  'with this conda environment, by name or folder': '用这个 conda 环境，写名称或文件夹',
  'a name for it': '名称',
  'how often a command without a table is run': '没有表时，命令运行几次',
  'queue nothing; show what would run, and where': '不排队；只显示会在哪里运行什么',
  'stay until all is over; exit code 1 when a run failed': '等到全部结束；有失败的运行则退出码为 1',
  'queue a table that is queued already': '再次提交已在排队的表',
  'each row adds --column value': '每一行附加 --列名 值',
  'Columns run_num, need_run_num, name and cmd of a table are ours: how often a row has run and is to run, its name, and a command of its own. They are kept up in the file; rows that are added to it while any of it waits or runs are queued too, later ones by submitting it again.':
    '表中的 run_num、need_run_num、name、cmd 列由我们使用：一行已运行几次、要运行几次、名称、以及自己的命令。它们在文件里同步；表还在等待或运行时，新增的行也会排队，之后新增的请再次提交。',
  'In the shell: {verbs} exit; help tells more. Lines of ./.flinit are run first.':
    '命令行中可用：{verbs} exit；help 有说明。启动时先执行 ./.flinit 中的各行。',
  'without a shell: until all is over': '不带命令行：直到全部结束',
};
