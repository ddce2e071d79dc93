/** Of the commands that look at the fleet: `status`, `nodes`, `processes`, `find`, `containers`, `sessions`; and what every one takes. */

export const fleetHelpZh: Record<string, string> = {
  'the hub to ask': '要询问的中心',
  'file that holds a token (else FLOWLINE_TOKEN, else the token in the data folder)':
    '存有令牌的文件（否则用 FLOWLINE_TOKEN，再否则用数据文件夹里的令牌）',
  'print JSON, and nothing else, on stdout': '标准输出只打印 JSON',
  'words of the model, like H100': '型号中的词，如 H100',
  'only on this machine': '只用这台机器',

  'show this machine, read now; with --hub the whole fleet': '现在读一次这台机器；加 --hub 则看整个机群',
  'show the fleet of this hub instead': '改为显示这个中心的机群',

  'list the machines of the fleet; `nodes maintenance` says that one is cared for':
    '列出机群的机器；`nodes maintenance` 设定维护',
  'let machines run tasks (administrator)': '允许机器运行任务（管理员）',
  'start no more tasks on machines; what runs there goes on (administrator)':
    '对机器停止派发任务；正在运行的继续（管理员）',
  'set a machine into maintenance: `find` does not offer it, and it calls nobody':
    '设定机器进入维护：`find` 不再给出它，也不再为它告警',
  'a machine that joined may run tasks from now on': '已加入的机器从此可以运行任务',
  'name, alias or id of a machine': '机器的名称、别名或标识',
  'take machines out of the fleet and revoke their credentials (administrator)':
    '把机器移出机群，并作废其凭证（管理员）',
  'names, aliases or ids of machines': '机器的名称、别名或编号',
  'those of which nothing was heard for so long, like 1h': '这么久没有消息的机器，如 1h',
  'those that report by themselves through this older system, like gpu-monitor':
    '通过这个旧系统自行上报的机器，如 gpu-monitor',
  'Of several conditions a machine has to meet all. Without a terminal to ask on it takes --yes.':
    '给出多个条件时须全部满足。没有终端可询问时，须加 --yes。',
  'whether it is in maintenance': '是否在维护中',
  'what for; whoever looks is told': '原因；查看的人会看到',
  'it ends by itself after so long, like 2h': '多久后自动结束，如 2h',
  'What runs there goes on, and its figures are shown as ever. Set again, what for and for how long are as said last.':
    '正在运行的继续，数据照常显示。再次设定时，原因和时长以最后一次为准。',

  'search the processes of all machines; `processes kill` ends some':
    '在所有机器上查找进程；`processes kill` 结束进程',
  'words that name, command line, user or pid must contain; none: those with most':
    '名称、命令行、用户或 pid 中须含有的词；不写则列出占用最多的',
  'only of this machine': '只看这台机器',
  'how many at most': '最多列出几个',
  'those that hold most GPU memory': '占用显存最多的进程',
  'both words must match': '两个词都要匹配',
  'end a process': '结束一个进程',
  'end processes: SIGTERM, then SIGKILL after a grace; an answer for each':
    '结束进程：先 SIGTERM，宽限之后 SIGKILL；逐个给出结果',
  'PID, or NODE:PID': 'PID，或 机器:PID',
  'do not ask first': '不先询问',
  'how long they have to end by themselves': '留多久让它们自行结束',
  'The exit code is 0 if none of them is there any more (a pid that nobody has is gone), 1 if any still is or could not be asked for. Without a terminal to ask on it takes --yes.':
    '这些进程都已不在时退出码为 0（没有的 pid 也算已不在），仍有存在的或问不到的则为 1。没有可供询问的终端时须加 --yes。',

  'find GPUs that are free now, on one machine; wait for them; run a command on them, here':
    '查找同一台机器上空闲的 GPU；等待；占用并在这里运行命令',
  'which GPUs are free?': '哪些 GPU 空闲？',
  'how many': '几块',
  'free memory that each must have, like 40G; a bare number is MiB':
    '每块须有的空闲显存，如 40G；只写数字时单位是 MiB',
  'they may lie on several machines': '可以分布在几台机器上',
  'wait until there are some (else exit code 1 where there are none)': '等到有为止（否则没有时退出码为 1）',
  "With a command it waits for GPUs of this machine, takes them on the queue's ledger (without --memory whole cards), and runs it here, in this terminal, with CUDA_VISIBLE_DEVICES set; they are given back when it ends, and its exit code is the answer. Tasks of the queue and such commands never get the same memory.":
    '给出命令时，它等待本机的 GPU，在队列的账上占用（不写 --memory 则占整张卡），设好 CUDA_VISIBLE_DEVICES，在这个终端里运行命令；命令结束后归还，并以其退出码为退出码。队列的任务与这样的命令不会分到同一份显存。',

  'list the containers of all machines, with the command that enters each': '列出所有机器的容器，附进入命令',
  'list the screen and tmux sessions of all machines, with the command that attaches to each':
    '列出所有机器的 screen 和 tmux 会话，附接入命令',
};
