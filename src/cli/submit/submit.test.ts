import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import { temporaryFolder } from '../../../test/support/program.ts';
import { TABLE } from '../../../test/support/saidTable.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { Table } from '../../model/queue.ts';
import type { SubmittedRow, SubmittedTable } from '../../protocol/tableApi.ts';
import type { RowResult, TableWrite } from '../../protocol/tableSync.ts';
import type { Task } from '../../protocol/taskApi.ts';
import { idRange } from './submit.ts';

interface SubmitBody {
  table: SubmittedTable;
  rows: SubmittedRow[];
  isComplete: boolean;
  dryRun: boolean;
}

const WAITING: Task = {
  id: 't2',
  table: 'sweep.csv',
  tableId: 'b7',
  row: 2,
  name: 'Task:1',
  owner: 'alice',
  state: 'queued',
  runNum: 0,
  needRunNum: 1,
  waitingReason: null,
  waiting: null,
  command: 'a',
  parameters: [],
  priority: 0,
  askedBytes: null,
  askedBy: 'whole-card',
  createdAtMs: 1,
  doneAtMs: null,
  doneErrorMs: null,
  startsAtMs: null,
  startsErrorMs: null,
  attempts: [],
};

let hub: SaidHub;
let folder: { path: string; remove: () => Promise<void> };
let open: Table[];
let counts: Table['counts'][];
let results: RowResult[];
let isKeptUp: boolean;
let written: TableWrite[];
/** What a dry run says of rows that were not sent. */
/** Why the first task waits; null: it is not told of. */
let first: Pick<Task, 'waiting' | 'waitingReason'> | null;
let others: { node: null; gpus: []; reason: string } | null;
beforeEach(async () => {
  folder = await temporaryFolder();
  open = [];
  counts = [];
  results = [];
  isKeptUp = true;
  written = [];
  others = null;
  first = null;
  let next = 1;
  hub = await startSaidHub((line, body) => {
    if (line.startsWith('GET /api/v1/tables?')) return { tables: open };
    if (line.startsWith('GET /api/v1/tables/b7/results'))
      return { results, total: results.length, isKeptUp, revision: 9 };
    if (line === 'GET /api/v1/tables/b7') return { ...TABLE, counts: counts.shift() ?? { succeeded: 2 } };
    if (line === 'POST /api/v1/tables/b7/written') return TABLE;
    if (line.startsWith('GET /api/v1/tasks/') && first !== null)
      return { task: { ...WAITING, ...first }, events: [], options: TABLE.options, workingDirectory: '/' };
    if (line.startsWith('POST /api/v1/tables')) {
      const { rows = [], dryRun } = body as SubmitBody;
      const tasks = dryRun ? [] : rows.map(({ key }) => ({ key, task: `t${next++}` }));
      const plan = dryRun ? rows.map(({ key }) => ({ key, node: 'atlas', gpus: [1], reason: null })) : [];
      return { table: TABLE, tasks, plan, others, isKeptUp };
    }
    return 404;
  });
});
afterEach(async () => {
  await hub.stop();
  await folder.remove();
});

const environment = {
  FLOWLINE_DATA: '/nowhere',
  WANDB_API_KEY: 'key of the training',
  PATH: process.env.PATH,
};
const submit = (...line: string[]) =>
  runCommandLine(['submit', '--hub', hub.url, ...line], {
    environment,
    writeTable: async (write) => {
      written.push(write);
      return { table: write.table, revision: write.revision, warning: 'written here' };
    },
  });
const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
};
const sent = (): SubmitBody =>
  hub.requests.find(({ line }) => line === 'POST /api/v1/tables')?.body as SubmitBody;

