/** The words of explain.ts, English and Chinese; the glossary is the product's (显存, 排队中, 暂缓 …). */
import type { Language } from '../fleet/words.ts';
import type { WaitingReason } from '../model/waiting.ts';
import { troubleText } from './remarkText.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';
import { remarkWordsZh } from './remarkWordsZh.ts';

type Of<Kind extends WaitingReason['kind']> = Extract<WaitingReason, { kind: Kind }>;

export interface ReasonWords {
  memory(gpu: string, short: string, free: string, asked: string, held: string | null): string;
  held(bytes: string, holder: string): string;
  nobody: string;
  /** A holder by its task or process, and whose it is. */
  holder(task: string | null, pid: number | null, owner: string | null): string;
  gpus(node: string, fitting: number, asked: number): string;
  warmUp(gpu: string, task: string): string;
  strangers(gpu: string, holder: string | null): string;
  limit: Record<Of<'limit'>['limit'], (running: number, allowed: number, handStarted: number) => string>;
  dependency(task: string, wanted: 'ok' | 'end', state: string): string;
  time(duration: string): string;
  backoff(duration: string, endClass: string, retry: number, budget: number | null): string;
  previousRun(run: number): string;
  reservation(node: string, task: string): string;
  paused: Record<Of<'paused'>['by'], string>;
  pausedWith(paused: string, message: string): string;
  heldBy: Record<Of<'held'>['by'], string>;
  nodes(reason: Of<'nodes'>): string;
  turn(before: number): string;
  impossible(gpus: number, bytes: string | null, mostGpus: number, largest: string | null): string;
}

const handStartedIn = (handStarted: number): string =>
  handStarted === 0 ? '' : `, ${handStarted} of them started by hand`;

const en: ReasonWords = {
  memory: (gpu, short, free, asked, held) =>
    `${gpu}: ${short} short (${free} free, ${asked} asked${held === null ? '' : `; ${held}`})`,
  held: (bytes, holder) => `${bytes} held by ${holder}`,
  nobody: 'nobody known',
  holder: (task, pid, owner) =>
    [task ?? (pid === null ? null : `pid ${pid}`), owner].filter((part) => part !== null).join(', '),
  gpus: (node, fitting, asked) =>
    `${node}: ${fitting} of ${asked} GPUs have room now; all must lie on one machine`,
  warmUp: (gpu, task) => `${gpu}: ${task} warms up there, to learn how much memory this takes`,
  strangers: (gpu, holder) =>
    `${gpu} and the others that would do are used by others${holder === null ? '' : ` (${holder})`}`,
  limit: {
    overall: (running, allowed) => `limit: ${running} of ${allowed} attempts run`,
    gpu: (running, allowed) => `limit: ${running} of ${allowed} attempts run on each GPU`,
    user: (running, allowed, handStarted) =>
      `limit: ${running} of your ${allowed} GPUs are in use${handStartedIn(handStarted)}`,
    table: (running, allowed) => `limit: ${running} of ${allowed} runs of this table`,
    node: (running, allowed) => `limit: ${running} runs without a GPU, one for each of ${allowed} cores`,
  },
  dependency: (task, wanted, state) =>
    wanted === 'ok' ? `after ${task} succeeds (now ${state})` : `after ${task} ends (now ${state})`,
  time: (duration) => `starts in ${duration} at the earliest`,
  backoff: (duration, endClass, retry, budget) =>
    `${endClass}: tried again in ${duration} (retry ${retry}${budget === null ? '' : ` of ${budget}`})`,
  previousRun: (run) => `after run ${run} of the same row`,
  reservation: (node, task) => `${node}: room is kept for ${task}`,
  paused: {
    table: 'its table is paused',
    queue: 'the queue is stopped: nothing new starts',
    failures: 'its table is paused: several runs in a row failed',
  },
  pausedWith: (paused, message) => `${paused}: ${message}`,
  heldBy: {
    user: 'held until it is released',
    'row-removed': 'its row is no longer in the file: drop or keep?',
  },
  nodes: ({ online, allowed, asOwner, matching, isNoGpuThere, trouble }) => {
    if (online === 0) return 'no machine is connected';
    if (allowed === 0) return 'no connected machine may run tasks (flowline nodes allow NODE)';
    if (asOwner === 0) return 'no machine that may run tasks runs them as its owner';
    if (isNoGpuThere) return 'no machine that may run it has a GPU (submit --gpus 0 asks for none)';
    if (matching === 0) return 'no machine that may run it has such a GPU, or is the one it is to run on';
    if (trouble === null) return 'every GPU that would do is switched off or not well';
    const { node, gpuIndex } = trouble;
    const message = trouble.what === null ? trouble.message : troubleText(trouble.what, remarkWordsEn);
    if (gpuIndex === null) return `${node} takes nothing new: ${message}`;
    return `${node} GPU ${gpuIndex}: ${message ?? 'switched off for tasks'}`;
  },
  turn: (before) => (before === 0 ? 'next in line' : `${before} before it`),
  impossible: (gpus, bytes, mostGpus, largest) => {
    const asked = bytes === null ? `${gpus} GPUs` : gpus === 1 ? bytes : `${gpus} GPUs with ${bytes} each`;
    if (gpus > mostGpus) return `impossible: ${asked} asked, the largest machine has ${mostGpus}`;
    return `impossible: ${asked} asked, the largest GPU can give ${largest ?? 'less'}`;
  },
};

const zh: ReasonWords = {
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
    if (isNoGpuThere) return '可用的机器都没有 GPU（提交时写 --gpus 0 则不用卡）';
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

export const reasonWords: Record<Language, ReasonWords> = { en, zh };
