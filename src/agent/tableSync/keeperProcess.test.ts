import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/program.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { systemClock } from '../../io/clock.ts';
import { openLog } from '../../io/log.ts';
import type { TableFile } from '../../model/queue.ts';
import type { RowResult, TableEdits } from '../../protocol/tableSync.ts';
import { readTable } from '../../tables/table.ts';
import { startTableSync } from './keeperProcess.ts';
import type { TableSync } from './tableSync.ts';

const CONTENT = 'x,run_num,need_run_num,name,cmd\n1,0,1,a,No command\n2,0,1,b,No command\n';
const uid = process.getuid?.() ?? 0;

let folder: { path: string; remove: () => Promise<void> };
let tables: TableSync;
let told: TableEdits[];
let file: TableFile;
let keys: string[];
beforeEach(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'sweep.csv');
  await writeFile(path, CONTENT);
  file = { path, format: 'csv', sheet: null, machineId: 'here', uid, writesColumns: [] };
  file.commandSource = { kind: 'words', words: ['train'] };
  keys = (await readTable(Buffer.from(CONTENT), { file: path, format: 'csv', resultColumns: [] })).rows.map(
    ({ key }) => key,
  );
  told = [];
  tables = startTableSync({
    selfCommand: [process.execPath, 'src/main.ts'],
    environment: process.env,
    sidecarFolder: join(folder.path, 'aside'),
    tell: async (edits) => {
      told.push(edits);
      return true;
    },
    clock: systemClock,
    log: openLog('error'),
  });
  await tables.keep({
    table: 'b1',
    file,
    known: keys.map((key) => ({ key, needRunNum: 1, isRemoved: false })),
    isLast: true,
  });
});
afterEach(async () => {
  await tables.stop();
  await folder.remove();
});

const result = (at: number): RowResult => ({
  key: keys[at] ?? '',
  runNum: 1,
  needRunNum: 1,
  state: 'succeeded',
  exitCode: 0,
  startedAtMs: null,
  endedAtMs: null,
  gpu: null,
  node: null,
});
const write = (at: number) => tables.write({ table: 'b1', file, revision: at, results: [result(at)] });
/** Ours: by the folder in its arguments, which no other process has. */
const keeperPid = (): number | null => {
  const line = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .find((text) => text.includes('table-keeper') && text.includes(folder.path));
  return line === undefined ? null : Number(line.trim().split(' ')[0]);
};

test('results are written, and edits told, by a process of its own', async () => {
  expect(await write(0)).toMatchObject({ warning: null });
  expect(await readFile(file.path, 'utf8')).toContain('1,1,1,a');
  await writeFile(file.path, `${CONTENT}3,,,,\n`);
  await waitFor('the added row', () => told.find(({ added }) => added.length === 1));
  await tables.forget('b1');
  await waitFor('the process to end with its last table', () => keeperPid() === null);
});

test('a keeper that is killed is started again, and knows what it knew', async () => {
  await write(0);
  process.kill(keeperPid() ?? 0, 'SIGKILL');
  await writeFile(file.path, `${CONTENT}3,,,,\n`);
  const { added } = await waitFor('the row that was added meanwhile', () =>
    told.find((edits) => edits.added.length > 0),
  );
  expect(added.map(({ row }) => row)).toEqual([3]);
  expect(told.flatMap(({ removed }) => removed)).toEqual([]);
  await write(1);
  expect(await readFile(file.path, 'utf8')).toContain('2,1,1,b');
});

test("another user's table is refused, with a code", async () => {
  const foreign = { ...file, uid: uid + 1 };
  await expect(tables.write({ table: 'b2', file: foreign, revision: 1, results: [] })).rejects.toMatchObject({
    code: 'owner',
  });
});