describe('a command by itself', () => {
  test('is queued word for word, with folder, environment and what was asked', async () => {
    const line =
      '--gpus 2 --memory 20G --max 3 --priority -5 --retries 2 --time-limit 2h --after end:t7 --env A=b=c --name n';
    const { code, output } = await submit(
      ...line.split(' '),
      '--cwd',
      folder.path,
      '--',
      'python',
      't.py',
      '--',
      'a b',
    );
    expect({ code, first: output.split('\n')[0] }).toEqual({ code: 0, first: 'Queued t1  python train.py' });
    const { table, rows, isComplete } = sent();
    expect(isComplete).toBe(true);
    expect(rows).toMatchObject([
      { row: 1, name: 'n', needRunNum: 1, command: { kind: 'argv', words: ['python', 't.py', '--', 'a b'] } },
    ]);
    expect(table).toMatchObject({
      name: 'n',
      owner: 'alice',
      file: null,
      maxRunning: 3,
      workingDirectory: folder.path,
      machineId: null,
      environment: { WANDB_API_KEY: 'key of the training', A: 'b=c' },
      options: {
        ask: { gpus: 2, memoryBytes: 20 * 2 ** 30, model: null, node: null },
        priority: -5,
        retries: 2,
        timeLimitSeconds: 7200,
        after: [{ wanted: 'end', task: 't7' }],
      },
    });
  });

  test('may be a line for a shell, without values in its text', async () => {
    await submit('--command', 'echo {gpu} | tee log');
    expect(sent().rows[0]?.command).toEqual({
      kind: 'shell',
      script: 'echo "$1" | tee log',
      parameters: [{ at: 'start', fact: 'gpu' }],
    });
  });

  test.each([
    [['python', 'train.py'], 2, 'only one table can be submitted, not also train.py'],
    [[], 2, 'what is to run? There is no command'],
    [['--command', 'a', '--', 'b'], 2, 'the command is said twice: by -- and --command'],
    [['--command', "a '{gpu}'"], 2, 'the placeholder {gpu} stands in quotes'],
    [['--cwd', '/no/such/folder', '--', 'a'], 2, '--cwd /no/such/folder: is not there'],
    [['--after', '7', '--', 'a'], 2, 'say ok:ID or end:ID'],
    [['--venv', '/nowhere', '--', 'a'], 2, 'there is no /nowhere/bin/python'],
    [['--command-from', './none', '--', 'a'], 2, 'there is no file'],
  ])('%j is refused in words', async (line, code, words) => {
    const result = await submit(...line);
    expect(result).toMatchObject({ code, errors: expect.stringContaining(words) });
    expect(hub.requests).toEqual([]);
  });

  test('a hub that is not there is told as such', async () => {
    const { code } = await runCommandLine(['submit', '--hub', 'http://192.0.2.1:9', '--dry-run', '--', 'a'], {
      environment,
    });
    expect(code).toBe(3);
  }, 90_000);
});

