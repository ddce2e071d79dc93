/** The commands' words in Chinese, by the glossary that page and commands share. */
import { agentRemarksZh } from '../../fleet/agentRemarkWordsZh.ts';
import { taskWords } from '../../fleet/taskWords.ts';
import { stateWords } from '../../fleet/words.ts';
import { explainZh } from '../../scheduling/explainWordsZh.ts';
import { remarkWordsZh } from '../../scheduling/remarkWordsZh.ts';
import type { Words } from './en.ts';
import { forgetZh } from './forget.ts';
import { helpZh } from './help/help.ts';
import { hubFailuresZh } from './hubFailures.ts';
import { queueZh } from './queue.ts';
import { serviceZh } from './service.ts';
import { shellZh } from './shell.ts';
import { startingZh } from './starting.ts';
import { submitProblemsZh } from './submitProblems.ts';
import { taskCommandsZh } from './tasks.ts';
import { usageZh } from './usage.ts';

export const zh: Words = {
  language: 'zh',
  state: stateWords.zh,
  taskState: taskWords.zh,
  remarks: remarkWordsZh,
  waiting: explainZh,
  tasks: taskCommandsZh,
  shell: shellZh,
  queue: queueZh,
  submitProblems: submitProblemsZh,
  service: serviceZh,
  starting: startingZh,
  forget: forgetZh,
  agentSays: ({ message, remarks }) => agentRemarksZh(remarks) ?? message,
  comma: '，',
  amount: (many, state) => `${state} ${many}`,
  bracketed: (text) => `（${text}）`,
  usage: usageZh,
  seeHelp: '（加 --help 查看用法）',
  tryFirst: {
    title: '先试试：',
    status: '现在看一次这台机器',
    up: '持续查看，带网页',
    demo: '模拟的机群：不需要 GPU',
  },
  colon: '：',
  time: { second: '秒', minute: '分', hour: '小时', day: '天', ago: (age) => `${age}前` },
  hubFailure: (code) => hubFailuresZh[code] ?? null,
  heading: {
    id: '编号',
    machine: '机器',
    alias: '别名',
    state: '状态',
    address: '地址',
    tasks: '任务',
    gpus: 'GPU',
    model: '型号',
    memory: '显存',
    gpuMemory: '显存',
    hostMemory: '内存',
    utilisation: '利用率',
    temperature: '温度',
    power: '功率',
    driver: '驱动',
    owner: '归属',
    running: '已运行',
    where: '所在',
    command: '命令',
    kind: '种类',
    name: '名称',
    image: '镜像',
    attached: '接入',
    outcome: '结果',
    told: '说明',
    scope: '用途',
    expires: '过期',
    usesLeft: '剩余次数',
    lastUsed: '上次使用',
    label: '标签',
    task: '任务',
    table: '表',
    rows: '行数',
    runs: '次数',
    done: '预计完成',
    took: '用时',
    why: '原因或结果',
    attempt: '尝试',
  },
  status: {
    of: '/',
    cores: (cores) => `${cores} 核`,
    load: '负载',
    hostMemory: '内存',
    swap: '交换',
    disk: (mount, percent, total) => `${mount} 已用 ${percent} %，共 ${total}`,
    mountSilent: (mount) => `${mount} 无响应`,
    up: (time) => `已运行 ${time}`,
    fellSilent: '重启之前没有消息就断了',
    driver: '驱动',
    noGpus: '驱动没有列出 GPU。',
    noLibrary: (places: number) =>
      `找过 ${places} 个位置，都没有它的库；请安装驱动，或用 FLOWLINE_NVML 指定库的位置`,
    askDoctor: '`flowline doctor` 会说明看过哪里、该怎么做。',
    seen: (age) => `最后消息在 ${age}前`,
    noProcesses: '没有进程占用 GPU。',
    unaccountedGuess: '比驱动所列多：可能在别的 PID 命名空间、是僵尸进程，或驱动自身',
    notReadable: '读不到命令行',
    noMachines: '还没有机器向这个中心上报。`flowline token create --scope join` 可让一台加入。',
  },
  nodes: {
    free: (free, total) => `${free} / ${total} 空闲`,
    noGpus: '无',
    mayRun: '已允许',
    mayNotRun: '仅显示',
    allowed: (node) => `${node} 现在可以运行任务。`,
    disallowed: (node) => `${node} 不再开始新任务；正在运行的继续。`,
  },
  maintenance: {
    isOn: (machine, time) => `${machine} 进入维护${time === null ? '，直到关闭' : `，为期 ${time}`}`,
    isOff: (machine) => `${machine} 不在维护中`,
    onlyWithOn: '--message 和 --for 只与 on 连用',
    tooLong: (most) => `--message 最多 ${most} 个字符`,
    told: (since, left, by, message) =>
      `维护中，已 ${since}${left === null ? '' : `，还有 ${left}`}，由 ${by} 设定${message === null ? '' : `：${message}`}`,
  },
  processes: {
    none: (query) => (query === '' ? '没有找到进程。' : `没有进程匹配“${query}”。`),
    more: (shown, total) => `${total} 个中的 ${shown} 个；--limit 可显示更多，加词可缩小范围`,
    unanswered: (machine, why) => `没有搜索 ${machine}：${why}`,
    itIs: (state) => state,
    silent: (reason) => `没有回答：${reason}`,
  },
  kill: {
    sayTarget: (text) => `“${text}”不是进程`,
    sayTargetHint: '写 PID 或 机器:PID，如 4711 或 atlas:4711；`flowline processes` 可列出进程',
    unknownNode: (node) => `没有名为“${node}”的机器`,
    severalNodes: (node) => `有几台机器都叫“${node}”`,
    nodesHint: (names) => `现有：${names}`,
    ambiguous: (pid, machines) => `有几台机器都有进程 ${pid}：${machines}`,
    ambiguousHint: (target) => `请说明哪一台，如 ${target}`,
    uncertain: (pid, machines) => `无法确定是哪台机器的进程 ${pid}：${machines} 没有回答`,
    tooMany: (most) => `不占 GPU 的进程一次最多结束 ${most} 个`,
    noSuchProcess: '没有这个进程',
    startNotKnown: '不知道它何时启动，无法与之后同号的进程区分',
    tooManyAlike: (matches) => `有 ${matches} 个进程含有这个数字，前 200 个里没有它`,
    notSearched: (reason) => `无法查到：${reason}`,
    notAllowed: '结束进程需要有此权限的登录',
    notAllowedHint: '用 --token-file 或 FLOWLINE_TOKEN 给出令牌；在中心所在机器上，其用户本人不需要',
    question: (amount) => (amount === 1 ? '结束这个进程？' : `结束这 ${amount} 个进程？`),
    explain: (grace) => `先发 SIGTERM，${grace}后发 SIGKILL；未保存的会丢失。`,
    answers: '[y/N] ',
    isYes: (answer) => /^(y|yes|是)$/i.test(answer.trim()),
    left: '没有结束任何进程',
    noTerminal: '请加 --yes：没有可供询问的终端',
  },
  find: {
    gpus: (indexes) => `GPU ${indexes}`,
    free: (memory, gpus) => `${gpus === 1 ? '' : '每张'}空闲显存 ${memory}`,
    comma: '，',
    semicolon: '；',
    none: (wish) => `现在没有：${wish}`,
    wish: (gpus, memory, model, onOneMachine) =>
      `${onOneMachine && gpus > 1 ? '同一台机器上的 ' : ''}${gpus} 张空闲的${model === null ? '卡' : ` ${model}`}${memory === null ? '' : `（每张 ${memory} 显存）`}`,
    best: (machine, found, wanted, indexes) => `最接近：${machine} 有 ${found} / ${wanted}（GPU ${indexes}）`,
    looked: (gpus, reasons) => `共 ${gpus} 张 GPU：${reasons}`,
    roomiest: (machine, index, memory) => `空闲显存最多的：${machine} 的 GPU ${index}，${memory}`,
    models: (models) => `现有型号：${models}`,
    noGpus: '这个中心还不知道任何 GPU',
    waits: (reason) => `正在等待：${reason}`,
    away: (reason) => `中心没有回答（${reason}）；正在等它`,
    taken: (indexes, gpus, memory) =>
      `已占用 GPU ${indexes}，${memory === null ? '整张卡' : `${gpus === 1 ? '' : '每张 '}${memory} 显存`}`,
    promiseOver:
      'flowline：队列不再为这条命令保留这些 GPU（中心 30 秒没有收到它还在运行的消息）；可能有任务在上面启动',
    impossibleHint: '`flowline queue` 可看每块 GPU 能给多少',
    noMachineId: '这台机器没有中心能认出的标识',
    noMachineIdHint: '卡是在中心登记的：请先在这里启动 `flowline up` 或 `flowline agent`',
    noCommand: '运行什么？-- 之后没有命令',
    noCommandHint: '例如：flowline find --gpus 1 --memory 20G -- python train.py',
    notWithCommand: (option) => `${option} 不能与命令一起用`,
    mostHere: (most) => `--gpus：一条命令最多用本机的 ${most} 块`,
    bareMemory: (number) => `--memory ${number} 是 ${number} MiB；${number} GiB 请写 ${number}G`,
  },
  token: {
    none: '没有令牌；`flowline token create --scope join` 可创建一个',
    revoked: (id) => `已撤销 ${id}`,
    never: '从不',
    inTime: (time) => `${time}后`,
    expires: (time) => `它将在 ${time}后过期；--expires 可另定时间，或 never`,
    opensOnce: '它以管理员身份打开网页：10 分钟内有效，只能用一次',
    lasts: '它不会过期：不再需要时请撤销',
    waiting: (hub) => `正在等待 ${hub} 的中心启动`,
  },
  submit: {
    reading: (rows) => `已读 ${rows} 行…`,
    sending: (sent, rows) => `已排队 ${sent} 行，共 ${rows} 行…`,
    passedOver: (rows) => `${rows} 行的 cmd 列有自己的命令；这里改为运行命令行给出的命令`,
    writing: (file, table) => `${table} 的结果还在写入 ${file}`,
    writingHint: '请稍后再试：现在读取，已完成的行会再运行一次',
    notWritten: (file, table) => `${table} 的结果还没有写入 ${file}：没有人同步它`,
    notWrittenHint: (table) =>
      `先运行 \`flowline write ${table}\`：现在读取会把已完成的行再跑一遍；--again 则照样提交`,
    already: (file, table) => `${file} 已在排队，是 ${table}`,
    alreadyHint:
      '文件里新增的行、调大的 need_run_num 会自动生效；`flowline edit --table` 可改各行的要求；--again 可把整张表再排一次',
    impossible: (tasks, task) =>
      `${tasks} 个任务无法运行：这里没有足够大的 GPU（flowline why ${task} 可看数字）`,
    queuedOne: (task) => `已排队 ${task}`,
    queuedTable: (rows, done, table, name, ids) =>
      `${name} 的 ${rows} 行已排队，是表 ${table}：${ids}${done > 0 ? `（按 run_num 和 need_run_num，另有 ${done} 行此前已完成）` : ''}`,
    allDone: (rows, name) => `${name} 的 ${rows} 行按 run_num 和 need_run_num 都已完成：没有要运行的。`,
    allDoneHint: (name) =>
      `要再运行，请在 ${name} 中调大该行的 need_run_num，或把 run_num 改为 0，然后重新提交`,
    waits: (reason) => `正在等待：${reason}`,
    notKeptUp: (file, table) =>
      `没有人同步 ${file}：这台机器上没有以你的身份运行、获准运行任务的代理。结束后用 \`flowline write ${table}\` 写入结果（或提交时加 --wait）`,
    next: (commands) => `接下来：${commands.map(([command, does]) => `${command}（${does}）`).join(' · ')}`,
    nextLogs: '看输出',
    nextWhy: '为什么在等',
    nextTasks: '看进展',
    row: '行',
    where: '现在会去哪里',
    moreRows: (rows) => `… 还有 ${rows} 行`,
    wouldStart: (start, rows, reason) =>
      `${rows} 行中有 ${start} 行会立即启动${reason === null ? '' : `；其余等待：${reason}`}`,
    notPlanned: (rows) => `其中 ${rows} 行没有试排：能同时启动的可能比一次试排的更多`,
    nothingQueued: '试运行：什么也没有排队。',
    progress: (ended, runs, running, failed) =>
      `共 ${runs} 次运行，完成 ${ended} 次，${running} 次运行中${failed > 0 ? `，${failed} 次失败` : ''}`,
    away: (reason) => `中心没有回答（${reason}）；正在等它：任务照常运行`,
    failed: (runs) => `${runs} 次运行没有成功`,
    failedHint: (table) =>
      `flowline tasks 可看表 ${table} 的哪些行；flowline logs ID 看输出；flowline retry 再运行一次`,
  },
  help: helpZh,
  containers: { none: '没有容器。' },
  sessions: { none: '没有 screen 或 tmux 会话。', yes: '已接入', no: '已断开' },
  sources: {
    note: (source, state, message) => {
      const said = {
        ok: `只看到一部分 ${source}`,
        absent: `没有 ${source}`,
        denied: `无权询问 ${source}`,
        failed: `无法询问 ${source}`,
        unknown: `尚不清楚 ${source}`,
      }[state];
      return message === null ? said : state === 'absent' ? `${said}（${message}）` : `${said}：${message}`;
    },
    of: (machines, others, note) =>
      `${machines.join('、')}${others === 0 ? '' : ` 等 ${machines.length + others} 台`}：${note}`,
  },
  doctor: {
    result: { ok: '正常', note: '提示', problem: '问题' },
    summary: (problems, notes) =>
      problems === 0
        ? `这里没有问题${notes === 0 ? '。' : `；${notes} 条提示。`}`
        : `${problems} 个问题，${notes} 条提示。`,
  },
};
