/** What the shell of `flowline run` says, in both languages. */

const plural = (amount: number, one: string): string => `${amount} ${one}${amount === 1 ? '' : 's'}`;

export const shellEn = {
  starting: (hub: string) => `no hub runs at ${hub}: starting one here, with this machine's agent`,
  joined: (id: string, name: string) => `joined table ${id}, ${name}: it is queued already`,
  queued: (rows: number, id: string, name: string, done: number) =>
    `queued ${plural(rows, 'row')} as table ${id}, ${name}${done > 0 ? ` (${done} ${done === 1 ? 'was' : 'were'} done already)` : ''}`,
  unknown: (name: string) => `there is no verb “${name}”; help tells those there are`,
  exitPassedOver: 'exit in .flinit is passed over: type it',
  takes: (verb: string, what: string) => `say ${verb} ${what}`,
  noGpu: (text: string) => `“${text}” names no GPU here, or several`,
  noGpuAtAll: (text: string) => `GPU ${text} is not there: no machine of this hub has a GPU`,
  gpusAre: (gpus: string) => `there are: ${gpus}`,
  started: 'started: runs go out as cards are free',
  stopped: 'stopped: nothing new starts, what runs goes on; run starts it again',
  switched: (gpu: string, isOn: boolean) => `GPU ${gpu} is ${isOn ? 'on' : 'off; what runs there goes on'}`,
  least: (memory: string | null) =>
    memory === null
      ? 'cards are used whatever is free'
      : `cards with less than ${memory} free are left alone`,
  most: (runs: number | null) =>
    runs === null ? 'no limit at once' : `at most ${plural(runs, 'run')} at once`,
  more: (shown: number, total: number) => `${shown} of ${total}; words narrow it: task lr:0.1`,
  nothingRuns: 'nothing of this table runs now',
  on: 'on',
  yes: 'on',
  no: 'off',
  free: 'can be had',
  promised: 'promised',
  runs: (where: string) => `runs on ${where}`,
  after: (time: string) => `after ${time}`,
  again: 'tried again',
  andMore: (lines: number) => `… and ${lines} more`,
  over: (succeeded: number, failed: number) =>
    `all is over: ${succeeded} succeeded${failed > 0 ? `, ${failed} did not (task tells why)` : ''}`,
  away: (reason: string) => `the hub does not answer: ${reason}; trying again`,
  interrupted: 'exit (or Ctrl+D) leaves; what runs goes on. kill TASK stops one.',
  goesOn: (running: number, waiting: number, isOwnHub: boolean, isPaused: boolean) => {
    const runs = running > 0 ? `${plural(running, 'run')} ${running === 1 ? 'goes' : 'go'} on` : '';
    const rest =
      waiting === 0
        ? ''
        : isPaused
          ? `${plural(waiting, 'run')} will not start: the table is stopped; \`flowline run\` on it and \`run\` start it again`
          : isOwnHub
            ? `${plural(waiting, 'run')} ${waiting === 1 ? 'waits' : 'wait'} until \`flowline up\` or \`flowline run\` runs again`
            : `${plural(waiting, 'run')} ${waiting === 1 ? 'waits' : 'wait'} for ${waiting === 1 ? 'its' : 'their'} turn`;
    return [runs, rest].filter((part) => part !== '').join('; ');
  },
  does: {
    run: 'start or stop starting runs of this table',
    gpu: 'switch GPUs on or off for the queue (administrators)',
    killgpu: "stop this table's runs on a GPU",
    kill: 'stop tasks; they do not start again',
    ls: 'what runs',
    gpus: 'every GPU with what is free and who runs there',
    min: 'leave cards alone with less free memory (administrators)',
    max: 'runs of this table at once',
    task: 'the tasks of this table',
    why: 'why a task waits, or what came of it',
    logs: 'what a task wrote',
    show: 'a task whole',
    retry: 'run tasks again',
    hold: 'keep tasks from starting',
    release: 'let them start',
    help: 'this list; also ?',
    exit: 'leave (Ctrl+D); what runs goes on',
  } as Record<string, string>,
};
export type ShellWords = typeof shellEn;

export const shellZh: ShellWords = {
  starting: (hub) => `${hub} 没有中心在运行：在这里启动一个，连同本机的代理`,
  joined: (id, name) => `已接入表 ${id}（${name}）：它已在排队`,
  queued: (rows, id, name, done) =>
    `已排入 ${rows} 行，表 ${id}（${name}）${done > 0 ? `；另有 ${done} 行此前已完成` : ''}`,
  unknown: (name) => `没有“${name}”这个命令；help 列出所有命令`,
  exitPassedOver: '.flinit 里的 exit 不执行：请自己输入',
  takes: (verb, what) => `用法：${verb} ${what}`,
  noGpu: (text) => `“${text}”在这里不是一块 GPU，或不止一块`,
  noGpuAtAll: (text) => `没有 GPU ${text}：这个中心的机器都没有 GPU`,
  gpusAre: (gpus) => `现有：${gpus}`,
  started: '已开始：有卡空闲就派发',
  stopped: '已停止：不再启动新的，运行中的继续；再输入 run 重新开始',
  switched: (gpu, isOn) => `GPU ${gpu} 已${isOn ? '启用' : '停用；在上面运行的继续'}`,
  least: (memory) => (memory === null ? '不限空闲显存' : `空闲少于 ${memory} 的卡不用`),
  most: (runs) => (runs === null ? '同时运行数不限' : `最多同时运行 ${runs} 个`),
  more: (shown, total) => `共 ${total} 个，显示 ${shown} 个；加词可缩小范围：task lr:0.1`,
  nothingRuns: '这张表现在没有在运行的',
  on: '启用',
  yes: '启用',
  no: '停用',
  free: '可用',
  promised: '预留',
  runs: (where) => `在 ${where} 运行`,
  after: (time) => `用时 ${time}`,
  again: '将重试',
  andMore: (lines) => `… 还有 ${lines} 条`,
  over: (succeeded, failed) =>
    `全部结束：${succeeded} 个成功${failed > 0 ? `，${failed} 个未成功（task 可看原因）` : ''}`,
  away: (reason) => `中心没有回答：${reason}；正在重试`,
  interrupted: 'exit（或 Ctrl+D）离开，运行中的继续；kill 任务号 可停止一个。',
  goesOn: (running, waiting, isOwnHub, isPaused) => {
    const runs = running > 0 ? `${running} 个运行中的继续` : '';
    const rest =
      waiting === 0
        ? ''
        : isPaused
          ? `${waiting} 个不会启动：这张表已停止；再用 \`flowline run\` 接入并输入 \`run\` 重新开始`
          : isOwnHub
            ? `${waiting} 个等待 \`flowline up\` 或 \`flowline run\` 再次启动`
            : `${waiting} 个在排队`;
    return [runs, rest].filter((part) => part !== '').join('；');
  },
  does: {
    run: '开始或停止派发这张表',
    gpu: '启用或停用 GPU（管理员）',
    killgpu: '停止这张表在某块 GPU 上的运行',
    kill: '停止任务；不会自己再启动',
    ls: '正在运行的',
    gpus: '每块 GPU：可用显存和在上面运行的任务',
    min: '空闲显存少于此值的卡不用（管理员）',
    max: '这张表最多同时运行几个',
    task: '这张表的任务',
    why: '任务为什么在等，或结果如何',
    logs: '任务的输出',
    show: '一个任务的全部',
    retry: '重新运行',
    hold: '暂缓',
    release: '放行',
    help: '这个列表；也可用 ?',
    exit: '离开（Ctrl+D）；运行中的继续',
  },
};
