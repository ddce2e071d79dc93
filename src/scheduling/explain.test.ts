import { describe, expect, test } from 'vitest';
import type { WaitingReason } from '../model/waiting.ts';
import { explain } from './explain.ts';
import { explainZh } from './explainWordsZh.ts';

const GIB = 2 ** 30;
const memory: WaitingReason = {
  kind: 'memory',
  node: 'atlas',
  gpuIndex: 1,
  totalBytes: 80 * GIB,
  externalBytes: 18 * GIB,
  promisedBytes: 29.6 * GIB,
  headroomBytes: 2.4 * GIB,
  freeBytes: 30 * GIB,
  askedBytes: 42 * GIB,
  holder: { pid: 4711, owner: 'alice', task: null, bytes: 18 * GIB },
};

const noNode: WaitingReason = {
  kind: 'nodes',
  online: 2,
  allowed: 2,
  asOwner: 1,
  matching: 1,
  usableGpus: 0,
  isNoGpuThere: false,
  trouble: null,
};

describe('a reason in words', () => {
  test('memory: where, how short, and the arithmetic', () => {
    expect(explain(memory, { nowMs: 0, isOneNode: true })).toBe(
      'GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
    );
    expect(explain(memory, { nowMs: 0 })).toBe(
      'atlas GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
    );
    expect(explain(memory, { nowMs: 0, isOneNode: true, words: explainZh })).toBe(
      'GPU 1：显存还差 12 GiB（空闲 30，需要 42；alice 的进程 4711 占用 18）',
    );
  });

  test('the subtraction comes out for the reader, whatever the figures', () => {
    const told = explain({ ...memory, freeBytes: 29.64 * GIB, askedBytes: 42.26 * GIB }, { nowMs: 0 });
    expect(told).toContain('12.7 GiB short (29.6 free, 42.3 asked');
    expect(explain({ ...memory, freeBytes: 42 * GIB - 5 * 2 ** 20, holder: null }, { nowMs: 0 })).toBe(
      'atlas GPU 1: 5 MiB short (43003 free, 43008 asked)',
    );
  });

  test('a task of ours is named instead of its process', () => {
    const holder = { pid: 4711, owner: 'bob', task: 't7', bytes: 18 * GIB };
    expect(explain({ ...memory, holder }, { nowMs: 0 })).toContain('18 held by t7, bob');
  });

  test('a name that would move the cursor is shown, not obeyed', () => {
    const holder = { pid: 1, owner: 'eve\u001b[2J', task: null, bytes: GIB };
    expect(explain({ ...memory, holder }, { nowMs: 0 })).toContain('eve␛[2J');
  });

  const reasons: [WaitingReason, string, string][] = [
    [
      { kind: 'gpus', node: 'atlas', fitting: 1, asked: 2 },
      'atlas: 1 of 2 GPUs have room now; all must lie on one machine',
      'atlas：2 张卡中只有 1 张放得下，且必须在同一台机器上',
    ],
    [
      { kind: 'warm-up', node: 'atlas', gpuIndex: 0, task: 't4' },
      'atlas GPU 0: t4 warms up there, to learn how much memory this takes',
      'atlas GPU 0：t4 正在上面预热，以了解需要多少显存',
    ],
    [
      {
        kind: 'strangers',
        node: 'atlas',
        gpuIndex: 0,
        holder: { pid: 9, owner: 'bob', task: null, bytes: GIB },
      },
      'atlas GPU 0 and the others that would do are used by others (pid 9, bob)',
      'atlas GPU 0 及其他合适的卡正被他人使用（bob 的进程 9）',
    ],
    [
      { kind: 'limit', limit: 'user', running: 4, allowed: 4, handStarted: 1 },
      'limit: 4 of your 4 GPUs are in use, 1 of them started by hand',
      '达到上限：你已用 4/4 张卡，其中 1 张为手动启动',
    ],
    [
      { kind: 'limit', limit: 'table', running: 2, allowed: 2, handStarted: 0 },
      'limit: 2 of 2 runs of this table',
      '达到上限：本表同时运行 2/2',
    ],
    [
      { kind: 'dependency', task: 't7', state: 'running', wanted: 'ok' },
      'after t7 succeeds (now running)',
      '等待 t7 成功（现在：运行中）',
    ],
    [
      { kind: 'dependency', task: 't7', state: 'queued', wanted: 'end' },
      'after t7 ends (now queued)',
      '等待 t7 结束（现在：排队中）',
    ],
    [{ kind: 'time', untilMs: 7_200_000 }, 'starts in 2 h at the earliest', '最早 2 小时后开始'],
    [
      { kind: 'backoff', untilMs: 61_000, class: 'gpu_oom', retry: 1, budget: 3 },
      'out of GPU memory: tried again in 1 min (retry 1 of 3)',
      '显存不足，1 分后重试（第 1 次，共 3 次）',
    ],
    [{ kind: 'previous-run', run: 1 }, 'after run 1 of the same row', '等待同一行的第 1 次运行'],
    [
      { kind: 'reservation', task: 't9', node: 'atlas' },
      'atlas: room is kept for t9',
      'atlas：位置为 t9 保留',
    ],
    [
      { kind: 'paused', by: 'failures', message: null, trouble: null },
      'its table is paused: several runs in a row failed',
      '本表已暂停：连续多次失败',
    ],
    [{ kind: 'held', by: 'user' }, 'held until it is released', '暂缓，等待放行'],
    [
      { ...noNode, online: 1, allowed: 0, asOwner: 0, matching: 0 },
      'no connected machine may run tasks (flowline nodes allow NODE)',
      '在线的机器都未获准运行任务（flowline nodes allow NODE）',
    ],
    [
      { ...noNode, matching: 0, isNoGpuThere: true },
      'no machine that may run it has a GPU (flowline edit TASK --gpus 0 asks for none)',
      '可用的机器都没有 GPU（flowline edit 任务 --gpus 0 则不用卡）',
    ],
    [
      { ...noNode, asOwner: 0 },
      'no machine that may run tasks runs them as its owner',
      '获准运行任务的机器都不以任务所有者的身份运行',
    ],
    [
      { ...noNode, trouble: { node: 'vega', gpuIndex: null, message: 'two attempts failed', what: null } },
      'vega takes nothing new: two attempts failed',
      'vega 停止派发：two attempts failed',
    ],
    [
      { ...noNode, trouble: { node: 'vega', gpuIndex: 3, message: null, what: null } },
      'vega GPU 3: switched off for tasks',
      'vega GPU 3：已对任务关闭',
    ],
    [{ kind: 'turn', before: 3 }, '3 before it', '排队中，前面还有 3 个'],
    [
      { kind: 'impossible', askedBytes: 90 * GIB, askedGpus: 1, largestBytes: 77.6 * GIB, mostGpus: 8 },
      'impossible: 90 GiB asked, the largest GPU can give 77.6 GiB',
      '无法运行：需要 90 GiB，最大的卡只能给 77.6 GiB',
    ],
    [
      { kind: 'impossible', askedBytes: null, askedGpus: 9, largestBytes: 77.6 * GIB, mostGpus: 8 },
      'impossible: 9 GPUs asked, the largest machine has 8',
      '无法运行：需要 9 张卡，最大的机器只有 8 张卡',
    ],
  ];

  test.each(reasons)('%j is told in both languages', (reason, english, chinese) => {
    expect(explain(reason, { nowMs: 0 })).toBe(english);
    expect(explain(reason, { nowMs: 0, words: explainZh })).toBe(chinese);
  });
});
