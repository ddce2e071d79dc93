/** What `flowline service` says, in both languages. */
export const serviceEn = {
  asWhom: 'as whom is this machine’s agent to run? Its tasks run as that user',
  asWhomHint:
    '--run-as LOGIN; `--run-as root` where you mean it: every task of root’s then runs with all rights',
  noAccount: (login: string) => `there is no user ${login} on this machine`,
  noAccountHint: '--run-as names a login that `getent passwd` knows',
  noSystemd: 'this machine does not run systemd',
  noSystemdHint: (role: string) =>
    `\`flowline service print ${role}\` prints the command for another init system`,
  rootsOwn: '--user is for users; root installs for the whole machine',
  rootsOwnHint: 'leave --user out, or type it as the user (not with sudo)',
  needsRoot: 'a service of the whole machine needs root',
  needsRootHint: (role: string) =>
    `\`sudo flowline service install ${role}\`, or without root: \`flowline service install ${role} --user\``,
  noUserSystemd: 'your own systemd does not answer',
  noUserSystemdHint: 'log in by ssh or at a terminal (not by su or sudo), and try again',
  vanishes: (path: string, folder: string) =>
    `${path} lies in ${folder}, which is emptied now and then: the service would be gone with it`,
  vanishesHint:
    'install it where it stays: the file of `npm run build:standalone` in /usr/local/bin, or `npm pack`, then `npm install -g ./flowline-….tgz`',
  changeable: (path: string, part: string) =>
    `root would run ${path}, and others than root may change ${part === path ? 'it' : part}`,
  dataHint: 'name a folder on a local disk with --data DIR',
  unreachable: (login: string, path: string) => `${login} may not read ${path}, where the program lies`,
  unreachableHint:
    'install it for all (the file of `npm run build:standalone` in /usr/local/bin, or `npm pack`, then as root `npm install -g ./flowline-….tgz`), or --run-as its owner',
  unreadable: (login: string, path: string, option: string) => `${login} may not read ${path}: ${option}`,
  unreadableHint: 'put it where that user may read it, like /etc/flowline/ (chown it to the user, mode 0600)',
  passwordInUnit: 'FLOWLINE_DIALECT_PASSWORD would stand in the unit, which everybody may read',
  passwordInUnitHint: 'write it into a file and name that: --password-file PATH',
  notLocal: (folder: string, network: string, role: string) =>
    `the ${role}'s data folder ${folder} is on ${network}, where its files would not be safe`,
  othersFolder: (folder: string, login: string) => `the data folder ${folder} does not belong to ${login}`,
  othersFolderHint: (folder: string, login: string) =>
    `name another with --data DIR, or give it away: chown -R ${login}: ${folder}`,
  needsJoin: 'this machine has not joined a hub yet',
  needsJoinHint:
    'on the hub: `flowline token create --scope join`; here, with that token in a file: flowline service install agent --hub http://HUB:3569 --join-token-file PATH',
  failed: (what: string) => `${what} failed`,
  noLinger: 'it would end when you log out: lingering was refused',
  noLingerHint: (login: string) => `an administrator allows it once: sudo loginctl enable-linger ${login}`,
  installed: (unit: string, path: string) => `${unit} is installed (${path}), runs, and starts at boot`,
  didNotStart: (unit: string) => `${unit} is installed, and did not start`,
  see: (command: string) => `see \`${command}\``,
  next: {
    /** @param at the option that names a hub that commands would not find by themselves, or nothing. */
    hub: (at: string) => `to let a machine join: flowline token create --scope join${at}`,
    agent: () => 'before it runs tasks an administrator lets it: flowline nodes allow MACHINE',
  },
  log: (command: string) => `its log: ${command}`,
  uninstalled: (unit: string) => `${unit} is stopped and removed; its data stay`,
  runsGoOn: 'runs that it started go on; the next agent with that data folder finds them',
  ownSettings: (folder: string) =>
    `what \`systemctl edit\` wrote stays in ${folder}, and counts for the next one`,
  stillLingers:
    'your services still outlive your login; where nothing else needs that: loginctl disable-linger',
  notInstalled: (unit: string) => `${unit} is not installed`,
  service: 'service',
  state: 'state',
  atBoot: 'at boot',
  since: 'since',
  unit: 'unit',
  none: 'not installed',
  ofUser: 'of this user',
  ofSystem: 'of the machine',
  yes: 'yes',
  no: 'no',
  untilLogout: 'no: it ends when you log out',
};
export type ServiceWords = typeof serviceEn;

