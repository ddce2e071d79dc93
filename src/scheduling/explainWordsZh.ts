/** The words of explain.ts in Chinese; the glossary is the product’s (显存, 排队中, 暂缓 …). */
import { taskWords } from '../fleet/taskWords.ts';
import type { ExplainWords, ReasonWords } from './explainWords.ts';
import { troubleText } from './remarkText.ts';
import { remarkWordsZh } from './remarkWordsZh.ts';

const reasons: ReasonWords = {
  memory: (gpu, short, free, asked, held) =>
    `${gpu}：显存还差 ${short}（空闲 ${free}，需要 ${asked}${held === null ? '' : `；${held}`}）`,
  held: (bytes, holder) => `${holder} 占用 ${bytes}`,
  nobody: '未知进程',
  holder: (task, pid, owner) => {
    const what = task ?? (pid === null ? null : `进程 ${pid}`);
    if (what === null) return owner ?? '';
    return owner === null ? what : `${owner} 的${what.startsWith('t') ? ' ' : ''}${what}`;
  },
  gpus: (node, fitting, asked) => `${node}：${asked} 张卡中只有 ${fitting} 张放得下，且必须在同一台机器上`,
  warmUp: (gpu, task) => `${gpu}：${task} 正在上面预热，以了解需要多少显存`,
  strangers: (gpu, holder) => `${gpu} 及其他合适的卡正被他人使用${holder === null ? '' : `（${holder}）`}`,
  limit: {
    overall: (running, allowed) => `达到上限：同时运行 ${running}/${allowed}`,
    gpu: (running, allowed) => `达到上限：每张卡同时运行 ${running}/${allowed}`,
    user: (running, allowed, handStarted) =>
      `达到上限：你已用 ${running}/${allowed} 张卡${handStarted === 0 ? '' : `，其中 ${handStarted} 张为手动启动`}`,
    table: (running, allowed) => `达到上限：本表同时运行 ${running}/${allowed}`,
    node: (running, allowed) => `达到上限：不用卡的任务已运行 ${running} 个，共 ${allowed} 个核心`,
  },
  dependency: (task, wanted, state) =>
    wanted === 'ok' ? `等待 ${task} 成功（现在：${state}）` : `等待 ${task} 结束（现在：${state}）`,
  time: (duration) => `最早 ${duration}后开始`,
  backoff: (duration, endClass, retry, budget) =>
    `${endClass}，${duration}后重试（第 ${retry} 次${budget === null ? '' : `，共 ${budget} 次`}）`,
  previousRun: (run) => `等待同一行的第 ${run} 次运行`,
  reservation: (node, task) => `${node}：位置为 ${task} 保留`,
  paused: {
    table: '本表已暂停',
    queue: '队列已停止：不再启动新任务',
    failures: '本表已暂停：连续多次失败',
  },
  pausedWith: (paused, message) => `${paused}：${message}`,
  heldBy: { user: '暂缓，等待放行', 'row-removed': '该行已不在文件中：丢弃还是保留？' },
  nodes: ({ online, allowed, asOwner, matching, isNoGpuThere, trouble }) => {
    if (online === 0) return '没有机器在线';
    if (allowed === 0) return '在线的机器都未获准运行任务（flowline nodes allow NODE）';
    if (asOwner === 0) return '获准运行任务的机器都不以任务所有者的身份运行';
    if (isNoGpuThere) return '可用的机器都没有 GPU（flowline edit 任务 --gpus 0 则不用卡）';
    if (matching === 0) return '可用的机器都不是所要的那台，或没有这样的卡';
    if (trouble === null) return '合适的卡都已关闭或有故障';
    const { node, gpuIndex } = trouble;
    const message = trouble.what === null ? trouble.message : troubleText(trouble.what, remarkWordsZh);
    if (gpuIndex === null) return `${node} 停止派发：${message}`;
    return `${node} GPU ${gpuIndex}：${message ?? '已对任务关闭'}`;
  },
  turn: (before) => (before === 0 ? '排队中，下一个' : `排队中，前面还有 ${before} 个`),
  impossible: (gpus, bytes, mostGpus, largest) => {
    const asked = bytes === null ? `${gpus} 张卡` : gpus === 1 ? bytes : `${gpus} 张卡、每张 ${bytes}`;
    if (gpus > mostGpus) return `无法运行：需要 ${asked}，最大的机器只有 ${mostGpus} 张卡`;
    return `无法运行：需要 ${asked}，最大的卡只能给 ${largest ?? '更少'}`;
  },
};

export const explainZh: ExplainWords = {
  language: 'zh',
  reasons,
  remarks: remarkWordsZh,
  task: taskWords.zh,
};