describe('a table', () => {
  test('is read here and sent as rows, each with its command', async () => {
    const path = await file('sweep.csv', 'lr,seed,name\n0.1,001,\n-x,,second\n');
    const { code, output } = await submit(path, '--', 'python', 'train.py');
    expect(code).toBe(0);
    expect(output).toContain('Queued 2 rows of sweep.csv as table b7: t1, t2');
    expect(sent().rows).toMatchObject([
      { row: 1, name: 'Task:0', command: { words: ['python', 'train.py', '--lr', '0.1', '--seed', '001'] } },
      { row: 2, name: 'second', command: { words: ['python', 'train.py', '--lr=-x'] } },
    ]);
    expect(sent().table.file).toEqual({
      path,
      format: 'csv',
      sheet: null,
      machineId: 'machine',
      uid: process.getuid?.(),
      writesColumns: [],
      commandSource: { kind: 'words', words: ['python', 'train.py'] },
    });
  });

  test('rows that are done already are not said to be queued', async () => {
    const path = await file('sweep.csv', 'lr,run_num,need_run_num\n1,1,1\n2,0,1\n3,0,1\n');
    const { output } = await submit(path, '--', 'a');
    expect(output).toContain('Queued 2 rows of sweep.csv as table b7: t1–t3 (1 was done already');
    expect(output).toContain('flowline why t2');
  });

  test('where all rows are done that is said, and how to run them again', async () => {
    const path = await file('sweep.csv', 'lr,run_num,need_run_num\n1,1,1\n2,3,2\n');
    for (const dry of [[], ['--dry-run']]) {
      const { code, output } = await submit(path, ...dry, '--', 'a');
      expect(code).toBe(0);
      expect(output).toContain('All 2 rows of sweep.csv are done already');
      expect(output).toContain('raise their need_run_num in sweep.csv');
      expect(output).not.toMatch(/Queued|flowline why|would start/);
    }
  });

  test('where no machine could run it now, that is said at once, beside the answer', async () => {
    const path = await file('sweep.csv', 'lr,run_num,need_run_num\n1,1,1\n2,0,1\n');
    first = {
      waitingReason: 'no machine that may run it has a GPU',
      waiting: {
        kind: 'nodes',
        online: 1,
        allowed: 1,
        asOwner: 1,
        matching: 0,
        usableGpus: 0,
        isNoGpuThere: true,
        trouble: null,
      },
    };
    const { code, errors } = await submit(path, '--json', '--', 'a');
    expect(code).toBe(0);
    expect(errors).toContain('It waits: no machine that may run it has a GPU');
    expect(hub.requests.at(-1)?.line).toBe('GET /api/v1/tasks/t2');
    first = { waitingReason: 'next in line', waiting: { kind: 'turn', before: 0 } };
    expect((await submit(path, '--', 'a')).errors).toBe('');
  });

  test('of many rows goes in batches under one key, and says how far it is', async () => {
    const path = await file('long.csv', `a\n${Array.from({ length: 4500 }, (_, row) => row).join('\n')}\n`);
    const { output, errors } = await submit(path, '--', 'true');
    expect(
      hub.requests
        .filter(({ line }) => line.startsWith('POST'))
        .map(({ line, body }) => [line, (body as SubmitBody).rows.length, (body as SubmitBody).isComplete]),
    ).toEqual([
      ['POST /api/v1/tables', 2000, false],
      ['POST /api/v1/tables/b7/rows', 2000, false],
      ['POST /api/v1/tables/b7/rows', 500, true],
    ]);
    expect(errors).toContain('queued 2000 of 4500 rows');
    expect(output).toContain('t1–t4500');
  });

  test('uses the commands of its rows where none is given', async () => {
    const path = await file('own.csv', 'lr,cmd\n0.1,python a.py {lr}\n0.2,"cd x && ./run {lr}"\n');
    await submit(path);
    expect(sent().rows.map(({ command }) => command)).toEqual([
      { kind: 'argv', words: ['python', 'a.py', '0.1'] },
      { kind: 'shell', script: 'cd x && ./run "$1"', parameters: ['0.2'] },
    ]);
  });

  test('names the column that looks like its command', async () => {
    const path = await file('commands.csv', await readFile('test/support/olderTables/commands.csv', 'utf8'));
    expect((await submit(path)).errors).toContain('--command-column mycmd');
    await submit(path, '--command-column', 'mycmd');
    expect(sent().rows[0]?.command).toMatchObject({
      words: expect.arrayContaining(['multi_resnet50_kd', 'False']),
    });
  });

  test('columns that we kept up before are results again, not parameters', async () => {
    const path = await file('again.csv', 'lr,run_num,status,exit_code,gpu\n0.1,1,succeeded,0,1\n');
    await submit(path, '--', 'a');
    expect(sent().rows[0]?.parameters).toEqual([['lr', '0.1']]);
    expect(sent().table.file?.writesColumns).toEqual(['status', 'exit_code', 'gpu']);
  });

  test('is not queued a second time unless told so', async () => {
    const path = await file('sweep.csv', 'lr\n1\n');
    open = [
      {
        ...TABLE,
        file: { path, format: 'csv', sheet: null, machineId: 'machine', uid: 0, writesColumns: [] },
      },
    ];
    const link = join(folder.path, 'link.csv');
    await symlink(path, link);
    expect(await submit(link, '--', 'a')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('is queued already, as b7'),
    });
    expect((await submit(path, '--again', '--', 'a')).code).toBe(0);
  });

  test.each([
    ['bad.csv', 'lr,need_run_num\n1,two\n', 'row 1 (line 2), column need_run_num: "two" is no whole number'],
    ['twice.csv', 'lr,lr\n1,2\n', 'column lr: two columns have this name'],
    [
      'nameless.csv',
      ',lr\n0,1\n',
      'row 1 (line 2): its cell number 1 has a text, but the column has no name',
    ],
    ['empty.csv', 'lr\n', 'has no rows'],
    ['zero.csv', 'lr\n"a\u0000"\n', 'zero bytes'],
  ])('%s is refused with the cell', async (name, content, words) => {
    const path = await file(name, content);
    expect(await submit(path, '--', 'a')).toMatchObject({ code: 2, errors: expect.stringContaining(words) });
  });

  test('a file that is none is told apart', async () => {
    await mkdir(join(folder.path, 'folder.csv'));
    expect((await submit(join(folder.path, 'folder.csv'), '--', 'a')).errors).toContain('it is a folder');
    expect((await submit(join(folder.path, 'none.csv'), '--', 'a')).errors).toContain(
      'there is no such file',
    );
    expect((await submit(join(folder.path, 'old.xls'), '--', 'a')).errors).toContain(
      'save it as .xlsx or .csv',
    );
  });
});

