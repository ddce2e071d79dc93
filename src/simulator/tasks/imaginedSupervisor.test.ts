import { describe, expect, test } from 'vitest';
import { AttemptReport, Inventory, type Lease, LogSlice } from '../../protocol/supervision.ts';
import { SubmittedRow, SubmittedTable } from '../../protocol/tableApi.ts';
import { imagineFleet } from '../fleet.ts';
import { GIB } from '../world.ts';
import { demoTables } from './demoTables.ts';
import { workOf } from './work.ts';

const START_MS = Date.UTC(2026, 4, 11, 9, 0, 0);

/** A machine of the fleet whose clock the test owns, and what its supervisor reported. */
function machine(id = 'capella') {
  let nowMs = START_MS;
  const fleet = imagineFleet({ now: () => nowMs, user: { login: 'me', uid: 1000 } });
  const found = fleet.machines.find((each) => each.id === id);
  if (!found) throw new Error(`no machine ${id}`);
  const reports: AttemptReport[] = [];
  found.supervisor.onReport((told) => reports.push(...told));
  const pass = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      nowMs += 1000;
      fleet.advanceTo(nowMs);
    }
  };
  return { opened: found.open(), supervisor: found.supervisor, reports, pass };
}

const LEASE: Lease = {
  attempt: 't1.1.1',
  fence: { epoch: 1, number: 1 },
  owner: 'me',
  taskName: 'vit_b 1',
  command: { kind: 'argv', words: ['python', 'train.py', '--model', 'vit_b'] },
  parameters: [['model', 'vit_b']],
  workingDirectory: '/home/me',
  environment: {},
  gpus: [],
  timeLimitSeconds: null,
  graceSeconds: 10,
  outOfMemoryExitCodes: [],
  outOfMemoryTexts: [],
  logHeadBytes: 1,
  logTailBytes: 1,
};

async function freeGpu({ driver }: ReturnType<typeof machine>['opened']) {
  const { gpus } = await driver.read(1000);
  const free = gpus.find((gpu) => gpu.processes.length === 0 && gpu.state === 'ok');
  if (free?.uuid == null) throw new Error('no GPU is free');
  return { uuid: free.uuid, index: free.index };
}

