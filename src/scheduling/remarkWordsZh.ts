/** The words of remarkText.ts in Chinese. */
import { agentRemarksZh } from '../fleet/agentRemarkWordsZh.ts';
import { taskWords } from '../fleet/taskWords.ts';
import { stateWords } from '../fleet/words.ts';
import { formatBytes, formatDuration } from '../lib/durations.ts';
import { gib, seenNeed } from './remarkFigures.ts';
import type { RemarkWords } from './remarkText.ts';

const time = (milliseconds: number): string => formatDuration(milliseconds, 'zh');
const { state: STATE } = taskWords.zh;

const FIELDS = {
  gpus: 'GPU 数',
  memoryBytes: '显存',
  model: '型号',
  node: '机器',
  priority: '优先级',
  needRunNum: '需要次数',
  timeLimitSeconds: '时限',
  retries: '重试次数',
  startAfterMs: '开始时间',
  name: '名称',
} as const;

function edited(field: keyof typeof FIELDS, value: string | number | null): string {
  if (value === null)
    return field === 'memoryBytes' ? '从运行学习' : field === 'timeLimitSeconds' ? '无' : '不限';
  if (field === 'memoryBytes') return formatBytes(Number(value));
  if (field === 'timeLimitSeconds') return time(Number(value) * 1000);
  return field === 'startAfterMs' ? new Date(value).toISOString() : String(value);
}

