/** Tables and tasks of an imagined queue: every state a run can be in, every reason to wait, and, where asked, very many rows. */

import { DEFAULT_OPTIONS, type Table } from '../../src/model/queue.ts';
import { type Attempt, bareOutOfMemory, type RunState } from '../../src/model/task.ts';
import type { WaitingReason } from '../../src/model/waiting.ts';
import type { Task } from '../../src/protocol/taskApi.ts';

const GIB = 2 ** 30;
const MINUTE = 60_000;
const gib = (amount: number): number => Math.round(amount * GIB);

const MODELS = ['vit_b', 'cnn', 'vit_l', 'resnet'];
const RATES = ['1e-4', '3e-4', '1e-3', '3e-3'];

interface AttemptPlan {
  node: string;
  gpu: number;
  ranMinutes: number;
  /** Null while it runs. */
  endedMinutesAgo: number | null;
  state?: RunState;
  class?: Attempt['class'];
  exitCode?: number | null;
  signal?: string;
  message?: string;
  remarks?: Attempt['remarks'];
  promised?: number;
  peak?: number;
  tried?: number;
  number?: number;
}

function attempt(plan: AttemptPlan, nowMs: number): Attempt {
  const endedAtMs = plan.endedMinutesAgo === null ? null : nowMs - plan.endedMinutesAgo * MINUTE;
  const startedAtMs = Math.round((endedAtMs ?? nowMs) - plan.ranMinutes * MINUTE);
  const ended = plan.class ?? null;
  return {
    number: plan.number ?? 1,
    run: 1,
    state: plan.state ?? (endedAtMs === null ? 'running' : ended === 'ok' ? 'succeeded' : 'failed'),
    nodeId: plan.node,
    node: plan.node,
    gpus: [
      {
        uuid: `GPU-${plan.node}-${plan.gpu}`,
        index: plan.gpu,
        promisedBytes: gib(plan.promised ?? 9.6),
        peakBytes: gib(plan.peak ?? 9.1),
      },
    ],
    pid: endedAtMs === null ? 41_000 + plan.gpu : null,
    leasedAtMs: startedAtMs - 120,
    startedAtMs,
    endedAtMs: endedAtMs === null ? null : Math.round(endedAtMs),
    exitCode: plan.exitCode ?? (ended === 'ok' ? 0 : null),
    signal: plan.signal ?? null,
    class: ended,
    outOfMemory:
      plan.tried === undefined
        ? null
        : bareOutOfMemory(
            `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ${plan.tried.toFixed(2)} GiB`,
            gib(plan.tried),
          ),
    message: plan.message ?? null,
    remarks: plan.remarks ?? null,
    cpuSeconds: plan.ranMinutes * 74,
    hostMemoryPeakBytes: gib(3.4),
  };
}

interface Special {
  row: number;
  state: RunState;
  model?: string;
  lr?: string;
  bs?: string;
  seed?: string;
  attempts?: AttemptPlan[];
  waiting?: WaitingReason;
  words?: string;
  asked?: number;
}

const memory = (
  node: string,
  gpuIndex: number,
  total: number,
  external: number,
  promised: number,
  asked: number,
  holder: { pid: number | null; owner: string | null; task: string | null; gib: number } | null,
): WaitingReason => ({
  kind: 'memory',
  node,
  gpuIndex,
  totalBytes: gib(total),
  externalBytes: gib(external),
  promisedBytes: gib(promised),
  headroomBytes: 0,
  freeBytes: gib(total - external - promised),
  askedBytes: gib(asked),
  holder: holder && { pid: holder.pid, owner: holder.owner, task: holder.task, bytes: gib(holder.gib) },
});

