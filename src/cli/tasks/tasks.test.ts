import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import type { Attempt } from '../../model/task.ts';
import type { Task } from '../../protocol/taskApi.ts';

const STARTED_MS = Date.UTC(2026, 0, 1, 12);

const attempt: Attempt = {
  number: 1,
  run: 1,
  state: 'failed',
  nodeId: 'n1',
  node: 'vega',
  gpus: [{ uuid: 'GPU-1', index: 3, promisedBytes: 20 * 2 ** 30, peakBytes: 9 * 2 ** 30 }],
  pid: 4711,
  leasedAtMs: STARTED_MS,
  startedAtMs: STARTED_MS,
  endedAtMs: STARTED_MS + 41_000,
  exitCode: 1,
  signal: null,
  class: 'program',
  outOfMemory: null,
  message: 'ValueError: loss is nan',
  remarks: null,
  cpuSeconds: 12,
  hostMemoryPeakBytes: 2 ** 30,
};

function task(id: string, changes: Partial<Task> = {}): Task {
  return {
    id,
    table: 'sweep.csv',
    tableId: 'b7',
    row: 3,
    name: 'cnn lr 0.1',
    owner: 'alice',
    state: 'failed',
    runNum: 0,
    needRunNum: 1,
    waitingReason: null,
    waiting: null,
    command: 'python train.py --lr 0.1',
    parameters: [['lr', '0.1']],
    priority: 0,
    askedBytes: 20 * 2 ** 30,
    askedBy: 'row',
    createdAtMs: STARTED_MS,
    startsAtMs: null,
    startsErrorMs: null,
    doneAtMs: null,
    doneErrorMs: null,
    attempts: [attempt],
    ...changes,
  };
}

const queued = task('t43', {
  state: 'queued',
  attempts: [],
  waitingReason: 'GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
});

let hub: SaidHub;
let log: Record<string, { base64: string; isComplete: boolean }>;
let hasStarted: boolean;
let outcome: string;
let results: Record<string, object> = {};
let paused: 'failures' | null;
let tasks: Task[];

beforeEach(async () => {
  log = {
    out: {
      base64: Buffer.from('epoch 1\n\u001b]0;title\u0007epoch 2\n').toString('base64'),
      isComplete: true,
    },
    err: { base64: Buffer.from('warn\n').toString('base64'), isComplete: true },
  };
  hasStarted = true;
  outcome = 'done';
  results = {};
  paused = null;
  tasks = [task('t42'), queued];
  hub = await startSaidHub((line, body) => {
    const url = new URL(line.split(' ')[1] ?? '', 'http://hub');
    const path = url.pathname.replace('/api/v1', '');
    if (path === '/tables') return { tables: [table] };
    if (path === `/tables/${table.id}`) return { ...table, paused };
    if (path === '/tasks') return { tasks, total: tasks.length, counts: { failed: 1, queued: 1 } };
    const id = path.split('/')[2] ?? '';
    if (path.endsWith('/log')) {
      if (!hasStarted) return { error: { code: 'not-started', message: 'not yet', hint: 'a hint' } };
      const stream = url.searchParams.get('stream') ?? '';
      const { base64, isComplete } = log[stream] ?? { base64: '', isComplete: true };
      const size = Buffer.from(base64, 'base64').length;
      const from = Number(url.searchParams.get('fromByte') ?? 0);
      return {
        attempt: 't42.1.1',
        stream,
        slice: { fromByte: from, toByte: size, sizeBytes: size, base64, gap: null, isComplete },
      };
    }
    if (line.startsWith('POST')) {
      const { select } = body as { select: { ids?: string[] } };
      const told = (id: string) => ({ id, outcome, message: 'm', remark: null, ...results[id] });
      return { results: (select.ids ?? ['t42', 't43']).map(told) };
    }
    const found = tasks.find((each) => each.id === id);
    return found
      ? { task: found, events: [], options: optionsOf(), workingDirectory: '/home/alice/exp' }
      : 404;
  });
});
afterEach(() => hub.stop());

const optionsOf = () => ({
  ask: { gpus: 1, memoryBytes: null, model: null, node: null },
  priority: 0,
  retries: 0,
  timeLimitSeconds: null,
  after: [],
  startAfterMs: null,
  graceSeconds: 10,
  isIdempotent: false,
  outOfMemoryExitCodes: [],
  outOfMemoryTexts: [],
});