describe('an imagined task', () => {
  test('takes memory on its card, prints, succeeds, and leaves the card as it was', async () => {
    const { opened, supervisor, reports, pass } = machine();
    const gpu = await freeGpu(opened);
    expect(await supervisor.launch({ ...LEASE, gpus: [{ ...gpu, promisedBytes: 12 * GIB }] })).toEqual({
      kind: 'launched',
    });
    pass(40);
    const during = (await opened.driver.read(1000)).gpus[gpu.index];
    expect(during?.processes[0]?.memoryUsedBytes).toBeGreaterThan(6 * GIB);
    expect(supervisor.tasksOf([during?.processes[0]?.pid ?? 0])).toEqual(
      new Map([[during?.processes[0]?.pid, 't1']]),
    );
    const log = await supervisor.readLog({
      attempt: 't1.1.1',
      stream: 'out',
      place: { fromByte: 0 },
      maxBytes: 65_536,
      waitMs: 0,
    });
    expect(LogSlice.parse(log).isComplete).toBe(false);
    expect(atob(log.base64)).toMatch(/an imagined run.*epoch {2}1\//s);
    pass(180);
    expect(reports.at(-1)).toMatchObject({ state: 'ended', class: 'ok', exitCode: 0, cardsFree: true });
    expect(reports.at(-1)?.gpuMemoryPeakBytes[0]?.bytes).toBeGreaterThan(6 * GIB);
    expect((await opened.driver.read(1000)).gpus[gpu.index]?.processes).toEqual([]);
    for (const report of reports) AttemptReport.parse(report);
    Inventory.parse(supervisor.inventory());
    expect(supervisor.runningTasks()).toEqual([]);
  });

  test('that was promised too little runs out of memory, and succeeds with more', async () => {
    const { opened, supervisor, reports, pass } = machine();
    const gpu = await freeGpu(opened);
    const lease = { ...LEASE, parameters: [['model', 'vit_l']] as [string, string][] };
    await supervisor.launch({ ...lease, gpus: [{ ...gpu, promisedBytes: 20 * GIB }] });
    pass(120);
    const [ended] = reports.filter(({ state }) => state === 'ended');
    expect(ended).toMatchObject({ class: 'gpu_oom', exitCode: 1 });
    const tried = ended?.outOfMemory?.triedBytes ?? 0;
    const peak = ended?.gpuMemoryPeakBytes[0]?.bytes ?? 0;
    expect(ended?.outOfMemory?.line).toMatch(
      /^torch\.OutOfMemoryError: CUDA out of memory\. Tried to allocate/,
    );
    const next = Math.max(peak + tried, 1.25 * 20 * GIB);
    await supervisor.launch({ ...lease, attempt: 't1.1.2', gpus: [{ ...gpu, promisedBytes: next }] });
    pass(200);
    expect(reports.at(-1)).toMatchObject({ attempt: 't1.1.2', state: 'ended', class: 'ok' });
  });

  test('is stopped, is killed with its process, and reaches its time limit', async () => {
    const { opened, supervisor, reports, pass } = machine();
    await supervisor.launch(LEASE);
    pass(3);
    expect(
      await supervisor.stop({
        attempt: 't1.1.1',
        fence: { epoch: 0, number: 9 },
        reason: 'user',
        graceSeconds: null,
      }),
    ).toBe(false);
    expect(
      await supervisor.stop({ attempt: 't1.1.1', fence: LEASE.fence, reason: 'user', graceSeconds: null }),
    ).toBe(true);
    pass(3);
    expect(reports.at(-1)).toMatchObject({ state: 'ended', class: 'user_kill', signal: 'SIGTERM' });

    await supervisor.launch({ ...LEASE, attempt: 't2.1.1' });
    pass(2);
    const [pid = 0] = supervisor.runningTasks()[0]?.rootPids ?? [];
    await opened.processes.kill([{ pid, startedAtMs: null }], { may: 'everyone' }, 0);
    pass(2);
    expect(reports.at(-1)).toMatchObject({ attempt: 't2.1.1', state: 'ended', class: 'program' });

    await supervisor.launch({ ...LEASE, attempt: 't3.1.1', timeLimitSeconds: 5 });
    pass(10);
    expect(reports.at(-1)).toMatchObject({ attempt: 't3.1.1', state: 'ended', class: 'timeout' });
  });

  test('is told of until it is acknowledged', async () => {
    const { supervisor, reports, pass } = machine();
    await supervisor.launch(LEASE);
    pass(200);
    const before = reports.length;
    pass(8);
    expect(reports.length).toBeGreaterThan(before);
    const { attempt, fence, sequence } = reports.at(-1) as AttemptReport;
    supervisor.acknowledge([{ attempt, fence, sequence }]);
    const after = reports.length;
    pass(8);
    expect(reports.length).toBe(after);
    expect(supervisor.inventory().reports).toEqual([]);
  });

  test('a GPU of another machine is refused', async () => {
    const { supervisor } = machine();
    expect(
      await supervisor.launch({ ...LEASE, gpus: [{ uuid: 'GPU-elsewhere', index: 0, promisedBytes: null }] }),
    ).toMatchObject({ kind: 'refused', code: 'not-here' });
  });
});

test('the tables of a demo are valid, one of them asks too little, and no three fail in a row', () => {
  for (const { table, rows } of demoTables('me')) {
    SubmittedTable.parse(table);
    for (const row of rows) SubmittedRow.parse(row);
  }
  const named = (file: string) => demoTables('me').find(({ table }) => table.name === file);
  const large = named('vit-large.csv');
  const asked = large?.table.options.ask.memoryBytes ?? 0;
  expect((large?.rows ?? []).map(workOf).every((work) => work.needBytes > asked)).toBe(true);
  const works = (named('rotate_mnist.csv')?.rows ?? []).map(workOf);
  const ends = works.map((work) => work.ends).join(' ');
  expect(ends).toContain('nan');
  expect(ends).not.toContain('nan nan nan');
});
