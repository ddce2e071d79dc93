/** What `up`, `hub`, `agent` and `demo` say when they have started, and why one could not. */
import type { DataFolderError } from '../../io/dataFolder.ts';
import type { DamagedFile } from '../../io/recordFile.ts';
import type { Problem } from './submitProblems.ts';

export const startingEn = {
  thisMachine: 'this machine',
  joiningMachines: 'the machines that join',
  imaginedFleet: (machines: number) => `a simulated fleet of ${machines} machines`,
  shows: (what: string, url: string) => `FlowLine shows ${what} at ${url}`,
  linkToCome: 'to end processes there too: `flowline token link` prints a link',
  link: (url: string) => `to end processes there too, open (once, within 10 min): ${url}`,
  fromElsewhere: (host: string, port: string) =>
    `from your own computer: ssh -L ${port}:${host}:${port} THIS-MACHINE, then open http://127.0.0.1:${port}`,
  beyond:
    'beyond this machine reading needs such a link (or --readers everyone); `flowline token link` prints another',
  forCommands: (option: string) => `for commands: ${option}, or FLOWLINE_HUB`,
  letJoin: (option: string) => `to let a machine join: flowline token create --scope join${option}`,
  nothingReal: (options: string) =>
    `nothing here is real, and nothing on this machine is touched; for commands: ${options}`,
  reports: (hub: string) => `FlowLine reports this machine to ${hub}`,
  joined: (hub: string) => `joined ${hub}`,

  speaks: (dialect: string, url: string) => `speaks ${dialect} at ${url}`,
  answersAsNode: (dialect: string, url: string) => `answers as a node of ${dialect} at ${url}`,
  open: ', where whoever reaches it reads figures, user names and masked command lines',
  withPassword: ', with its password',
  ownTasks:
    'its tasks and logs need a token in the address, http://…/t/TOKEN/: flowline token create --scope dialect-write --label LOGIN',
  mayChange: (network: string) => `${network} may change things there, as the user that runs this hub`,
  reportsFrom: (networks: string) => `reports are taken from ${networks} only`,
  leads: (url: string) => `leads from the older pages at ${url}/monitor to this one`,
  readsOlder: (file: string, nodes: string) => `reads older nodes, as ${file} says: ${nodes}`,
  nodesOf: (nodes: number, dialect: string) => `${nodes} of ${dialect}`,
  none: 'none',
  repeated: (places: string) => `named more than once, and read once: ${places}`,
  passedOver: (keys: string) => `passed over, since no such key is known: ${keys}`,
  andMore: (places: string, more: number) => `${places} and ${more} more`,
  listened: (dialect: string, address: string) =>
    `${dialect} listened at ${address} there; to answer its clients too: --dialect ${dialect}=${address}`,

  someoneElse: 'a process of another user',
  /** `isImagined`: what wants it is the demo, which gives out nothing real and has a folder of its own. */
  portTaken: (address: string, holder: string, page: string | null, isImagined: boolean): Problem => ({
    what: `${address} is in use by ${holder}`,
    hint:
      page === null || isImagined
        ? 'end that, or choose another port: --listen 127.0.0.1:PORT'
        : `that is a FlowLine hub, and a machine needs one only: its page is ${page}, commands take --hub ${page}. A second one, which would give out the same GPUs again, needs another port (--listen 127.0.0.1:PORT) and folder (--data DIR)`,
  }),
  dialectPortTaken: (address: string, dialect: string, holder: string, option: string): Problem => ({
    what: `${address}, where ${dialect} would be served, is in use by ${holder}`,
    hint: `end that, or choose another port: ${option}`,
  }),
  notOurs: (host: string, option: string): Problem => ({
    what: `${host} is no address of this machine`,
    hint: `${option} takes one of its own, or 0.0.0.0 for all`,
  }),
  olderPages: 'the older pages',
  notJoined: {
    what: 'this machine has not joined a hub yet',
    hint: 'FLOWLINE_JOIN_TOKEN=fl_… flowline agent join http://HUB:3569',
  } as Problem,
  needsToken: (hub: string): Problem => ({
    what: `joining ${hub} needs a join token`,
    hint: 'on the hub: `flowline token create --scope join`; here: FLOWLINE_JOIN_TOKEN=fl_… or --join-token-file PATH',
  }),
  dataFolder: ({ message, hint }: DataFolderError): Problem => ({ what: message, hint }),
  damagedFile: ({ message }: DamagedFile): Problem => ({ what: message, hint: null }),
  /** Of a file that an option names: what it ought to hold. */
  notRead: (what: 'token' | 'joinToken' | 'password', file: string, why: string): Problem => ({
    what: `cannot read the ${FILES[what]} file ${file}: ${why}`,
    hint:
      what === 'password' ? 'name a file that this user may read, with the password as its only line' : null,
  }),
  noToken: (where: string): Problem => ({
    what: `${where} holds no token`,
    hint: 'a token is one word, as `flowline token create` prints it',
  }),
  noPassword: (file: string): Problem => ({
    what: `${file} holds no password`,
    hint: 'it has to be its only line',
  }),
  noHubAddress: (text: string, example: string): Problem => ({
    what: `${text} is no hub address`,
    hint: `say one like ${example}`,
  }),
  samePort: (one: string, other: string, port: number, option: string): Problem => ({
    what: `${one} and ${other} cannot both have port ${port}`,
    hint: `give one another port: ${option}`,
  }),
  theHub: 'the hub',
  needsPassword: {
    what: 'a node of cluster-status answers whoever knows its password, and none was given',
    hint: 'put it into a file (older mains send 8888): --password-file FILE, or set FLOWLINE_DIALECT_PASSWORD',
  } as Problem,
  notServed: (
    option: '--dialect-writes' | '--dialect-reporters',
    dialect: string,
    network: string,
  ): Problem => ({
    what: `${option} ${option === '--dialect-writes' ? 'opens' : 'leaves'} ${dialect} to ${network}, and ${dialect} is not served here`,
    hint: `add --dialect ${dialect}, or leave it out`,
  }),
  sayRole: (text: string) => `say hub or agent, not ${text}`,
};
export type StartingWords = typeof startingEn;