const table = {
  id: 'b7',
  name: 'sweep.csv',
  owner: 'alice',
  file: null,
  fileWarning: null,
  fileTrouble: null,
  workingDirectory: '/home/alice/exp',
  command: 'python train.py',
  options: optionsOf(),
  maxRunning: null,
  paused: null,
  gitCommit: null,
  gitDirty: null,
  createdAtMs: STARTED_MS,
  rows: 2,
  runs: 2,
  counts: { failed: 1, queued: 1 },
  doneAtMs: null,
  doneErrorMs: null,
};

const run = (...argv: string[]) => runCommandLine([...argv, '--hub', hub.url]);
const posted = () => hub.requests.find(({ line }) => line.startsWith('POST'));

describe('flowline tasks', () => {
  test('tells the tables, then why each task waits or what came of it', async () => {
    const { code, output } = await run('tasks');
    expect(code).toBe(0);
    expect(output).toMatch(/b7 +sweep\.csv +alice +2 +2 runs: 1 queued, 1 failed/);
    expect(output).toMatch(/t42 +failed .*vega GPU 3 +41 s +exit 1, ValueError: loss is nan, peak 9\.0 GiB/);
    expect(output).toMatch(/t43 +queued .*12 GiB short \(30 free, 42 asked; 18 held by pid 4711, alice\)/);
  });

  test('one that waits again is on no machine and takes no time; show tells where it was', async () => {
    const [before] = tasks;
    tasks = [{ ...queued, id: 't44', attempts: before?.attempts ?? [] }];
    expect((await run('tasks')).output).toMatch(/t44 +queued +cnn lr 0.1 +\d+\/\d+ +– +– +GPU 1/);
    expect((await run('show', 't44')).output).toMatch(/failed +vega GPU 3 +41 s/);
  });

  test('tells in the reader’s language what came of it, once', async () => {
    const ended = task('t42');
    const [attempt] = ended.attempts;
    if (!attempt) throw new Error('no attempt');
    const remarks: (typeof attempt)['remarks'] = [{ kind: 'stopped', by: 'time-limit', limitSeconds: 7200 }];
    const late = { ...attempt, class: 'timeout' as const, exitCode: 143, signal: 'SIGTERM', remarks };
    tasks = [{ ...ended, state: 'timed_out', attempts: [late] }];
    const environment = { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' };
    const { output } = await runCommandLine(['tasks', '--hub', hub.url], { environment });
    expect(output).toMatch(/t42 +超时 .* SIGTERM，到达时限（2 小时），已停止，峰值 9\.0 GiB/);
    tasks = [
      { ...ended, state: 'timed_out', attempts: [{ ...late, remarks: null, message: 'as it was told' }] },
    ];
    expect((await runCommandLine(['tasks', '--hub', hub.url], { environment })).output).toContain(
      'SIGTERM，超过时限，as it was told',
    );
  });

  test('asks only for what is open, and with --all for everything', async () => {
    await run('tasks');
    await run('tasks', '--all');
    const asked = hub.requests.map(({ line }) => line).filter((line) => line.includes('/tasks'));
    expect(asked[0]).toContain('states=running%2Cstopping');
    expect(asked[1]).not.toContain('states=');
  });

  test('--json answers as the interface does', async () => {
    const { output } = await run('tasks', '--json');
    expect(JSON.parse(output)).toMatchObject({
      tasks: [{ id: 't42', attempts: [{ exitCode: 1 }] }, { id: 't43' }],
    });
  });

  test('names the tables there are where one is unknown', async () => {
    const { code, errors } = await run('tasks', '--table', 'other.csv');
    expect(code).toBe(1);
    expect(errors).toContain('b7 sweep.csv');
  });
});

describe('flowline show and why', () => {
  test('show tells command, folder, row and attempts', async () => {
    const { output } = await run('show', 't42');
    expect(output).toContain('python train.py --lr 0.1');
    expect(output).toContain('/home/alice/exp');
    expect(output).toContain('row 3 of sweep.csv');
    expect(output).toMatch(/1\.1 +failed +vega GPU 3 +41 s +20\.0 GiB/);
  });

  test('why prints the sentence', async () => {
    expect((await run('why', 't43')).output).toBe(
      't43 queued: GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)',
    );
  });

  test('a row that waits says when it starts, and by how much that may be wrong, where that is known', async () => {
    const starts = { ...queued, startsAtMs: Date.now() + 12.5 * 60_000, startsErrorMs: 3 * 60_000 };
    tasks = [starts, { ...starts, id: 't44', startsErrorMs: null }];
    const reason = 'GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)';
    expect((await run('why', 't43')).output).toBe(`t43 queued: ${reason}, starts in ≈ 12 min ± 3 min`);
    expect((await run('why', 't44')).output).toBe(`t44 queued: ${reason}, starts in ≈ 12 min`);
    expect(JSON.parse((await run('why', 't43', '--json')).output).tasks[0]).toMatchObject({
      startsErrorMs: 180_000,
    });
  });

  test('why says of a run that is being stopped which process does not end', async () => {
    const message = 'unkillable: process 17 (dd) is still there after SIGKILL';
    const attempts = [{ ...attempt, state: 'stopping' as const, endedAtMs: null, class: null, message }];
    tasks = [task('t42', { state: 'stopping', attempts })];
    expect((await run('why', 't42')).output).toMatch(/^t42 stopping: vega GPU 3, .*; unkillable: process 17/);
  });

  test('a row that was passed over says why, everywhere', async () => {
    const over: Partial<Task> = { state: 'succeeded', attempts: [], runNum: 3, needRunNum: 2 };
    tasks = [task('t42', over), task('t43', { ...over, runNum: 0, needRunNum: 0 })];
    const said = 'not run: its row has run before (run_num 3, need_run_num 2)';
    expect((await run('why', 't42')).output).toBe(`t42 succeeded: ${said}`);
    const { output } = await run('tasks', '--all');
    expect(output).toContain(said);
    expect(output).toContain('not run: its row wants no run (need_run_num 0)');
  });

  test('why exits with 1 where a task can never run', async () => {
    tasks = [task('t42', { state: 'impossible', waitingReason: 'asks 96 GiB' })];
    expect((await run('why', 't42')).code).toBe(1);
  });
});

describe('flowline kill, retry, hold, release, edit', () => {
  test.each(['release', 'retry'])('%s of a table that was paused lets it go on', async (command) => {
    const changes = () => hub.requests.filter(({ line }) => line.startsWith('PATCH'));
    await run(command, '--table', table.id);
    expect(changes()).toEqual([]);
    paused = 'failures';
    const told = await run(command, '--table', table.id);
    expect(changes()).toMatchObject([{ body: { paused: false } }]);
    expect(told.errors).toContain('was paused: it goes on');
  });

  test('a bare number is refused, and the other command named', async () => {
    const { code, errors } = await run('kill', '42');
    expect(code).toBe(2);
    expect(errors).toContain('t42');
    expect(errors).toContain('flowline processes kill 42');
    // Whoever only wants to look is not told how to end something.
    expect((await run('show', '42')).errors).not.toContain('processes kill');
    expect(hub.requests).toEqual([]);
  });

  test('named tasks are stopped without a question', async () => {
    const { code, output } = await run('kill', 't42', 't43', '--grace', '60s');
    expect(code).toBe(0);
    expect(posted()?.body).toEqual({ select: { ids: ['t42', 't43'] }, graceSeconds: 60 });
    expect(output).toMatch(/t42 +done/);
  });

  test('a whole table is asked about, and silence is no yes', async () => {
    const { code, questions } = await run('kill', '--table', 'sweep.csv');
    expect(code).toBe(2);
    expect(questions[0]).toContain('Stop 2 tasks?');
    expect(posted()).toBeUndefined();
    expect((await run('kill', '--table', 'sweep.csv', '--yes')).code).toBe(0);
    expect(posted()?.body).toMatchObject({ select: { table: 'b7', whose: 'mine' } });
  });

  test('nothing named means nothing, not everything', async () => {
    const { code, errors } = await run('kill', '--yes');
    expect(code).toBe(2);
    expect(errors).toContain('which tasks?');
  });

  test('what was not allowed exits with 4', async () => {
    outcome = 'not-allowed';
    expect((await run('hold', 't42')).code).toBe(4);
  });

  test('retry of a table means those that ended otherwise than well', async () => {
    await run('retry', '--table', 'b7');
    expect(posted()?.body).toEqual({
      select: { table: 'b7', whose: 'mine', states: ['failed', 'timed_out', 'lost', 'impossible'] },
    });
  });

  test('edit sends what was said and nothing else', async () => {
    await run('edit', 't42', '--memory', '20G', '--model', 'any', '--time-limit', 'none', '--first');
    expect(posted()?.body).toEqual({
      select: { ids: ['t42'] },
      changes: { memoryBytes: 20 * 2 ** 30, model: null, timeLimitSeconds: null, before: 'first' },
    });
  });

  test('edit says of each whether it was changed, and fails where one was not', async () => {
    results = {
      t2: { outcome: 'failed', message: 'it has failed', remark: { kind: 'state', state: 'succeeded' } },
      t3: {
        outcome: 'unknown',
        message: 'there is no task t3',
        remark: { kind: 'unknown-task', task: 't3' },
      },
    };
    const { code, output } = await run('edit', 't1', 't2', 't3', '--memory', '20G');
    expect(code).toBe(1);
    expect(output).toMatch(/t1 +changed +20\.0 GiB per GPU/);
    expect(output).toMatch(/t2 +ended already +it has succeeded/);
    expect(output).toMatch(/t3 +no such task +there is no task t3/);
    expect((await run('edit', 't1', '--memory', '20G')).code).toBe(0);
  });

  test.each([
    ['hold', [], ['queued']],
    ['release', [], ['held']],
    ['edit', ['--priority', '5'], ['queued', 'held']],
  ])(
    '%s of a table means those that it can still reach, and counts the others',
    async (act, more, states) => {
      const { output } = await run(act, '--table', 'b7', ...more);
      expect(posted()?.body).toMatchObject({ select: { table: 'b7', states } });
      expect(output).toMatch(/^[12] other tasks? of the table left alone/m);
      await run('edit', '--table', 'b7', '--runs', '3');
      expect(hub.requests.at(-1)?.body).toEqual({
        select: { table: 'b7', whose: 'mine' },
        changes: { needRunNum: 3 },
      });
    },
  );

  test('edit says what holds now, in the reader’s language', async () => {
    const words = ['edit', 't1', '--priority', '-5', '--time-limit', 'none', '--model', 'any', '--runs', '3'];
    expect((await run(...words, '--last')).output).toMatch(
      /t1 +changed +any model, priority -5, to succeed 3 times, no time limit, last of its priority/,
    );
    const chinese = await runCommandLine([...words, '--before', 't17', '--hub', hub.url], {
      environment: { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' },
    });
    expect(chinese.output).toMatch(
      /t1 +已修改 +型号不限，优先级 -5，共需成功 3 次，没有时限，紧排在 t17 之前/,
    );
  });

  test('edit without a change says what can be changed', async () => {
    const { code, errors } = await run('edit', 't42');
    expect(code).toBe(2);
    expect(errors).toContain('--memory');
  });
});

describe('flowline logs', () => {
  test('stdout goes to stdout, stderr to stderr, as the program wrote it', async () => {
    const { output, errors } = await run('logs', 't42');
    expect(output).toBe('epoch 1\n\u001b]0;title\u0007epoch 2\n');
    expect(errors).toBe('warn\n');
  });

  test('a terminal is given colours and nothing else', async () => {
    const { output } = await runCommandLine(['logs', 't42', '--out', '--hub', hub.url], {
      terminalColumns: 80,
    });
    expect(output).toBe('epoch 1\nepoch 2\n');
  });

  test('one attempt may be named', async () => {
    await run('logs', 't42.2.3', '--err', '--tail', '16K');
    const [{ line } = { line: '' }] = hub.requests;
    expect(line).toContain('/tasks/t42/log?run=2&attempt=3&stream=err&lastBytes=16384');
  });

  test('one that waits for its turn is waited for where it is followed, and said to wait once', async () => {
    hasStarted = false;
    expect((await run('logs', 't42')).errors).toContain('not yet');
    const running = run('logs', '-f', '--out', 't42');
    await expect.poll(() => hub.requests.length, { timeout: 5000 }).toBeGreaterThan(3);
    hasStarted = true;
    const { output, errors, code } = await running;
    expect(errors.match(/has not started yet/g)).toHaveLength(1);
    expect(output).toContain('epoch 2');
    expect(code).toBe(0);
  });

  test('following goes on until the attempt is over', async () => {
    log.out = { base64: '', isComplete: false };
    const running = run('logs', '-f', '--out', 't42');
    await expect.poll(() => hub.requests.length).toBeGreaterThan(2);
    log.out = { base64: Buffer.from('done\n').toString('base64'), isComplete: true };
    expect((await running).output).toContain('done');
  });
});
