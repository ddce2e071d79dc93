/** In Chinese what agents, drivers and the hub say in English: from their remarks, or by the state or code beside a sentence. */
import { agentRemarksZh } from '../../../src/fleet/agentRemarkWordsZh.ts';
import type { DriverState } from '../../../src/model/node.ts';
import type { agentSays as english, HubSays } from '../en/agentSays.ts';
import { xidZh } from './xid.ts';

const DRIVER: Partial<Record<DriverState, string>> = {
  absent: '没有找到 NVIDIA 驱动的库：请安装驱动，或用 `FLOWLINE_NVML` 指定其位置。',
  mismatch: '驱动在已加载时被更新，与库的版本不同：请重启这台机器。',
  failed: '驱动报错：请在该机器上运行 `flowline doctor`。',
  unresponsive: '驱动没有应答，已挂起；显示的是最后一次读数。',
};

const GPU: Record<string, string> = {
  lost: '这张卡已从总线掉卡：请看内核日志，重置它或重启机器。',
  missing: '驱动不再列出这张卡：请检查插槽、供电和内核日志。',
  failed: '驱动无法读取这张卡：',
};

const OTHERS_SESSIONS = '只有以 root 运行的代理才能看到其他用户的会话。';
const SOURCE: Record<string, string> = {
  'Docker denied': '请把代理的用户加入 docker 组（该组成员等于本机 root）。',
  'Docker ok': '有的容器以未知的方式描述，没有列出。',
  'screen denied': OTHERS_SESSIONS,
  'screen ok': OTHERS_SESSIONS,
  'tmux denied': OTHERS_SESSIONS,
};

const LOG_IN = '请在中心机上运行 `flowline token link` 并打开其链接。';
const HUB: Record<string, HubSays> = {
  'login-needed': { what: '需要登录', hint: LOG_IN },
  'session-secret-missing': { what: '登录已失效', hint: LOG_IN },
  'unknown-token': { what: '登录已失效', hint: LOG_IN },
  'unknown-code': { what: '这个链接用过了，或已超过 10 分钟', hint: LOG_IN },
  'not-allowed': { what: '没有权限', hint: '请找管理员。' },
  'unknown-node': { what: '这个中心没有这台机器', hint: null },
  'node-not-connected': {
    what: '这台机器没有连上',
    hint: '看它的状态；在那台机器上运行 `flowline doctor` 可知原因。',
  },
  'no-agent': { what: '这台机器没有代理，只能查看', hint: '请在它上面运行 `flowline agent`。' },
  'only-reports': { what: '这台机器自行上报，无法向它索取', hint: null },
  configured: { what: '这台机器在中心的配置文件里', hint: '请从文件中删去，再重启中心。' },
  'node-silent': { what: '这台机器没有及时回答', hint: '请再试一次；它可能太忙。' },
  'agent-failed': { what: '这台机器的代理出错', hint: null },
  'bad-answer': { what: '看不懂这台机器的回答', hint: '代理与中心的版本可能不同：请更新较旧的一方。' },
  'log-not-there': { what: '日志已不在', hint: '它在其机器上只保留有限的时间（设置 → 队列）。' },
  'no-attempt': { what: '没有这样的运行或尝试', hint: '请另选一次尝试。' },
  'not-started': { what: '它还没有启动', hint: '启动后才有日志。' },
  'unknown-task': { what: '没有这个任务，或不是你的', hint: '任务号形如 t42。' },
  'unknown-table': { what: '没有这张表，或不是你的', hint: '表号形如 b7。' },
  'unknown-gpu': { what: '没有这张卡', hint: '请刷新后再试。' },
  'no-figures': { what: '中心启动以来还没有这台机器的数据', hint: '请等它第一次上报。' },
  'too-many-rows': { what: '行数太多', hint: '请拆成几张表。' },
  'queue-busy': { what: '磁盘跟不上排队', hint: '请稍候再试。' },
  'queue-not-kept': { what: '队列无法保存', hint: '什么都没有排入；修好磁盘后再试。' },
  'disk-full': { what: '中心所在的磁盘已满', hint: '请腾出空间后再试：已保存的都不会丢失。' },
  'table-complete': { what: '这张表的行已全部收到', hint: '请作为新的表提交。' },
  'not-changed': { what: '没有改动', hint: '请刷新，看现在的状态。' },
  'nothing-to-change': { what: '没有写要改什么', hint: '请至少改一项。' },
  'time-is-past': { what: '结束时间已过', hint: '请选一个以后的时间。' },
  'too-many-requests': { what: '请求太多', hint: '请稍候再试。' },
  'priority-too-high': {
    what: '优先级太高',
    hint: '可把自己其余任务的优先级调低；更高的请找管理员（设置 → 队列）。',
  },
  'queue-full': {
    what: '排队的行太多，这些没有排队',
    hint: '等一些结束，停止不再需要的，或请管理员提高上限（设置 → 队列）。',
  },
  'too-many-tries': { what: '尝试太多', hint: '请稍候再试。' },
  'hub-failed': { what: '中心出错', hint: '中心的日志说明了原因。' },
};

export const agentSays: typeof english = {
  agentRemarks: agentRemarksZh,
  driverSays: (state) => DRIVER[state] ?? null,
  gpuSays: (state) => GPU[state] ?? null,
  sourceSays: (name, state) => SOURCE[`${name} ${state}`] ?? null,
  diskSays: (state) => (state === 'unresponsive' ? '' : null),
  xidSays: xidZh,
  hubSays: (code) => HUB[code] ?? null,
};