const FILES = { token: 'token', joinToken: 'join token', password: 'password' };

export const startingZh: StartingWords = {
  thisMachine: '这台机器',
  joiningMachines: '加入的机器',
  imaginedFleet: (machines) => `有 ${machines} 台机器的模拟机群`,
  shows: (what, url) => `FlowLine 显示${what}：${url}`,
  linkToCome: '若还要结束进程：`flowline token link` 会打印一个链接',
  link: (url) => `若还要结束进程，请打开（10 分钟内有效，只能用一次）：${url}`,
  fromElsewhere: (host, port) =>
    `在你自己的电脑上：ssh -L ${port}:${host}:${port} 这台机器，然后打开 http://127.0.0.1:${port}`,
  beyond: '本机以外要用这样的链接才能查看（或加 --readers everyone）；`flowline token link` 会再打印一个',
  forCommands: (option) => `命令请加 ${option}，或设 FLOWLINE_HUB`,
  letJoin: (option) => `让一台机器加入：flowline token create --scope join${option}`,
  nothingReal: (options) => `这里的一切都是模拟的，不碰这台机器；命令请加 ${options}`,
  reports: (hub) => `FlowLine 把这台机器上报给 ${hub}`,
  joined: (hub) => `已加入 ${hub}`,

  speaks: (dialect, url) => `充当 ${dialect} 的主节点：${url}`,
  answersAsNode: (dialect, url) => `充当 ${dialect} 的节点：${url}`,
  open: '，能访问它的人都可读到数据、用户名和遮盖过的命令行',
  withPassword: '，需要其密码',
  ownTasks:
    '它的任务和日志须在地址里带令牌，http://…/t/TOKEN/：flowline token create --scope dialect-write --label 登录名',
  mayChange: (network) => `${network} 可以在那里做改动，身份是运行这个中心的用户`,
  reportsFrom: (networks) => `只接受来自 ${networks} 的上报`,
  leads: (url) => `把打开旧网页 ${url}/monitor 的人引到这里`,
  readsOlder: (file, nodes) => `按 ${file} 读取旧系统的节点：${nodes}`,
  nodesOf: (nodes, dialect) => `${dialect} ${nodes} 个`,
  none: '无',
  repeated: (places) => `列出不止一次、只读一次：${places}`,
  passedOver: (keys) => `没有这样的键，已忽略：${keys}`,
  andMore: (places, more) => `${places} 等，另有 ${more} 个`,
  listened: (dialect, address) =>
    `${dialect} 原来在 ${address} 监听；若也要应答它的客户端：--dialect ${dialect}=${address}`,

  someoneElse: '另一个用户的进程',
  portTaken: (address, holder, page, isImagined) => ({
    what: `${address} 已被 ${holder} 占用`,
    hint:
      page === null || isImagined
        ? '请结束它，或另选端口：--listen 127.0.0.1:端口'
        : `那是一个 FlowLine 中心，一台机器只需要一个：网页是 ${page}，命令请加 --hub ${page}。第二个会把同样的 GPU 再派发一次，须另用端口（--listen 127.0.0.1:端口）和文件夹（--data 文件夹）`,
  }),
  dialectPortTaken: (address, dialect, holder, option) => ({
    what: `${dialect} 要用的 ${address} 已被 ${holder} 占用`,
    hint: `请结束它，或另选端口：${option}`,
  }),
  notOurs: (host, option) => ({
    what: `${host} 不是这台机器的地址`,
    hint: `${option} 要写本机的地址，或 0.0.0.0 表示全部`,
  }),
  olderPages: '旧网页',
  notJoined: {
    what: '这台机器还没有加入中心',
    hint: 'FLOWLINE_JOIN_TOKEN=fl_… flowline agent join http://中心:3569',
  },
  needsToken: (hub) => ({
    what: `加入 ${hub} 需要加入令牌`,
    hint: '在中心上：`flowline token create --scope join`；在这里：FLOWLINE_JOIN_TOKEN=fl_… 或 --join-token-file 路径',
  }),
  damagedFile: ({ path, holds, reason }) => {
    switch (holds) {
      case 'hub-key':
        return {
          what: `${path} 里没有 Ed25519 密钥`,
          hint: '请从备份恢复；或把它移走，之后每台机器都要用加入令牌重新加入',
        };
      case 'credential':
        return { what: `${path} 已损坏`, hint: '请把它移走，再用加入令牌重新加入' };
      case 'records':
        return { what: `${path} 已损坏：${reason ?? ''}`, hint: '请从备份恢复，或把它移走，从头开始' };
    }
  },
  dataFolder: ({ path, trouble }) => {
    switch (trouble.kind) {
      case 'not-made':
        return { what: `数据文件夹 ${path} 无法使用：${trouble.words}`, hint: `请${OTHER_FOLDER}` };
      case 'other-owner':
        return {
          what: `数据文件夹 ${path} 属于 uid 为 ${trouble.owner} 的用户，而这里以 uid ${trouble.own} 运行`,
          hint: `请以其主人运行（sudo -u '#${trouble.owner}' …），或${OTHER_FOLDER}`,
        };
      case 'not-allowed':
        return {
          what: `${path} 无法使用：${trouble.words}`,
          hint: `数据文件夹里的一切都应属于运行它的用户：请以 root 对该文件夹运行 chown -R ${trouble.own ?? 'USER'}`,
        };
      case 'network':
        return {
          what: `数据文件夹 ${path} 在 ${trouble.fileSystem} 上，数据库放在那里不安全`,
          hint: '请用 --data 或 FLOWLINE_DATA 指定本地磁盘上的文件夹',
        };
      case 'not-written':
        return {
          what: `数据文件夹 ${path} 无法使用：${trouble.words}`,
          hint: '请检查磁盘是否已满、文件夹属于谁',
        };
      case 'busy':
        return {
          what: `数据文件夹 ${path} 正被占用：${trouble.holder}`,
          hint: trouble.isHub
            ? `命令可直接使用那一个，\`flowline token link\` 可打开它的网页；否则请停止它，或${OTHER_FOLDER}`
            : `请停止它，或${OTHER_FOLDER}`,
        };
    }
  },
  notRead: (what, file, why) => ({
    what: `无法读取${FILES_ZH[what]}文件 ${file}：${why}`,
    hint: what === 'password' ? '请写这个用户可读的文件，其中只有一行密码' : null,
  }),
  noToken: (where) => ({
    what: `${where} 里没有令牌`,
    hint: '令牌是一个词，由 `flowline token create` 打印',
  }),
  noPassword: (file) => ({ what: `${file} 里没有密码`, hint: '密码须是其中唯一的一行' }),
  noHubAddress: (text, example) => ({ what: `${text} 不是中心的地址`, hint: `请写如 ${example}` }),
  samePort: (one, other, port, option) => ({
    what: `${one}和 ${other} 不能都用端口 ${port}`,
    hint: `请给其中一个换端口：${option}`,
  }),
  theHub: '中心',
  needsPassword: {
    what: 'cluster-status 的节点只应答知道其密码的人，而没有给出密码',
    hint: '请把密码放进文件（旧的主节点发 8888）：--password-file 文件，或设 FLOWLINE_DIALECT_PASSWORD',
  },
  notServed: (option, dialect, network) => ({
    what: `${option} 把 ${dialect} ${option === '--dialect-writes' ? '开放给' : '留给'} ${network}，但这里没有充当 ${dialect}`,
    hint: `请加上 --dialect ${dialect}，或去掉它`,
  }),
  sayRole: (text) => `请写 hub 或 agent，而不是 ${text}`,
};

const OTHER_FOLDER = '用 --data 或 FLOWLINE_DATA 另选一个文件夹';
const FILES_ZH = { token: '令牌', joinToken: '加入令牌', password: '密码' };