/** What the first table shows at its top, one of each kind. */
const SPECIALS: Special[] = [
  {
    row: 418,
    state: 'running',
    model: 'vit_b',
    lr: '3e-4',
    seed: '12',
    attempts: [{ node: 'vega', gpu: 0, ranMinutes: 64, endedMinutesAgo: null, promised: 21.6, peak: 18.9 }],
  },
  {
    row: 419,
    state: 'running',
    model: 'cnn',
    lr: '3e-4',
    seed: '13',
    attempts: [{ node: 'vega', gpu: 2, ranMinutes: 12, endedMinutesAgo: null }],
  },
  {
    row: 427,
    state: 'running',
    model: 'vit_l',
    lr: '1e-4',
    seed: '3',
    asked: 27,
    attempts: [
      {
        node: 'vega',
        gpu: 1,
        ranMinutes: 1.87,
        endedMinutesAgo: 60,
        class: 'gpu_oom',
        exitCode: 1,
        promised: 21.6,
        peak: 21.4,
        tried: 5,
        message: 'out of GPU memory at 21.4 of 24 GiB; alone on the card',
      },
      {
        number: 2,
        node: 'mira',
        gpu: 1,
        ranMinutes: 8,
        endedMinutesAgo: null,
        promised: 27,
        peak: 24.6,
      },
    ],
  },
  {
    row: 428,
    state: 'starting',
    model: 'vit_l',
    lr: '1e-4',
    seed: '4',
    attempts: [
      { node: 'mira', gpu: 2, ranMinutes: 0.02, endedMinutesAgo: null, state: 'starting', promised: 27 },
    ],
  },
  {
    row: 429,
    state: 'queued',
    model: 'vit_l',
    lr: '1e-4',
    bs: '128',
    seed: '1',
    asked: 42,
    waiting: memory('mira', 0, 48, 18, 0, 42, { pid: 4711, owner: 'alice', task: null, gib: 18 }),
    words: 'mira GPU 0: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
  },
  {
    row: 430,
    state: 'queued',
    model: 'vit_l',
    lr: '1e-4',
    bs: '128',
    seed: '2',
    asked: 27,
    waiting: memory('atlas', 4, 80, 61, 12.6, 27, { pid: null, owner: null, task: 't437', gib: 12.6 }),
    words: 'atlas GPU 4: 20.6 GiB short (6.4 free, 27 asked; 12.6 promised to t437)',
  },
  {
    row: 431,
    state: 'queued',
    model: 'vit_b',
    lr: '1e-4',
    seed: '1',
    waiting: { kind: 'warm-up', node: 'vega', gpuIndex: 3, task: 't420' },
    words: 'vega GPU 3: warming up with t420; how much this takes is learned there first',
  },
  {
    row: 432,
    state: 'queued',
    model: 'vit_b',
    lr: '1e-4',
    seed: '2',
    waiting: { kind: 'limit', limit: 'user', running: 24, allowed: 24, handStarted: 1 },
    words: 'your limit: 24 of 24 GPUs (1 started by hand)',
  },
  {
    row: 433,
    state: 'queued',
    model: 'vit_b',
    lr: '1e-4',
    seed: '3',
    waiting: { kind: 'dependency', task: 't431', state: 'queued', wanted: 'ok' },
    words: 'after t431 succeeds',
  },
  {
    row: 434,
    state: 'queued',
    model: 'vit_b',
    lr: '1e-4',
    seed: '4',
    waiting: { kind: 'backoff', untilMs: 48_000, class: 'infra', retry: 2, budget: 5 },
    words: 'next try in 48 s (node lost, 2 of 5)',
  },
  {
    row: 435,
    state: 'impossible',
    model: 'vit_g',
    lr: '1e-4',
    bs: '128',
    seed: '1',
    asked: 96,
    waiting: { kind: 'impossible', askedBytes: gib(96), askedGpus: 1, largestBytes: gib(80), mostGpus: 8 },
    words: 'asks 96 GiB; the largest card has 80 GiB',
  },
  {
    row: 411,
    state: 'failed',
    model: 'cnn',
    lr: '1e-2',
    seed: '5',
    attempts: [
      {
        node: 'vega',
        gpu: 3,
        ranMinutes: 0.68,
        endedMinutesAgo: 21,
        class: 'program',
        exitCode: 1,
        message: 'ValueError: loss is nan',
      },
    ],
  },
  {
    row: 407,
    state: 'timed_out',
    model: 'vit_l',
    lr: '1e-5',
    bs: '32',
    seed: '2',
    attempts: [
      {
        node: 'orion',
        gpu: 4,
        ranMinutes: 120,
        endedMinutesAgo: 33,
        state: 'timed_out',
        class: 'timeout',
        exitCode: 143,
        signal: 'SIGTERM',
        message: 'limit 2 h; ended itself 6 s after SIGTERM',
      },
    ],
  },
  {
    row: 405,
    state: 'unreachable',
    model: 'cnn',
    lr: '1e-3',
    seed: '4',
    attempts: [{ node: 'deneb', gpu: 0, ranMinutes: 111, endedMinutesAgo: null, state: 'unreachable' }],
  },
  {
    row: 402,
    state: 'held',
    model: 'cnn',
    lr: '1e-3',
    seed: '1',
    waiting: { kind: 'held', by: 'row-removed' },
    words: 'held: its row was removed from the file',
  },
];

