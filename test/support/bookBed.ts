/** A task book for tests: in a folder of its own or in memory, with a clock in the test's hand and rows by the dozen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTaskBook } from '../../src/hub/tasks/book/openTaskBook.ts';
import type { Given, Reporter, Submit, TaskBook, Verdict } from '../../src/hub/tasks/book/taskBook.ts';
import { openLog } from '../../src/io/log.ts';
import { DEFAULT_OPTIONS } from '../../src/model/queue.ts';
import type { AttemptReport } from '../../src/protocol/supervision.ts';
import type { SubmittedRow } from '../../src/protocol/tableApi.ts';
import { type ManualClock, manualClock } from './manualClock.ts';

export interface BookBed {
  folder: string;
  clock: ManualClock;
  /** @param isKept false: one in memory, that is forgotten. */
  open(isKept?: boolean): Promise<TaskBook>;
  remove(): void;
}

export function bookBed(): BookBed {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-book-'));
  const clock = manualClock(1_700_000_000_000);
  return {
    folder,
    clock,
    open: (isKept = true) =>
      openTaskBook({ dataFolder: isKept ? folder : null, clock, log: openLog('silent') }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const row = (number: number, more: Partial<SubmittedRow> = {}): SubmittedRow => ({
  key: `row-${number}`,
  row: number,
  name: `train ${number}`,
  runNum: 0,
  needRunNum: 1,
  parameters: [
    ['lr', String(number / 1000)],
    ['model', number % 2 === 0 ? 'vit_l' : 'resnet50'],
  ],
  command: { kind: 'argv', words: ['python', 'train.py', '--lr', String(number / 1000)] },
  ...more,
});

export const rows = (count: number, more: Partial<SubmittedRow> = {}): SubmittedRow[] =>
  Array.from({ length: count }, (_, index) => row(index + 1, more));

export function submit(
  ofRows: readonly SubmittedRow[],
  more: Partial<Omit<Submit, 'table'>> & { table?: Partial<Submit['table']> } = {},
): Submit {
  return {
    owner: 'alice',
    idempotencyKey: null,
    isComplete: true,
    rows: ofRows,
    ...more,
    table: {
      name: 'sweep.csv',
      owner: null,
      file: {
        path: '/home/alice/sweep.csv',
        format: 'csv',
        sheet: null,
        machineId: 'm1',
        uid: 1000,
        writesColumns: ['status'],
      },
      command: 'python train.py',
      options: DEFAULT_OPTIONS,
      maxRunning: null,
      hold: false,
      workingDirectory: '/home/alice',
      environment: { PATH: '/usr/bin', WANDB_API_KEY: 'secret-of-alice', FLOWLINE_TOKEN: 'fl_of_alice' },
      machineId: null,
      gpuOrder: null,
      gitCommit: null,
      gitDirty: null,
      ...more.table,
    },
  };
}

export const given = (more: Partial<Given> = {}): Given => ({
  nodeId: 'node-1',
  node: 'gpu-01',
  gpus: [{ uuid: 'GPU-a', index: 0, promisedBytes: 1000, peakBytes: null }],
  profile: null,
  isWarmingUp: false,
  ...more,
});

export const from = (nodeId = 'node-1'): Reporter => ({
  nodeId,
  node: 'gpu-01',
  mayRun: true,
  gpuIndex: () => 0,
});

export const said = (
  lease: { attemptId: string; fence: AttemptReport['fence'] },
  state: AttemptReport['state'],
  sequence: number,
  more: Partial<AttemptReport> = {},
): AttemptReport => ({
  attempt: lease.attemptId,
  fence: lease.fence,
  sequence,
  state,
  pid: 4711,
  startedAtMs: 1_700_000_000_000,
  endedAtMs: state === 'ended' ? 1_700_000_060_000 : null,
  exitCode: state === 'ended' ? 0 : null,
  signal: null,
  class: state === 'ended' ? 'ok' : null,
  outOfMemory: null,
  stopReason: null,
  message: null,
  remarks: null,
  cpuSeconds: 12.5,
  hostMemoryPeakBytes: 1_000_000,
  gpuMemoryPeakBytes: [{ uuid: 'GPU-a', bytes: 900 }],
  cardsFree: true,
  ...more,
});

export const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  class: 'ok',
  again: false,
  notBeforeMs: null,
  remarks: [],
  ...more,
});