describe('what is told', () => {
  test('--json is only JSON, with the ids of the rows', async () => {
    const path = await file('sweep.csv', 'lr\n1\n2\n');
    const { output } = await submit(path, '--json', '--', 'a');
    expect(JSON.parse(output)).toMatchObject({
      table: { id: 'b7' },
      tasks: [
        { id: 't1', row: 1, name: 'Task:0' },
        { id: 't2', row: 2, name: 'Task:1' },
      ],
    });
  });

  test('--dry-run queues nothing and shows commands and places', async () => {
    const path = await file('sweep.csv', 'lr\n1\n2\n');
    const { output, code } = await submit(path, '--dry-run', '--', 'python', 'a.py');
    expect(code).toBe(0);
    expect(sent().dryRun).toBe(true);
    expect(output).toMatch(/1 {2}Task:0 {2}atlas GPU 1 {2}python a\.py --lr 1/);
    expect(output).toContain('2 of 2 rows would start now\n');
    expect(output).toContain('nothing was queued');
  });

  test('--dry-run tells of all rows of a long table, or says how many it knows nothing of', async () => {
    const path = await file('long.csv', `lr\n${Array.from({ length: 4500 }, (_, row) => row).join('\n')}\n`);
    expect((await submit(path, '--dry-run', '--', 'a')).output).toMatch(
      /2000 of 4500 rows would start now\n2500 rows of these were not tried/,
    );
    others = { node: null, gpus: [], reason: 'GPU 1: 12 GiB short' };
    const told = await submit(path, '--dry-run', '--', 'a');
    expect(told.output).toContain(
      '2000 of 4500 rows would start now; the others wait: GPU 1: 12 GiB short\n',
    );
    const { rows } = JSON.parse((await submit(path, '--dry-run', '--json', '--', 'a')).output) as {
      rows: { reason: string | null; isPlanned: boolean }[];
    };
    expect(rows).toHaveLength(4500);
    expect(rows.at(-1)).toMatchObject({ reason: 'GPU 1: 12 GiB short', isPlanned: true });
    expect(hub.requests.filter(({ line }) => line.startsWith('POST')).length).toBe(3);
  });

  test('--wait stays until all is over and fails with a failed run', async () => {
    const path = await file('sweep.csv', 'lr\n1\n2\n');
    counts = [
      { queued: 1, running: 1 },
      { succeeded: 1, failed: 1 },
    ];
    const { code, errors } = await submit(path, '--wait', '--', 'a');
    expect(code).toBe(1);
    expect(errors).toContain('0 of 2 runs done, 1 running');
    expect(errors).toContain('1 run did not succeed');
    counts = [{ succeeded: 2 }];
    expect((await submit(path, '--wait', '--', 'a')).code).toBe(0);
  });

  const over = (key: string, runNum: number): RowResult => ({
    key,
    runNum,
    needRunNum: 1,
    state: 'succeeded',
    exitCode: 0,
    startedAtMs: 1,
    endedAtMs: 2,
    gpu: null,
    node: 'atlas',
  });
  const keys = () => sent().rows.map(({ key }) => key);

  test('--wait also waits until the file says so; where nobody keeps it up, it is written here', async () => {
    const path = await file('sweep.csv', 'lr,run_num,need_run_num,name,cmd\n1,0,,,\n2,1,,,\n');
    await submit(path, '--hold', '--', 'a');
    const [first = '', second = ''] = keys();
    results = [over(first, 1), over(second, 1)];
    const waiting = submit(path, '--wait', '--', 'a');
    await waitFor('the results to be asked for', () =>
      hub.requests.some(({ line }) => line.includes('/results')),
    );
    await writeFile(path, 'lr,run_num,need_run_num,name,cmd\n1,1,,,\n2,1,,,\n');
    expect(await waiting).toMatchObject({ code: 0 });
    expect(written).toEqual([]);
    results = [over(first, 2), over(second, 1)];
    isKeptUp = false;
    const { errors } = await submit(path, '--wait', '--', 'a');
    expect(errors).toContain('written here');
    expect(written).toMatchObject([{ table: 'b7', file: { path }, results: [{ runNum: 2 }, { runNum: 1 }] }]);
  });

  test('says in one sentence that nobody keeps the file up, and what does it later', async () => {
    const path = await file('sweep.csv', 'lr\n1\n');
    expect((await submit(path, '--', 'a')).output).not.toContain('keeps');
    isKeptUp = false;
    expect((await submit(path, '--', 'a')).output).toMatch(
      /^nobody keeps sweep\.csv up: .*`flowline write b7` writes what it came to.*$/m,
    );
  });

  test('ids in a row are a range', () => {
    expect(idRange(['t3', 't4', 't5'])).toBe('t3–t5');
    expect(idRange(['t3', 't9', 't10', 't12'])).toBe('t3, t9, t10…');
  });
});