export const serviceZh: ServiceWords = {
  asWhom: '这台机器的代理以谁的身份运行？它的任务就以该用户运行',
  asWhomHint: '--run-as 登录名；确实需要时写 --run-as root：root 的任务将拥有全部权限',
  noAccount: (login) => `这台机器上没有用户 ${login}`,
  noAccountHint: '--run-as 要写 `getent passwd` 查得到的登录名',
  noSystemd: '这台机器没有运行 systemd',
  noSystemdHint: (role) => `\`flowline service print ${role}\` 打印供其他 init 使用的命令`,
  rootsOwn: '--user 供普通用户使用；root 为整台机器安装',
  rootsOwnHint: '去掉 --user，或以该用户身份运行（不要用 sudo）',
  needsRoot: '整台机器的服务需要 root',
  needsRootHint: (role) =>
    `\`sudo flowline service install ${role}\`；没有 root 则 \`flowline service install ${role} --user\``,
  noUserSystemd: '你自己的 systemd 没有应答',
  noUserSystemdHint: '请用 ssh 或终端登录（不要用 su 或 sudo），再试一次',
  vanishes: (path, folder) => `${path} 位于会被清空的 ${folder}：服务会随之消失`,
  vanishesHint:
    '请装到长期保留的位置：把 `npm run build:standalone` 生成的文件放进 /usr/local/bin，或先 `npm pack`，再 `npm install -g ./flowline-….tgz`',
  changeable: (path, part) =>
    `root 会运行 ${path}，而 root 以外的用户可以改动${part === path ? '它' : ` ${part}`}`,
  dataHint: '用 --data DIR 指定本地磁盘上的文件夹',
  unreachable: (login, path) => `${login} 无权读取程序所在的 ${path}`,
  unreachableHint:
    '请为所有人安装（把 `npm run build:standalone` 生成的文件放进 /usr/local/bin，或先 `npm pack`，再以 root 运行 `npm install -g ./flowline-….tgz`），或用 --run-as 指定其所有者',
  unreadable: (login, path, option) => `${login} 无权读取 ${path}：${option}`,
  unreadableHint: '请放到该用户能读的位置，如 /etc/flowline/（用 chown 交给他，权限 0600）',
  passwordInUnit: 'FLOWLINE_DIALECT_PASSWORD 会写进人人可读的单元文件',
  passwordInUnitHint: '请写入文件，用 --password-file PATH 指定',
  notLocal: (folder, network, role) =>
    `${role === 'hub' ? '中心' : '代理'}的数据文件夹 ${folder} 位于 ${network}，文件不安全`,
  othersFolder: (folder, login) => `数据文件夹 ${folder} 不属于 ${login}`,
  othersFolderHint: (folder, login) => `用 --data DIR 指定别的，或交给他：chown -R ${login}: ${folder}`,
  needsJoin: '这台机器还没有加入中心',
  needsJoinHint:
    '在中心运行 `flowline token create --scope join`；把令牌存入文件，在这里运行 flowline service install agent --hub http://HUB:3569 --join-token-file 文件',
  failed: (what) => `${what} 失败`,
  noLinger: '你退出登录时它就会结束：系统不允许 linger',
  noLingerHint: (login) => `请管理员允许一次：sudo loginctl enable-linger ${login}`,
  installed: (unit, path) => `${unit} 已安装（${path}），正在运行，开机自动启动`,
  didNotStart: (unit) => `${unit} 已安装，但没有启动`,
  see: (command) => `请看 \`${command}\``,
  next: {
    hub: (at) => `让机器加入：flowline token create --scope join${at}`,
    agent: () => '管理员允许后才运行任务：flowline nodes allow MACHINE',
  },
  log: (command) => `日志：${command}`,
  uninstalled: (unit) => `${unit} 已停止并移除；数据保留`,
  runsGoOn: '它启动的任务继续运行；用同一数据文件夹的下一个代理会找到它们',
  ownSettings: (folder) => `\`systemctl edit\` 写下的设置仍在 ${folder}，下次安装时继续有效`,
  stillLingers: '你的服务在注销后仍会运行；别处不需要时：loginctl disable-linger',
  notInstalled: (unit) => `${unit} 没有安装`,
  service: '服务',
  state: '状态',
  atBoot: '开机启动',
  since: '始于',
  unit: '单元文件',
  none: '未安装',
  ofUser: '当前用户',
  ofSystem: '整台机器',
  yes: '是',
  no: '否',
  untilLogout: '否：退出登录即结束',
};
