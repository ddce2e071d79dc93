/**
 * The words for states and outcomes that page, terminal and commands share: one glossary, in both languages. Sentences
 * and headings are left to whoever shows them.
 */
import type { AbsenceReason, DriverState, NodeSource, NodeState, ReadingProblemKind } from '../model/node.ts';
import type { KillOutcome, KillReason } from '../model/process.ts';
import type { Miss } from './findGpus.ts';
import type { GpuCondition } from './gpuCondition.ts';
import type { FleetGpu } from './view.ts';

export type Language = 'en' | 'zh';

export interface StateWords {
  condition: Record<GpuCondition | 'slowed', string>;
  node: Record<NodeState, string>;
  absence: Record<AbsenceReason, string>;
  driver: Record<DriverState, string>;
  /** Of machines without an agent: by what they are known, and why one cannot be read. */
  reading: {
    readBy: (dialect: string) => string;
    reportsBy: (dialect: string) => string;
    problem: Record<ReadingProblemKind, string>;
  };
  sick: {
    lost: string;
    missing: string;
    failed: string;
    reset: string;
    reboot: string;
    drain: string;
    otherAction: string;
    rowsFailed: string;
    rowsPending: string;
    pagesPending: string;
    ecc: (errors: number) => string;
    xid: (code: number) => string;
    /** Before that. */
    comma: string;
  };
  killOutcome: Record<KillOutcome | 'no-answer', string>;
  /** What became of a process, with what stands behind it; null where the agent's own sentence, in English, says it. */
  killTold: (outcome: KillOutcome | 'no-answer', reason: KillReason | null) => string | null;
  /** Why so many GPUs do not fit a wish. */
  miss: Record<Miss, (gpus: number) => string>;
  unaccounted: string;
  /** A process whose owner could not be told. */
  nobody: string;
  /** The name of an account: the one that every hub has is named in words. */
  account: (name: string) => string;
}

const en: StateWords = {
  condition: {
    free: 'free',
    working: 'working',
    'holding-idle': 'holding idle',
    sick: 'sick',
    'no-answer': 'no answer',
    offline: 'offline',
    asleep: 'asleep',
    starting: 'starting',
    maintenance: 'maintenance',
    unknown: 'not known',
    slowed: 'slowed',
  },
  node: { online: 'online', stale: 'stale', offline: 'offline', unknown: 'not seen yet' },
  absence: {
    goodbye: 'stopped',
    silent: 'silent',
    rebooting: 'rebooting',
    maintenance: 'maintenance',
  },
  driver: {
    starting: 'Driver is being asked for the first time',
    ok: 'driver in order',
    absent: 'No NVIDIA driver',
    mismatch: 'Driver and library differ: reboot',
    unresponsive: 'Driver does not answer',
    failed: 'Driver answers with an error',
  },
  reading: {
    readBy: (dialect) => `read by ${dialect}`,
    reportsBy: (dialect) => `reports by ${dialect}`,
    problem: {
      'no-answer': 'does not answer',
      'not-reached': 'not reached',
      'unknown-name': 'name not found',
      refused: 'refuses to answer',
      'wrong-password': 'wrong password',
      'not-understood': 'answer not understood',
      'too-large': 'answer too large',
      redirected: 'leads elsewhere',
      standing: 'figures stand still',
    },
  },
  sick: {
    lost: 'fell off the bus',
    missing: 'no longer counted by the driver',
    failed: 'could not be read',
    reset: 'the driver asks for a reset of this GPU',
    reboot: 'the driver asks for a reboot',
    drain: 'the driver asks to drain this GPU',
    otherAction: 'the driver asks for an action that has no name here',
    rowsFailed: 'a memory row could not be replaced',
    rowsPending: 'a memory row is replaced at the next reset',
    pagesPending: 'a memory page is retired at the next reboot',
    ecc: (errors) => (errors === 1 ? '1 uncorrected memory error' : `${errors} uncorrected memory errors`),
    xid: (code) => `Xid ${code}`,
    comma: ', ',
  },
  killOutcome: {
    done: 'ended',
    gone: 'was gone already',
    'not-allowed': 'not allowed',
    'other-process': 'the number belongs to another process now',
    unkillable: 'cannot be ended (stuck in the kernel)',
    failed: 'failed',
    'no-answer': 'its machine did not answer',
  },
  killTold: () => null,
  miss: {
    withoutAgent: (gpus) => `${gpus} on machines without an agent, which are only looked at`,
    maintenance: (gpus) => `${gpus} on machines in maintenance`,
    away: (gpus) => `${gpus} on machines that are away`,
    model: (gpus) => `${gpus} of another model`,
    unusable: (gpus) => `${gpus} not usable`,
    taken: (gpus) => `${gpus} in use`,
    memory: (gpus) => `${gpus} with too little free memory`,
  },
  unaccounted: 'unaccounted',
  nobody: 'not known',
  account: (name) => name,
};

const ZH_KILL_TOLD: Record<string, string> = {
  'done asked': '收到请求（SIGTERM）后自行结束',
  'done forced': '没有理会 SIGTERM，已强制结束（SIGKILL）',
  gone: '这个进程已经不在',
  'other-process': '原来的进程已结束，号码现在属于另一个进程',
  unkillable: 'SIGKILL 之后仍在：它在内核中等待 GPU 驱动或文件系统，待其应答或机器重启才会结束',
  'not-allowed protected': '这个进程受保护，谁都不能从这里结束',
  'not-allowed of-task': '它属于一个任务：请停止该任务',
  'not-allowed not-yours': '只有其本人或管理员可以结束',
  'not-allowed no-agent': '这台机器没有代理，只能查看',
  'not-allowed agent-may-not': '代理无权结束它：需要以 root 或该用户运行的代理',
  'failed elsewhere': '只有驱动知道它：它在另一个 PID 命名空间（代理所在容器之外）运行，请在那里结束',
  'no-answer': '所在机器没有回答，不知道结果',
};

