import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/program.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { TableFile } from '../../model/queue.ts';
import type { RowResult, TableEdits } from '../../protocol/tableSync.ts';
import { isUnchanged } from '../../tables/merge.ts';
import { readTable } from '../../tables/table.ts';
import { startKeeper } from './keeper.ts';
import type { TableSync } from './tableSync.ts';

const uid = process.getuid?.() ?? 0;
const CONTENT =
  'lr,seed,run_num,need_run_num,name,cmd\r\n0.1,001,0,1,"a ""x""",No command\r\n0.2,,,2,b,No command\r\n';

let folder: { path: string; remove: () => Promise<void> };
let path: string;
let file: TableFile;
let keeper: TableSync;
let told: TableEdits[];
let isTaking: boolean | Promise<boolean>;
let keys: string[];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'sweep.csv');
  await writeFile(path, CONTENT);
  file = {
    path,
    format: 'csv',
    sheet: null,
    machineId: 'here',
    uid,
    writesColumns: [],
    commandSource: { kind: 'words', words: ['train'] },
  };
  keys = (await readTable(Buffer.from(CONTENT), { file: path, format: 'csv', resultColumns: [] })).rows.map(
    ({ key }) => key,
  );
  told = [];
  isTaking = true;
  keeper = startKeeper({
    uid,
    sidecarFolder: null,
    lookEachMs: 20,
    tell: async (edits) => {
      told.push(edits);
      return isTaking;
    },
  });
});
afterEach(async () => {
  await keeper.stop();
  await folder.remove();
});

const keep = () =>
  keeper.keep({
    table: 'b1',
    file,
    isLast: true,
    known: keys.map((key, at) => ({ key, needRunNum: at + 1, isRemoved: false })),
  });
const result = (at: number, changes: Partial<RowResult> = {}): RowResult => ({
  key: keys[at] ?? '',
  runNum: 1,
  needRunNum: at + 1,
  state: 'succeeded',
  exitCode: 0,
  startedAtMs: 1000,
  endedAtMs: 2000,
  gpu: '0',
  node: 'atlas',
  ...changes,
});
const write = (...results: RowResult[]) => keeper.write({ table: 'b1', file, revision: 7, results });
const content = () => readFile(path, 'utf8');
const edited = (what: string, find: (edits: TableEdits) => boolean) => waitFor(what, () => told.find(find));

