/** What the commands say of a failure of the hub's, by its code: what the hub says is English, and its hints are for the page. */

export interface HubFailureWords {
  /** Before the hub's own sentence; null: that says enough. */
  what: string | null;
  /** The hub's own sentence, which is English, adds nothing to `what`. */
  isWhole?: boolean;
  hint: string;
}

export const hubFailuresEn: Record<string, HubFailureWords> = {
  'login-needed': {
    what: null,
    hint: 'this data folder has no token of that hub: run it as the user who started the hub, with the same --data, or give --token-file',
  },
};

export const hubFailuresZh: Record<string, HubFailureWords> = {
  'hub-not-reached': {
    what: '连不上中心',
    hint: '它在运行吗？`flowline up` 可启动一个；--hub URL 或 FLOWLINE_HUB 指定别处的',
  },
  'no-agent': { what: '这台机器没有代理，只能查看', isWhole: true, hint: '请在它上面运行 flowline agent' },
  'bad-answer': {
    what: '看不懂对方的回答',
    hint: '这个地址是 FlowLine 中心吗？两边版本可能不同，请更新较旧的一方',
  },
  'login-needed': {
    what: '需要登录',
    isWhole: true,
    hint: '这个数据文件夹里没有该中心的令牌：请以启动中心的用户、用同一个 --data 运行，或用 --token-file 给出令牌',
  },
  'not-allowed': { what: '没有权限', isWhole: true, hint: '请找管理员' },
  'foreign-host': {
    what: '中心不认这个名字',
    hint: '如果它确实叫这个名字，请用 --host-name 名字 启动中心；否则请用它的地址',
  },
  'join-token-needed': {
    what: '加入需要加入令牌',
    isWhole: true,
    hint: '在中心上运行 `flowline token create --scope join`，再用 FLOWLINE_JOIN_TOKEN 或 --join-token-file 给出',
  },
  'unknown-join-token': {
    what: '加入令牌无效、已过期或已用完',
    isWhole: true,
    hint: '在中心上再建一个：`flowline token create --scope join`',
  },
  'machine-connected': {
    what: '已有一台机器用这个 machine-id 连着',
    hint: '一台机器一个代理就够，`flowline up` 已自带：flowline nodes 可看到它。只有从别的机器克隆出来的才需要自己的 machine-id：rm /etc/machine-id && systemd-machine-id-setup',
  },
  'unknown-token': { what: '令牌无效', isWhole: true, hint: '`flowline token list` 可列出令牌' },
  'unknown-node': { what: '没有这台机器', isWhole: true, hint: '`flowline nodes` 可列出机器' },
  'node-not-connected': {
    what: '这台机器没有连上',
    isWhole: true,
    hint: '看它的状态；在那台机器上运行 `flowline doctor`',
  },
  'node-silent': { what: '这台机器没有回答', isWhole: true, hint: '请再试一次；它可能太忙' },
  'unknown-task': {
    what: '没有这个任务，或不是你的',
    isWhole: true,
    hint: '`flowline tasks` 可列出你的任务；任务号形如 t42',
  },
  'not-started': {
    what: '它还没有启动',
    isWhole: true,
    hint: '`flowline why` 说明原因；`flowline logs -f` 会等它启动',
  },
  'unknown-table': {
    what: '没有这张表，或不是你的',
    isWhole: true,
    hint: '`flowline tasks` 可列出你的表；表号形如 b7',
  },
  'unknown-gpu': { what: '没有这张卡', isWhole: true, hint: '`flowline queue` 可列出每张卡' },
  'unknown-machine': {
    what: '这台机器没有加入这个中心',
    isWhole: true,
    hint: '请在运行该中心代理的机器上运行，或去掉 -- 和命令',
  },
  'too-many-waiting': { what: '同时等待 GPU 的太多', isWhole: true, hint: '先结束其中一些' },
  'queue-busy': { what: '磁盘跟不上排队', isWhole: true, hint: '请稍候再试' },
  'queue-not-kept': { what: '队列无法保存', hint: '什么都没有排入；修好磁盘后再试' },
  'too-many-rows': { what: '行数太多', hint: '请拆成几张表' },
  'too-many-requests': { what: '请求太多', isWhole: true, hint: '请稍候再试' },
  'priority-too-high': {
    what: '优先级太高',
    hint: '自己的任务可把其余的优先级调低，或用 `flowline edit ID --first`；更高的请找管理员（flowline queue --highest-priority）',
  },
  'queue-full': {
    what: '排队的行太多，这些没有排队',
    hint: '等一些结束，`flowline kill` 不再需要的，少提交一些，或请管理员提高上限（flowline queue --max-queued-per-user、--max-queued）',
  },
  'no-attempt': { what: '没有这样的运行或尝试', isWhole: true, hint: '`flowline show` 列出它的每次尝试' },
  'log-not-there': {
    what: '日志已不在',
    hint: '它在其机器上只保留有限的时间（flowline queue --log-days、--log-total）',
  },
  'no-figures': { what: '中心启动以来还没有这台机器的数据', isWhole: true, hint: '请等它第一次上报' },
  'not-changed': { what: '没有改动', hint: '`flowline tasks` 可看现在的状态' },
  'nothing-to-change': { what: '没有写要改什么', isWhole: true, hint: '见 `flowline edit --help`' },
  'table-complete': { what: '这张表的行已全部收到', isWhole: true, hint: '请作为新的表提交' },
  'disk-full': { what: '中心所在的磁盘已满', isWhole: true, hint: '请腾出空间后再试：已保存的都不会丢失' },
  'hub-failed': { what: '中心出错', isWhole: true, hint: '中心的日志说明了原因' },
  'agent-failed': { what: '这台机器的代理出错', hint: '它的日志说明了原因' },
  'unknown-node-token': {
    what: '中心不认识这台机器，或它的凭据已撤销',
    isWhole: true,
    hint: '请用加入令牌重新加入',
  },
  'login-name-needed': {
    what: '这种令牌须用 --label 写明登录名',
    isWhole: true,
    hint: '它的持有者以此身份行事',
  },
  'role-not-wanted': { what: '--role 只用于 dialect-write 令牌', isWhole: true, hint: '请去掉它' },
  'time-is-past': { what: '结束时间已过', isWhole: true, hint: '请选一个以后的时间' },
  'too-many-tries': { what: '这个地址登录失败太多', isWhole: true, hint: '请等一分钟' },
  'unknown-promise': {
    what: '占用已失效：30 秒没有收到进程还在运行的消息',
    isWhole: true,
    hint: '请重新占用',
  },
  'only-reports': {
    what: '这台机器自行上报，无法向它索取',
    isWhole: true,
    hint: '它的采集程序几秒内会再次上报',
  },
  configured: { what: '这台机器在中心的配置文件里', isWhole: true, hint: '请从文件中删去，再重启中心' },
  'body-too-large': { what: '内容太大', hint: '请分几次提交' },
  'malformed-request': {
    what: '请求无法读取',
    isWhole: true,
    hint: '这里用 http://；TLS 由中心前面的服务器处理',
  },
};