export const remarkWordsZh: RemarkWords = {
  between: '；',
  colon: '：',
  remark: {
    text: ({ text }) => text,
    stopped: ({ by, limitSeconds }) => {
      if (by === 'time-limit')
        return `到达时限${limitSeconds === null ? '' : `（${time(limitSeconds * 1000)}）`}，已停止`;
      if (by === 'superseded') return '中心已重新派发这次运行，因此停止';
      return by === 'preempted' ? '为其他任务让位而停止' : '应要求停止';
    },
    'machine-restarted': () => '运行期间机器重启了',
    'wrapper-killed': () => '它的看护进程被外部杀掉，无法得知程序如何结束；余下的进程已停止',
    'memory-exit-code': ({ code }) => `退出码 ${code} 被指定为显存不足`,
    'kernel-killed': () => '内核结束了它的一个进程：机器或它所在的组内存不足',
    killed: ({ isMachineOutOfMemory }) =>
      isMachineOutOfMemory
        ? '机器内存不足时被杀（SIGKILL）：内核日志写明结束了哪个进程'
        : '被 FlowLine 以外的一方杀掉（SIGKILL）：可能是 earlyoom 一类的内存守护、管理员或其他人',
    'not-executed': ({ code }) => (code === 127 ? '找不到该程序' : '该程序无法执行'),
    'left-behind': ({ processes }) => `它遗留的 ${processes} 个进程已结束`,
    unkillable: ({ processes }) =>
      `无法结束：进程 ${processes} 在 SIGKILL 之后仍在，它在内核中等待 GPU 驱动或文件系统，待其应答或机器重启才会结束`,
    'not-begun': ({ why }) =>
      ({
        stopped: '尚未执行就被停止',
        disk: '数据文件夹所在的磁盘已满：什么都没有执行',
        'agent-ended': '代理在执行之前就退出了',
        'never-heard': '机器没有收到它',
        'ended-before': '机器收到之前就已结束',
        'not-told': '机器没有启动它',
      })[why],
    'no-folder': ({ path }) => `工作目录 ${path} 不存在，或无权进入`,
    gone: ({ how, by }) =>
      ({
        'unknown-there': '机器上已没有它的任何记录',
        silent: '机器 15 分钟没有消息，而这个任务允许重复运行',
        confirmed: `${by ?? '有人'}确认它已不在`,
        superseded: '已有更晚的一次尝试',
      })[how],
    victim: ({ heldBytes, roomBytes, othersBytes, denied }) => {
      const left =
        denied === null
          ? `别人占 ${gib(othersBytes ?? 0)} GiB`
          : `还要 ${gib(denied.triedBytes)} GiB，只剩 ${gib(denied.freeBytes)} GiB`;
      return `别人留给它的显存太少：它占 ${gib(heldBytes)} GiB（应有 ${gib(roomBytes)} GiB），${left}；换到别处，预留不变`;
    },
    'memory-not-seen': () => '显存不足，没有看到它用了多少；再给它一整张卡',
    'next-promise': ({ heldBytes, triedBytes, hadBytes, grownBytes, growth, wantedBytes, beyond }) => {
      const seen = seenNeed(heldBytes, triedBytes, '峰值', '所要');
      const grown =
        hadBytes === null || grownBytes === null ? null : `${gib(hadBytes)} × ${growth} = ${gib(grownBytes)}`;
      const sum =
        seen !== null && grown !== null
          ? `${seen} 与 ${grown} GiB 中较大者`
          : `${seen ?? grown ?? gib(wantedBytes)} GiB`;
      const more =
        beyond === null
          ? ''
          : {
              'this-card': `；这张卡只能给 ${gib(beyond.bytes)} GiB，需要更大的卡`,
              'largest-which-it-gets': `；最大的卡能给 ${gib(beyond.bytes)} GiB，就给它这么多`,
              largest: `；最大的卡只能给 ${gib(beyond.bytes)} GiB`,
            }[beyond.what];
      return `下次预留：${sum}${more}`;
    },
    'retries-used': ({ budget }) => `${budget} 次重试已用完`,
    again: ({ waitMs, retry, budget }) =>
      `${time(waitMs)}后重试（第 ${retry} 次${budget === null ? '' : `，共 ${budget} 次`}）`,

    submitted: () => '已提交',
    started: ({ node, gpus }) => `在 ${node} 上启动${gpus.length === 0 ? '' : `，GPU ${gpus.join('、')}`}`,
    ended: ({ class: endClass, signal, exitCode }) => {
      const how = signal ?? (exitCode ? `退出码 ${exitCode}` : null);
      return `${taskWords.zh.ended[endClass]}${how === null ? '' : `（${how}）`}`;
    },
    'not-started': ({ node }) => `没有在 ${node} 上启动`,
    'other-promise': () => '下次尝试预留另一数量',
    'no-card': ({ asked }) => {
      if (asked === null) return '已知的 GPU 都放不下它';
      const { bytes, gpus, largestBytes, mostGpus } = asked;
      const wanted =
        bytes === null
          ? `${gpus} 张卡`
          : gpus === 1
            ? formatBytes(bytes)
            : `${gpus} 张卡、每张 ${formatBytes(bytes)}`;
      if (gpus > mostGpus) return `无法运行：需要 ${wanted}，最大的机器只有 ${mostGpus} 张卡`;
      return `无法运行：需要 ${wanted}，最大的卡只能给 ${largestBytes === null ? '更少' : formatBytes(largestBytes)}`;
    },
    'queued-again': ({ isFresh }) => (isFresh ? '重新排队，重试次数重新计' : '重新排队，排在其他任务之后'),
    'taken-out': () => '已从队列取出',
    held: () => '暂缓，等待放行',
    released: () => '已放行',
    moved: ({ to, task }) => {
      if (to === 'first' || to === 'last') return to === 'first' ? '移到最前' : '移到最后';
      return `移到 ${task} ${to === 'before' ? '之前' : '之后'}`;
    },
    edited: ({ changes }) =>
      (Object.entries(changes) as [keyof typeof FIELDS, string | number | null][])
        .map(([field, value]) => `${FIELDS[field]}：${edited(field, value)}`)
        .join('，'),
    'table-changed': () => '整张表被修改',
    'row-removed': () => '该行已不在文件中：可停止它，或放行让它照样运行',
    'row-returned': () => '该行又回到文件中',
    'stop-asked': ({ reason }) =>
      ({
        user: '被要求停止',
        'time-limit': '时限已到',
        superseded: '被更新的一次尝试取代',
        preempted: '为其他任务停止',
      })[reason],
    silent: ({ node }) => `${node} 没有消息；在它应答或有人确认它已不在之前，它的卡仍算占用`,
    'answers-again': ({ node }) => `${node} 恢复应答`,
    'log-cleaned': ({ node, reason }) =>
      `${node} 上的日志已清除：${reason === 'age' ? '超过保留天数' : '那里的日志合计太大'}`,

    state: ({ state }) => `现在：${STATE[state]}`,
    'changed-for-again': ({ state }) => `现在：${STATE[state]}；\`flowline retry\` 会按新设置再运行`,
    same: () => '本来就是这样',
    'out-on-node': () => '已在机器上运行：只能改名称和次数',
    'no-environment': () => '提交时的环境变量已不再保存：请重新提交这张表，已成功的行会略过',
    'unknown-task': ({ task }) => `没有任务 ${task}`,
    'stopping-already': () => '已经在停止',
    over: () => '已经结束',
    'not-unreachable': ({ state }) => `它没有失去联系，现在：${STATE[state]}`,
  },
  trouble: {
    // An older agent's own sentence is English: it is added where the state alone does not tell what to look for.
    driver: ({ state, message, remarks }) =>
      state === 'failed'
        ? (agentRemarksZh(remarks) ??
          `${stateWords.zh.driver[state]}${message === null ? '' : `（${message}）`}`)
        : stateWords.zh.driver[state],
    gpu: ({ state, message, remarks }) => {
      if (state === 'lost' || state === 'missing') return stateWords.zh.sick[state];
      if (state === 'asleep') return stateWords.zh.condition.asleep;
      return (
        agentRemarksZh(remarks) ?? `${stateWords.zh.sick.failed}${message === null ? '' : `（${message}）`}`
      );
    },
    'needs-care': () => '驱动要求重置，或有显存修复等待重置',
    mig: () => '它被划分成了 MIG 实例',
    prohibited: () => '它的计算模式禁止运行程序',
    exclusive: ({ pid }) => `它的计算模式是独占，被进程 ${pid} 占用`,
    'memory-not-back': ({ attempt, seconds }) => `${attempt} 已结束，但它的显存在 ${seconds} 秒内没有释放`,
    maintenance: () => '正在维护',
    strikes: ({ node, attempts, last }) =>
      `那里有 ${attempts} 次尝试非因自身原因失败${last === null ? '' : `，最近一次：${last}`}（修好后：flowline nodes allow ${node}）`,
    'rows-coming': () => '它的行还在发送中',
    restored: ({ nodes, others }) =>
      `队列由较旧的副本恢复；等 ${nodes.join('、')}${others > 0 ? ` 等另外 ${others} 台` : ''}报告正在运行什么后继续（机器不再回来：\`flowline nodes disallow\`）`,
  },
};