function rotateTask(row: number, nowMs: number): Task {
  const special = SPECIALS.find((each) => each.row === row);
  const state: RunState = special?.state ?? rotateState(row);
  const model = special?.model ?? MODELS[row % MODELS.length] ?? '';
  const lr = special?.lr ?? RATES[(row >> 2) % RATES.length] ?? '';
  const bs = special?.bs ?? '64';
  const seed = special?.seed ?? String(1 + (row % 12));
  const nodes = ['orion', 'atlas', 'lyra', 'mira'];
  const node = nodes[row % nodes.length] ?? 'orion';
  const plans: AttemptPlan[] =
    special !== undefined
      ? (special.attempts ?? [])
      : state === 'succeeded'
        ? [{ node, gpu: row % 4, ranMinutes: 33, endedMinutesAgo: 40 + (900 - row), class: 'ok' }]
        : state === 'failed'
          ? [
              {
                node,
                gpu: row % 4,
                ranMinutes: 0.7,
                endedMinutesAgo: 60 + row,
                class: row % 5 === 0 ? 'host_oom' : 'program',
                exitCode: row % 5 === 0 ? 137 : 1,
                message: row % 5 === 0 ? 'killed: host out of memory' : 'ValueError: loss is nan',
              },
            ]
          : state === 'running'
            ? [{ node, gpu: row % 4, ranMinutes: 5 + (row % 50), endedMinutesAgo: null }]
            : [];
  const backoff = special?.waiting?.kind === 'backoff';
  return {
    id: `t${row}`,
    table: 'rotate_mnist.csv',
    tableId: 'b1',
    row,
    name: `${model}-${seed}`,
    owner: 'lin.wei',
    state,
    runNum: state === 'succeeded' ? 1 : 0,
    needRunNum: 1,
    waitingReason: special?.words ?? (state === 'queued' ? `its turn: ${row - 434} before it` : null),
    waiting: backoff
      ? { kind: 'backoff', untilMs: nowMs + 48_000, class: 'infra', retry: 2, budget: 5 }
      : (special?.waiting ?? (state === 'queued' ? { kind: 'turn', before: row - 434 } : null)),
    command: `python train.py --model ${model} --lr ${lr} --bs ${bs} --seed ${seed}`,
    parameters: [
      ['model', model],
      ['lr', lr],
      ['bs', bs],
      ['seed', seed],
    ],
    priority: 0,
    askedBytes: gib(special?.asked ?? 9.6),
    askedBy: 'learned',
    createdAtMs: nowMs - 300 * MINUTE,
    // A row says more than once that it waits for its turn.
    startsAtMs: state === 'queued' ? nowMs + (row - 428) * 7 * MINUTE : null,
    startsErrorMs: state === 'queued' ? 3 * MINUTE : null,
    doneAtMs: state === 'running' ? nowMs + 25 * MINUTE : null,
    doneErrorMs: state === 'running' ? 3 * MINUTE : null,
    attempts: plans.map((plan) => attempt(plan, nowMs)),
  };
}

function rotateState(row: number): RunState {
  if (row <= 400) return row % 26 === 7 ? 'failed' : 'succeeded';
  if (row < 438) return 'succeeded';
  if (row < 440) return 'running';
  if (row < 645) return 'succeeded';
  return 'queued';
}

interface SimpleTable {
  id: string;
  name: string;
  owner: string;
  rows: number;
  runs: number;
  first: number;
  stateOf: (row: number) => RunState;
  waiting: WaitingReason;
  words: string;
  paused?: Table['paused'];
}

const OTHERS: SimpleTable[] = [
  {
    id: 'b2',
    name: 'qwen2-lora.xlsx',
    owner: 'chen.yu',
    rows: 48,
    runs: 3,
    first: 1001,
    stateOf: (row) => (row <= 24 ? 'succeeded' : row <= 26 ? 'failed' : row <= 34 ? 'running' : 'queued'),
    waiting: { kind: 'turn', before: 3 },
    words: 'its turn: 3 before it',
  },
  {
    id: 'b3',
    name: 'ddpm-ablation.json',
    owner: 'wang.ll',
    rows: 64,
    runs: 1,
    first: 1101,
    stateOf: (row) => (row <= 12 ? 'succeeded' : row <= 15 ? 'failed' : 'queued'),
    waiting: { kind: 'paused', by: 'failures', message: null, trouble: null },
    words: 'its table is paused: 3 failures within 60 s',
    paused: 'failures',
  },
  {
    id: 'b4',
    name: 'seg-eval.csv',
    owner: 'm.okafor',
    rows: 220,
    runs: 1,
    first: 1201,
    stateOf: () => 'succeeded',
    waiting: { kind: 'turn', before: 0 },
    words: '',
  },
  {
    id: 'b5',
    name: 'llama-70b-sft.csv',
    owner: 's.keller',
    rows: 6,
    runs: 1,
    first: 1501,
    stateOf: () => 'queued',
    waiting: { kind: 'gpus', node: 'atlas', fitting: 5, asked: 8 },
    words: 'atlas: 5 of 8 GPUs fit',
  },
];

