/** Of the commands that look at the queue and change it: `queue`, `tasks`, `show`, `why`, `logs`, `kill` and what else acts, `edit`, `write`. */
import { EndClass } from '../../../model/task.ts';

const CLASSES = EndClass.exclude(['ok']).options;

export const queueHelpZh: Record<string, string> = {
  'the queue at a glance: counts, settings, what each GPU can give; change them':
    '队列一览：数量、设置、每块 GPU 能给多少；可修改',
  'start nothing new; what runs goes on': '不再启动新的；正在运行的继续',
  'start again': '恢复启动',
  'runs at once; none for no limit': '同时运行多少次；none 表示不限',
  'runs at once on one GPU; none for no limit': '一块 GPU 上同时运行多少次；none 表示不限',
  'GPUs that one person uses at once, started by hand or queued; none for no limit':
    '一个人同时使用几块 GPU，手动启动和排队的都算；none 表示不限',
  'rows that one person may have in the queue; none for no limit': '一个人最多排多少行；none 表示不限',
  'rows that may be in the queue; none for no limit': '队列里最多有多少行；none 表示不限',
  'the highest that others than administrators may ask for, -100 to 100':
    '管理员以外的人可用的最高优先级，-100 到 100',
  'leave GPUs alone with less free memory, like 10G; none for any':
    '空闲显存少于此数的 GPU 不用，如 10G；none 表示都可用',
  'memory kept free on each GPU, like 1G; default for the larger of 512 MiB and 3 %':
    '每块 GPU 上留空的显存，如 1G；default 为 512 MiB 与 3 % 中较大者',
  "GPUs on which others compute: share them, avoid them while there are others, or use only one's own":
    '别人也在用的 GPU：share 共用，avoid 有别的可用时避开，mine-only 只用没有别人的',
  'days that the log of an attempt is kept on its machine; none for no limit':
    '一次尝试的日志在其机器上保留几天；none 表示不限',
  'what all logs of a machine may take, like 20G: the oldest go first; none for no limit':
    '一台机器的全部日志最多占多少，如 20G：最旧的先删；none 表示不限',
  [`how often a run that ended so is tried again, like gpu_oom=5 or infra=none; may be given again (${CLASSES.join(', ')})`]: `因此结束的运行再试几次，如 gpu_oom=5 或 infra=none（不限）；可重复（${CLASSES.join('、')}）`,
  'let the queue use these GPUs, like 0 or atlas:1': '让队列使用这些 GPU，如 0 或 atlas:1',
  'start nothing new there; what runs goes on': '停止向这些 GPU 派发；正在运行的继续',
  "Changing something needs the rights of an administrator: on a hub of one's own that is oneself.":
    '修改需要管理员权限：在自己的中心上，自己就是管理员。',

  'what is queued, runs and ended: tables, then tasks': '排队、运行和结束的：先是表，再是任务',
  'words that match name, table, id or values; column:value': '与名称、表、任务号或列值匹配的词；或 列:值',
  'all of a table, by its id (b7) or name': '一张表的全部任务，写表号（b7）或名称',
  'in these states, with commas between: queued,held': '处于这些状态的，用逗号隔开：queued,held',
  'that ended for these reasons: gpu_oom,infra': '因这些原因结束的：gpu_oom,infra',
  "everybody's, not only your own (administrators)": '所有人的，不只是自己的（管理员）',
  'tasks that are over too (else only those that wait or run, and of a table all)':
    '也列出已结束的任务（否则只列等待和运行中的；指定一张表时列出全部）',
  'how many tasks': '列出多少个任务',

  'one task: what it runs, what happened, its attempts': '一个任务：运行什么、发生了什么、每次尝试',
  'a task, like t42': '任务号，如 t42',
  'why a task waits, or what came of it; exit code 1 where it can never run':
    '任务为什么在等，或结果如何；永远无法运行时退出码为 1',
  'tasks, like t42': '任务号，如 t42',

  "what a task wrote: its newest attempt's output, errors on stderr":
    '任务的输出：最近一次尝试的，错误输出写到 stderr',
  'a task, like t42, or one attempt of it, like t42.1.2 (run, attempt)':
    '任务号，如 t42；或其中一次尝试，如 t42.1.2（第几次运行、第几次尝试）',
  'go on as it writes, until it ends; one that waits is waited for':
    '持续跟随，直到结束；还在等待的会等它启动',
  'only its stdout': '只看标准输出',
  'only its stderr': '只看错误输出',
  'only the end, like 16K; a bare number is MiB': '只看末尾，如 16K；只写数字时单位是 MiB',

  'stop tasks: SIGTERM, a grace, SIGKILL; waiting ones leave the queue; none starts again by itself':
    '停止任务：先 SIGTERM，宽限之后 SIGKILL；等待中的移出队列；都不会自己再启动',
  'do not ask first (asked only for --table, --state and --class)':
    '不先询问（只有用 --table、--state、--class 时才会询问）',
  'how long they have to end by themselves, like 60s (else what the submit said, 10s)':
    '留多久让它们自行结束，如 60s（否则按提交时所定，10s）',
  'run tasks again that ended, with fresh budgets; a paused table goes on':
    '让已结束的任务重新运行，重试次数重新计算；暂停的表恢复',
  'keep waiting tasks from starting': '暂缓：等待中的任务先不启动',
  'let held tasks start; a paused table goes on': '放行暂缓的任务；暂停的表恢复',
  'say that an unreachable task lives no longer: you looked; it may start elsewhere':
    '确认失去联系的任务已不在运行（你已亲自看过）；它可以在别处启动',

  'change waiting tasks: memory, GPUs, priority, runs, order':
    '修改等待中的任务：显存、GPU、优先级、次数、顺序',
  'promised per GPU, like 20G; `learned` leaves it to what was seen':
    '每块 GPU 上预留的显存，如 20G；learned 表示按实际用量推断',
  'how many GPUs': '用几块 GPU',
  'words of the model, like H100; `any` for any': '型号中的词，如 H100；any 表示不限',
  'only on this machine; `any` for any': '只用这台机器；any 表示不限',
  'higher goes first, -100 to 100; above 0 for administrators': '数大者优先，-100 到 100；大于 0 须为管理员',
  'how often it is to succeed': '要成功几次',
  'like 2h; `none` takes it away': '如 2h；none 表示取消限制',
  'how often a failure of the program is tried again': '程序失败后再试几次',
  'another name': '改名',
  'to the front of its priority': '排到同优先级的最前面',
  'to the end of its priority': '排到同优先级的最后面',
  'right before this task': '排在这个任务之前',
  'right behind this task': '排在这个任务之后',

  'write what the runs of a table came to into its file, where no agent does':
    '没有代理时，把一张表的运行结果写入它的文件',
  'a table, by its id (b7), name or file': '一张表：表号（b7）、名称或文件',
};