const zh: StateWords = {
  condition: {
    free: '空闲',
    working: '工作中',
    'holding-idle': '占卡闲置',
    sick: '故障',
    'no-answer': '驱动无响应',
    offline: '离线',
    asleep: '休眠',
    starting: '启动中',
    maintenance: '维护中',
    unknown: '未知',
    slowed: '降频',
  },
  node: { online: '在线', stale: '数据过期', offline: '离线', unknown: '尚未见到' },
  absence: { goodbye: '已停止', silent: '无消息', rebooting: '正在重启', maintenance: '维护中' },
  driver: {
    starting: '正在首次询问驱动',
    ok: '驱动正常',
    absent: '没有 NVIDIA 驱动',
    mismatch: '驱动与库版本不符：请重启',
    unresponsive: '驱动无响应',
    failed: '驱动报错',
  },
  reading: {
    readBy: (dialect) => `经 ${dialect} 读取`,
    reportsBy: (dialect) => `经 ${dialect} 上报`,
    problem: {
      'no-answer': '没有应答',
      'not-reached': '连接不上',
      'unknown-name': '找不到主机名',
      refused: '拒绝回答',
      'wrong-password': '密码不对',
      'not-understood': '看不懂回答',
      'too-large': '回答过大',
      redirected: '被转到别处',
      standing: '数据停住不变',
    },
  },
  sick: {
    lost: '已从总线掉卡',
    missing: '驱动不再列出',
    failed: '读取失败',
    reset: '驱动要求重置这张卡',
    reboot: '驱动要求重启机器',
    drain: '驱动要求停止向这张卡派发',
    otherAction: '驱动要求采取一项未知的措施',
    rowsFailed: '有显存行无法替换',
    rowsPending: '有显存行待下次重置时替换',
    pagesPending: '有显存页待下次重启时停用',
    ecc: (errors) => `${errors} 个不可纠正的显存错误`,
    xid: (code) => `Xid ${code}`,
    comma: '，',
  },
  killOutcome: {
    done: '已结束',
    gone: '早已不在',
    'not-allowed': '不允许',
    'other-process': '该号码已是另一个进程',
    unkillable: '无法结束（卡在内核）',
    failed: '失败',
    'no-answer': '所在机器没有回答',
  },
  killTold: (outcome, reason) => ZH_KILL_TOLD[reason === null ? outcome : `${outcome} ${reason}`] ?? null,
  miss: {
    withoutAgent: (gpus) => `${gpus} 张所在机器没有代理，只能查看`,
    maintenance: (gpus) => `${gpus} 张所在机器在维护中`,
    away: (gpus) => `${gpus} 张所在机器不在线`,
    model: (gpus) => `${gpus} 张是别的型号`,
    unusable: (gpus) => `${gpus} 张不可用`,
    taken: (gpus) => `${gpus} 张在用`,
    memory: (gpus) => `${gpus} 张显存不足`,
  },
  unaccounted: '未归属',
  nobody: '未知',
  account: (name) => (name === 'local administrator' ? '本机管理员' : name),
};

export const stateWords: Record<Language, StateWords> = { en, zh };

/** What is wrong with a sick GPU, in few words, with its newest Xid; the driver's own sentence is left to the detail. */
export function sickWords(
  { sick }: Pick<StateWords, 'sick'>,
  gpu: Pick<FleetGpu, 'state' | 'remappedRows' | 'recoveryAction' | 'retiredPages' | 'ecc' | 'xidEvents'>,
): string {
  const event = gpu.xidEvents[0];
  const what = ailmentWords({ sick }, gpu);
  return event ? `${what}${sick.comma}${sick.xid(event.code)}` : what;
}

/** The same without the Xid, where that stands beside it. */
export function ailmentWords(
  { sick }: Pick<StateWords, 'sick'>,
  gpu: Parameters<typeof sickWords>[1],
): string {
  if (gpu.state === 'lost' || gpu.state === 'missing' || gpu.state === 'failed') return sick[gpu.state];
  if (gpu.remappedRows.failed === true) return sick.rowsFailed;
  if (gpu.recoveryAction === 'gpu-reset' || gpu.recoveryAction === 'drain-and-reset') return sick.reset;
  if (gpu.recoveryAction === 'node-reboot') return sick.reboot;
  if (gpu.recoveryAction === 'drain-p2p') return sick.drain;
  if (gpu.recoveryAction === 'other') return sick.otherAction;
  if (gpu.remappedRows.pending === true) return sick.rowsPending;
  if (gpu.retiredPages.pending === true) return sick.pagesPending;
  return sick.ecc(gpu.ecc.volatileUncorrected ?? 0);
}

/** By what a machine without an agent is known; null for one with an agent. */
export const sourceWords = (
  { reading }: Pick<StateWords, 'reading'>,
  source: Pick<NodeSource, 'dialect' | 'host'> | null,
): string | null =>
  source && (source.host === null ? reading.reportsBy(source.dialect) : reading.readBy(source.dialect));
