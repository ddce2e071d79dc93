/** The words for states of runs and for why attempts ended: one glossary for page, commands, explanations and the hub's sentences. */
import type { EndClass, RunState } from '../model/task.ts';
import type { Language } from './words.ts';

export interface TaskWords {
  state: Record<RunState, string>;
  /** Why an attempt ended, by itself: in a menu, beside a figure, before a colon. */
  class: Record<EndClass, string>;
  /** What an attempt did, after its number: `Attempt 2 ran out of GPU memory`. */
  ended: Record<EndClass, string>;
  /** Why a row counts as done that was never given out: its table says that it ran as often as wanted. */
  passedOver: (runNum: number, needRunNum: number) => string;
}

/** Whether it counts as done though nothing of it was ever given out. */
export const isPassedOver = ({
  state,
  attempts,
}: {
  state: RunState;
  attempts: readonly unknown[];
}): boolean => state === 'succeeded' && attempts.length === 0;

const en: TaskWords = {
  state: {
    held: 'held',
    queued: 'queued',
    starting: 'starting',
    running: 'running',
    stopping: 'stopping',
    unreachable: 'unreachable',
    succeeded: 'succeeded',
    failed: 'failed',
    cancelled: 'cancelled',
    timed_out: 'timed out',
    impossible: 'impossible',
    lost: 'lost',
  },
  class: {
    ok: 'succeeded',
    program: 'the program failed',
    gpu_oom: 'out of GPU memory',
    host_oom: 'out of host memory',
    infra: 'the machine failed it',
    preempted: 'made room for another',
    timeout: 'over its time limit',
    user_kill: 'stopped by somebody',
  },
  ended: {
    ok: 'succeeded',
    program: 'failed',
    gpu_oom: 'ran out of GPU memory',
    host_oom: 'ran out of host memory',
    infra: 'failed through its machine',
    preempted: 'made room for another',
    timeout: 'reached its time limit',
    user_kill: 'was stopped',
  },
  passedOver: (runNum, needRunNum) =>
    needRunNum === 0
      ? 'not run: its row wants no run (need_run_num 0)'
      : `not run: its row has run before (run_num ${runNum}, need_run_num ${needRunNum})`,
};

const zh: TaskWords = {
  state: {
    held: '暂缓',
    queued: '排队中',
    starting: '启动中',
    running: '运行中',
    stopping: '正在停止',
    unreachable: '失去联系',
    succeeded: '成功',
    failed: '失败',
    cancelled: '已取消',
    timed_out: '超时',
    impossible: '无法满足',
    lost: '已丢失',
  },
  class: {
    ok: '成功',
    program: '程序出错',
    gpu_oom: '显存不足',
    host_oom: '内存不足',
    infra: '机器故障',
    preempted: '让位给其他任务',
    timeout: '超过时限',
    user_kill: '被人停止',
  },
  ended: {
    ok: '成功',
    program: '失败',
    gpu_oom: '显存不足',
    host_oom: '内存不足',
    infra: '因机器故障而失败',
    preempted: '让位给其他任务',
    timeout: '到达时限',
    user_kill: '被停止',
  },
  passedOver: (runNum, needRunNum) =>
    needRunNum === 0
      ? '未运行：该行不需要运行（need_run_num 为 0）'
      : `未运行：该行以前已运行过（run_num ${runNum}，need_run_num ${needRunNum}）`,
};

export const taskWords: Record<Language, TaskWords> = { en, zh };