function otherTask(table: SimpleTable, row: number, nowMs: number): Task {
  const state = table.stateOf(row);
  const lr = RATES[row % RATES.length] ?? '';
  const done = state === 'succeeded' || state === 'failed';
  return {
    id: `t${table.first + row - 1}`,
    table: table.name,
    tableId: table.id,
    row,
    name: `row ${row}`,
    owner: table.owner,
    state,
    runNum: state === 'succeeded' ? table.runs : 0,
    needRunNum: table.runs,
    waitingReason: state === 'queued' ? table.words : null,
    waiting: state === 'queued' ? table.waiting : null,
    command: `python finetune.py --lr ${lr} --rank ${8 << (row % 3)}`,
    parameters: [
      ['lr', lr],
      ['rank', String(8 << (row % 3))],
    ],
    priority: 0,
    askedBytes: gib(38),
    askedBy: 'row',
    createdAtMs: nowMs - 500 * MINUTE,
    startsAtMs: null,
    startsErrorMs: null,
    doneAtMs: null,
    doneErrorMs: null,
    attempts:
      done || state === 'running'
        ? [
            attempt(
              {
                node: 'lyra',
                gpu: row % 8,
                ranMinutes: 41,
                endedMinutesAgo: done ? 20 + row : null,
                ...(done ? { class: state === 'failed' ? 'program' : 'ok' } : {}),
                ...(state === 'failed' ? { exitCode: 2, message: 'exit 2' } : {}),
                promised: 38,
                peak: 36.2,
              },
              nowMs,
            ),
          ]
        : [],
  };
}

/** Every task, by table, in the order of their rows. `many`: so many rows in a table of their own. */
export function imagineTasks(nowMs: number, many: number): Task[] {
  const tasks = Array.from({ length: 900 }, (_, place) => rotateTask(place + 1, nowMs));
  for (const table of OTHERS)
    tasks.push(...Array.from({ length: table.rows }, (_, place) => otherTask(table, place + 1, nowMs)));
  const sweep: SimpleTable = {
    id: 'b6',
    name: 'sweep.csv',
    owner: 'lin.wei',
    rows: many,
    runs: 1,
    first: 10_001,
    stateOf: (row) => (row <= many / 2 ? 'succeeded' : row <= many / 2 + 20 ? 'running' : 'queued'),
    waiting: memory('mira', 0, 48, 18, 0, 42, { pid: 4711, owner: 'alice', task: null, gib: 18 }),
    words: 'mira GPU 0: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
  };
  for (let row = 1; row <= many; row += 1) tasks.push(otherTask(sweep, row, nowMs));
  return tasks;
}

/** The table of some tasks, with its counts as they are now. */
export function imagineTable(id: string, tasks: readonly Task[], nowMs: number): Table {
  const first = tasks[0];
  const counts: Table['counts'] = {};
  let runs = 0;
  for (const { state, needRunNum } of tasks) {
    counts[state] = (counts[state] ?? 0) + needRunNum;
    runs += needRunNum;
  }
  const open = runs - (counts.succeeded ?? 0) - (counts.failed ?? 0);
  return {
    id,
    name: first?.table ?? 'a command',
    owner: first?.owner ?? '',
    file:
      first?.table == null
        ? null
        : {
            path: `/home/${first.owner}/exp/${first.table}`,
            format: first.table.endsWith('xlsx') ? 'xlsx' : first.table.endsWith('json') ? 'json' : 'csv',
            sheet: null,
            machineId: 'imagined',
            uid: 1000,
            writesColumns: [],
          },
    fileWarning: null,
    fileTrouble: null,
    workingDirectory: `/home/${first?.owner ?? ''}/exp/rotate`,
    command: id === 'b1' ? 'python train.py' : 'python finetune.py',
    options: DEFAULT_OPTIONS,
    maxRunning: id === 'b1' ? 24 : null,
    paused: OTHERS.find((table) => table.id === id)?.paused ?? null,
    gitCommit: '8c1f0ab',
    gitDirty: true,
    createdAtMs: nowMs - 300 * MINUTE,
    rows: tasks.length,
    runs,
    counts,
    doneAtMs:
      open === 0
        ? nowMs - 78 * MINUTE
        : id === 'b1'
          ? nowMs + 190 * MINUTE
          : id === 'b2'
            ? nowMs + 28 * 60 * MINUTE
            : null,
    doneErrorMs: open === 0 ? 0 : 12 * MINUTE,
  };
}
