/** Of the commands that run on a machine: `up`, `hub`, `agent`, `demo`, `service`, `doctor`, `token`. */
import { DIALECT_PORTS, DialectName } from '../../../model/dialect.ts';

const NAMES = DialectName.options;
const WITH_NODES = NAMES.filter((name) => DIALECT_PORTS[name].node !== null);

export const machinesHelpZh: Record<string, string> = {
  'See every NVIDIA GPU of a fleet: what it does now, and for whom.':
    '看整个机群的每块 NVIDIA GPU：现在在做什么、为谁而做。',

  'watch this machine: hub, agent and page in one': '看这台机器：中心、代理和网页合一',
  'run the hub alone; machines join it with `flowline agent`': '只运行中心；机器用 `flowline agent` 加入',
  'a simulated fleet: no GPU needed, nothing on this machine is touched':
    '模拟的机群：不需要 GPU，不碰这台机器',
  'report this machine to a hub; one outgoing connection, no open port':
    '把这台机器上报给中心；只有一条向外的连接，不开端口',
  'where to serve, a bare PORT on loopback; beyond it reading needs the link':
    '在哪里提供服务；只写端口时仅限本机，本机以外要用链接才能查看',
  'another name by which browsers call this hub; may be repeated': '浏览器访问这个中心时用的别名；可重复',
  'who may read beyond loopback': '本机以外谁可以查看',
  'where state is kept (FLOWLINE_DATA; else the state folder of the user, /var/lib/flowline for root)':
    '数据存放在哪里（或用 FLOWLINE_DATA；否则为用户的状态文件夹，root 为 /var/lib/flowline）',
  'how much is logged': '日志的详细程度',
  [`answer as the main machine of an older system too (${NAMES.join(', ')}), at its own port on loopback unless said; may be repeated`]: `同时充当旧系统的主节点（${NAMES.join('、')}）；未写地址时用其原来的端口，仅限本机；可重复`,
  [`answer as a node of an older system too (${WITH_NODES.join(', ')}), at its own port on loopback unless said; may be repeated`]: `同时充当旧系统的节点（${WITH_NODES.join('、')}）；未写地址时用其原来的端口，仅限本机；可重复`,
  'let this network change things through a dialect, like gpu-monitor=10.0.0.0/24; may be repeated (else only who has a dialect-write token)':
    '允许这个网段通过旧系统的接口做改动，如 gpu-monitor=10.0.0.0/24；可重复（否则只有持 dialect-write 令牌者可以）',
  'let only machines of this network report to a dialect, like gpu-monitor=10.0.0.0/24; may be repeated (else whoever reaches its port)':
    '只允许这个网段的机器向旧系统的接口上报，如 gpu-monitor=10.0.0.0/24；可重复（否则凡能访问该端口者都可以）',
  'lead whoever opens the older web pages (127.0.0.1:8000 unless said) to the page here':
    '把打开旧网页（默认 127.0.0.1:8000）的人引到这里的网页',
  'nodes of older systems to read: our own file, or a master.json, hosts.txt, config.json as it is; may be repeated':
    '要读取的旧系统节点：我们自己格式的文件，或原样的 master.json、hosts.txt、config.json；可重复',
  'file with the password of cluster-status nodes (else FLOWLINE_DIALECT_PASSWORD)':
    '存有 cluster-status 节点密码的文件（否则用 FLOWLINE_DIALECT_PASSWORD）',
  'how often to sample': '采样间隔',
  'let other machines report here': '让别的机器向这里上报',
  'show nodes of cluster-status, too': '也显示 cluster-status 的节点',
  'answer where gpu-monitor would, at 127.0.0.1:7864': '在 gpu-monitor 的地址 127.0.0.1:7864 上应答',
  'print a token for one machine': '打印供一台机器用的令牌',
  'its page and scripts ask there as before': '它的网页和脚本照旧访问那里',
  "show FlowLine Monitor's slaves here": '在这里显示 FlowLine Monitor 的从节点',
  'how many machines': '多少台机器',
  'another fleet': '换一个机群',
  'then: curl http://127.0.0.1:5000/api/slaves': '然后：curl http://127.0.0.1:5000/api/slaves',
  'file that holds a join token (else FLOWLINE_JOIN_TOKEN); needed once':
    '存有加入令牌的文件（否则用 FLOWLINE_JOIN_TOKEN）；只需一次',
  'the slave.json of an older FlowLine Monitor: answers where its slave did':
    '旧 FlowLine Monitor 的 slave.json：在其从节点原来的地址上应答',
  'another name by which older dialects may be called here; may be repeated':
    '旧系统访问这里时可用的别名；可重复',
  'the hub (else the one that was joined before)': '中心的地址（否则为以前加入的那个）',
  "the hub's address": '中心的地址',
  'join a hub with a join token, then report to it': '用加入令牌加入中心，然后上报',
  'join and end: a service, or the next `flowline agent`, reports':
    '加入后即结束：由服务或下一次 `flowline agent` 上报',
  '`flowline agent join URL` does the same as `flowline agent --hub URL`: it joins if need be, then reports. It also joins a hub that was set up anew at that address.':
    '`flowline agent join URL` 与 `flowline agent --hub URL` 相同：需要时先加入，然后上报。若该地址上的中心是重新建立的，它也会加入。',
  'again, later': '以后再次启动',
  'the hub runs where its master ran': '中心在其主节点原来的机器上',
  'an older master may ask it too': '旧的主节点也可以询问它',

  'hub and agent as services of systemd: start at boot, and runs outlive a restart':
    '把中心和代理作为 systemd 服务：开机启动，任务不受重启影响',
  'write the unit, start it, and have it started at boot; again after a change':
    '写入单元文件、启动并设为开机启动；改动后再运行一次',
  'print the unit, and the command line for another init system; nothing is changed':
    '打印单元文件，以及供其他 init 系统用的命令行；不做改动',
  'stop it and remove its unit; data stay, and runs go on': '停止服务并删除单元文件；数据保留，任务继续',
  'which are installed, whether they run, and start at boot; exit code 1 where one does not run':
    '装了哪些、是否在运行、是否开机启动；有未运行的则退出码为 1',
  'run the hub at boot, as a service; takes the options of `flowline hub`':
    '开机时作为服务运行中心；选项与 `flowline hub` 相同',
  'run the agent at boot, as a service; takes the options of `flowline agent`':
    '开机时作为服务运行代理；选项与 `flowline agent` 相同',
  'print the unit of the hub; takes the options of `flowline hub`':
    '打印中心的单元文件；选项与 `flowline hub` 相同',
  'print the unit of the agent; takes the options of `flowline agent`':
    '打印代理的单元文件；选项与 `flowline agent` 相同',
  'of your own systemd, without root; it stays when you log out':
    '装入你自己的 systemd，不需要 root；注销后仍运行',
  'the user that it runs as (else flowline, which is made)': '以哪个用户运行（否则为 flowline，会自动创建）',
  'the user that it and its tasks run as (else who typed sudo)':
    '代理及其任务以哪个用户运行（否则为输入 sudo 的人）',
  'A machine that has not joined that hub needs a join token, by FLOWLINE_JOIN_TOKEN or --join-token-file: install joins at once, and the token stands in no file of the service. Its data are in /var/lib/flowline-agent, with --user in your state folder, unless --data says where.':
    '尚未加入该中心的机器需要加入令牌，由 FLOWLINE_JOIN_TOKEN 或 --join-token-file 给出：install 会立即加入，令牌不会写进服务的任何文件。数据在 /var/lib/flowline-agent，加 --user 时在你的状态文件夹，除非用 --data 另行指定。',
  'hub or agent': 'hub（中心）或 agent（代理）',

  'look for what is wrong here, and say what to do; exit code 1 for a problem':
    '检查这里有什么问题、该怎么做；有问题时退出码为 1',

  'links that open the page, tokens for scripts and machines': '打开网页的链接，供脚本和机器用的令牌',
  'print a link that opens the page as administrator, once, within 10 minutes':
    '打印以管理员身份打开网页的链接；10 分钟内有效，只能用一次',
  'create a token; it is printed this once': '创建令牌；只在此时显示一次',
  'list tokens, without their secrets': '列出令牌，不显示其内容',
  'revoke a token': '撤销令牌',
  'the id that `flowline token list` shows': '`flowline token list` 列出的编号',
  'join a machine, read everything, submit tasks, admin: may do everything, or dialect-write: change things through an older dialect':
    'join 让机器加入，read 只查看，submit 提交任务，admin 无所不能，dialect-write 通过旧系统的接口做改动',
  'a name for it, to know it by in the list': '名称，便于在列表中辨认',
  'for how long it is good: 1h, 30d, never (else join 1h, others 90d)':
    '有效多久：1h、30d、never（否则 join 为 1h，其他为 90d）',
  'of a dialect-write token: as what its holder acts (user unless said)':
    'dialect-write 令牌的持有者以什么身份行事（默认 user）',
  'how often (join: once)': '可用几次（join 默认一次）',
  'open the page as administrator': '以管理员身份打开网页',
  'let a machine report here': '让一台机器向这里上报',
  [`What a token is for (its scope):
  join    a machine joins with it, then has a credential of its own
  read    sees what the page shows, changes nothing
  submit  queues tasks, as the login name that --label says
  admin   may do everything: end processes, create tokens
  dialect-write  changes something through an older system's address, as the
          login name that --label says, and nowhere else:
          http://HOST:PORT/t/TOKEN/… (docs/dialects.md)`]: `令牌的用途（scope）：
  join    机器凭它加入，之后有自己的凭据
  read    能看网页上的一切，不能改动
  submit  以 --label 所写的登录名提交任务
  admin   无所不能：结束进程、创建令牌
  dialect-write  以 --label 所写的登录名，通过旧系统的地址做改动，
          别处无效：http://HOST:PORT/t/TOKEN/…（docs/dialects.md）`,
};