describe('writing', () => {
  test('results are in the file when the write is answered, and nothing else of it changed', async () => {
    await keep();
    expect(await write(result(0), result(1))).toEqual({ table: 'b1', revision: 7, warning: null });
    expect(await content()).toBe(CONTENT.replace('001,0,1', '001,1,1').replace('0.2,,,2', '0.2,,1,2'));
    expect(await readdir(folder.path)).toEqual(['sweep.csv']);
    expect(told.filter((edits) => !isUnchanged(edits))).toEqual([]);
  });

  test('the mode of the file is kept', async () => {
    await chmod(path, 0o640);
    await write(result(0));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  test('the columns that were asked for are added and kept up', async () => {
    file.writesColumns = ['status', 'gpu'];
    await write(result(0));
    expect(await content()).toContain('cmd,status,gpu\r\n0.1,001,1,1,"a ""x""",No command,succeeded,0\r\n');
    await write(result(0, { state: 'failed', gpu: '1' }));
    expect(await content()).toContain('No command,failed,1\r\n');
  });

  test('rows are found again after the file was sorted and rows went', async () => {
    await keep();
    const [head = '', , second = ''] = CONTENT.split('\r\n');
    await writeFile(path, `${head}\r\n${second}\r\n`);
    await write(result(1), result(0));
    expect(await content()).toBe(`${head}\r\n${second.replace('0.2,,,2', '0.2,,1,2')}\r\n`);
  });

  test("a file of another user's is not opened", async () => {
    file.uid = uid + 1;
    await expect(write(result(0))).rejects.toMatchObject({ code: 'owner' });
    await expect(keep()).rejects.toMatchObject({ code: 'owner' });
  });

  test('a link in the place of the file is not followed', async () => {
    await rename(path, join(folder.path, 'elsewhere.csv'));
    await symlink(join(folder.path, 'elsewhere.csv'), path);
    expect((await write(result(0))).warning).toContain('is a link');
    expect(await readFile(join(folder.path, 'elsewhere.csv'), 'utf8')).toBe(CONTENT);
  });
});

describe('edits', () => {
  test('a new row is told with its command, once it is taken', async () => {
    await keep();
    isTaking = false;
    await writeFile(path, `${CONTENT}0.3,9,,,,\r\n`);
    const { added } = await edited('the added row', (edits) => edits.added.length > 0);
    expect(added).toMatchObject([
      { row: 3, name: 'Task:2', needRunNum: 1, command: { words: ['train', '--lr', '0.3', '--seed', '9'] } },
    ]);
    await waitFor('it to be told again', () => told.length > 2);
    isTaking = true;
    const count = told.length + 1;
    await waitFor('it to be taken', () => told.length >= count);
    await write(result(0));
    expect(told.length).toBe(count);
  });

  test('a raised need_run_num is told, and no result from before undoes it', async () => {
    await keep();
    await write(result(0));
    await writeFile(path, (await content()).replace('001,1,1,', '001,1,5,'));
    let take = (_: boolean): void => {};
    isTaking = new Promise((resolve) => {
      take = resolve;
    });
    const { needRunNum } = await edited('the edit', (edits) => edits.needRunNum.length > 0);
    expect(needRunNum).toEqual([{ key: keys[0], needRunNum: 5 }]);
    // Sent before the hub heard of the edit, heard before its answer.
    const crossing = write(result(0, { runNum: 2, needRunNum: 1 }));
    take(true);
    await crossing;
    expect(await content()).toContain('001,2,5,');
  });

  test("a need_run_num that the hub changed is written, also where nobody edited the hub's word meanwhile", async () => {
    await keep();
    await write(result(0, { needRunNum: 4 }));
    expect(await content()).toContain('001,1,4,');
    expect(told.filter((edits) => !isUnchanged(edits))).toEqual([]);
  });

  test('a row that went is told, and again when it is back', async () => {
    await keep();
    const [head = '', first = ''] = CONTENT.split('\r\n');
    await writeFile(path, `${head}\r\n${first}\r\n`);
    expect((await edited('the removal', (edits) => edits.removed.length > 0)).removed).toEqual([keys[1]]);
    await writeFile(path, CONTENT);
    expect((await edited('the return', (edits) => edits.returned.length > 0)).returned).toEqual([keys[1]]);
  });

  test('an editor that was opened before a run ended does not take its run_num away', async () => {
    await keep();
    await write(result(0));
    await writeFile(path, CONTENT.replace(',b,', ',renamed,'));
    await waitFor('the result to be put in again', async () => (await content()).includes('001,1,1'));
    expect(await content()).toContain(',renamed,');
  });

  test('what a program writes in place into a file that was replaced under it is not lost', async () => {
    const program = await open(path, 'r+');
    await keep();
    await write(result(0));
    await program.truncate(0);
    await program.write(`${CONTENT}0.3,7,,,,\r\n`, 0);
    await program.close();
    await waitFor('both in the file', async () => {
      const text = await content();
      return text.includes('0.3,7') && text.includes('001,1,1');
    });
    await edited('the row', (edits) => edits.added.length === 1);
  });

  test('a row without a command is said and not queued', async () => {
    file.commandSource = { kind: 'column', column: 'cmd' };
    await keep();
    await writeFile(path, `${CONTENT}0.3,9,,,,\r\n`);
    const { warning, added } = await edited('the warning', (edits) => edits.warning !== null);
    expect({ warning, added }).toEqual({
      warning: expect.stringContaining('row 3 was added and is not queued'),
      added: [],
    });
  });
});

describe('trouble', () => {
  test('results of a damaged table stand beside it until it is well', async () => {
    await keep();
    await writeFile(path, `${CONTENT}"open`);
    const { warning } = await write(result(0), result(1, { exitCode: 3, state: 'failed', runNum: 0 }));
    expect(warning).toContain('a quote is opened here and never closed');
    expect(warning).toContain('sweep.csv.flowline.csv');
    const aside = await readFile(`${path}.flowline.csv`, 'utf8');
    expect(aside).toMatch(/^\ufeffkey,row,name,run_num/);
    expect(aside).toContain(`${keys[0]},`);
    await edited('the warning', (edits) => edits.warning === warning);
    expect(await content()).toBe(`${CONTENT}"open`);
    await writeFile(path, CONTENT);
    await edited('the all-clear', (edits) => edits.warning === null);
    expect(await content()).toContain('001,1,1');
    expect(await readdir(folder.path)).toEqual(['sweep.csv']);
  });

  test('what an earlier keeper put aside is written by the next one', async () => {
    await writeFile(path, `${CONTENT}"open`);
    await write(result(0));
    await keeper.stop();
    await writeFile(path, CONTENT);
    keeper = startKeeper({ uid, sidecarFolder: null, lookEachMs: 20, tell: async () => true });
    await keep();
    await waitFor('the result in the table', async () => (await content()).includes('001,1,1'));
    await waitFor('the file aside to go', async () => (await readdir(folder.path)).length === 1);
  });

  test('what the hub still warns of from before is told to be over, once the file was read', async () => {
    await keep();
    await waitFor('the word', () => told.some(({ warning }) => warning === null));
    expect(told.filter((edits) => !isUnchanged(edits))).toEqual([]);
    told.length = 0;
    await keep();
    await waitFor('the word of the next connection', () => told.some(({ warning }) => warning === null));
  });

  test('a table that is gone does not stop anything, and is written when it is back', async () => {
    await keep();
    await rm(path);
    expect((await write(result(0))).warning).toContain('is no longer there');
    await writeFile(path, CONTENT);
    await waitFor('the result', async () => (await content()).includes('001,1,1'));
    expect(told.flatMap(({ removed }) => removed)).toEqual([]);
  });
});

describe('kill -9', () => {
  test('leaves the table whole at whatever point it comes', async () => {
    const rows = Array.from({ length: 3000 }, (_, row) => `${row},0,1,n,No command`);
    await writeFile(path, `x,run_num,need_run_num,name,cmd\n${rows.join('\n')}\n`);
    const figures = async (): Promise<number[]> => {
      const { rows: now } = await readTable(await readFile(path), {
        file: path,
        format: 'csv',
        resultColumns: [],
      });
      expect(now.map(({ parameters }) => parameters[0]?.[1])).toEqual(rows.map((_, row) => String(row)));
      return [...new Set(now.map(({ runNum }) => runNum))];
    };
    let kills = 0;
    for (let point = 1; ; point += 1) {
      const [before = 0] = await figures();
      const child = spawn(
        process.execPath,
        ['test/support/keepingChild.ts', path, String(before + 1), String(point)],
        { stdio: 'inherit' },
      );
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      const after = await figures();
      // The write puts one figure into all rows: half of one would show two.
      expect(after).toHaveLength(1);
      expect([before, before + 1]).toContain(after[0]);
      if (signal === null) {
        expect({ code, after }).toEqual({ code: 0, after: [before + 1] });
        break;
      }
      kills += 1;
    }
    expect(kills).toBeGreaterThan(12);
    expect(await readdir(folder.path)).toEqual(['sweep.csv']);
  }, 120_000);
});
