/** `flowline write`, with a hub that says what a test wants. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import { TABLE } from '../../../test/support/saidTable.ts';
import type { TableFile } from '../../model/queue.ts';
import type { RowResult, TableWrite } from '../../protocol/tableSync.ts';

const FILE: TableFile = {
  path: '/home/alice/sweep.csv',
  format: 'csv',
  sheet: null,
  machineId: 'machine',
  uid: process.getuid?.() ?? 0,
  writesColumns: [],
};
const ran = (number: number): RowResult => ({
  key: `row-${number}`,
  runNum: 1,
  needRunNum: 1,
  state: 'succeeded',
  exitCode: 0,
  startedAtMs: 1,
  endedAtMs: 2,
  gpu: null,
  node: 'atlas',
});

let hub: SaidHub;
let file: TableFile | null;
let rows: RowResult[];
let isKeptUp: boolean;
let written: TableWrite[];
beforeEach(async () => {
  file = FILE;
  rows = Array.from({ length: 2500 }, (_, place) => ran(place + 1));
  isKeptUp = false;
  written = [];
  hub = await startSaidHub((line) => {
    const table = { ...TABLE, file };
    if (line.startsWith('GET /api/v1/tables?')) return { tables: [table] };
    if (line === 'GET /api/v1/tables/b7') return table;
    if (line === 'POST /api/v1/tables/b7/written') return table;
    const offset = Number(/results\?offset=(\d+)/.exec(line)?.[1] ?? 0);
    return { results: rows.slice(offset, offset + 2000), total: rows.length, isKeptUp, revision: 7 };
  });
});
afterEach(() => hub.stop());

const write = (warning: string | null = null) =>
  runCommandLine(['write', '--hub', hub.url, 'sweep.csv'], {
    writeTable: async (write) => {
      written.push(write);
      return { table: write.table, revision: write.revision, warning };
    },
  });

const said = () => hub.requests.filter(({ line }) => line.startsWith('POST')).map(({ body }) => body);

test('writes what every row came to that ran, all at once, and tells the hub', async () => {
  const { code, output } = await write();
  expect({ code, output }).toEqual({
    code: 0,
    output: 'wrote 2500 rows that ran into /home/alice/sweep.csv',
  });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({ table: 'b7', file: FILE });
  expect(written[0]?.results.map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
  expect(said()).toEqual([{ revision: 7 }]);
});

test('leaves alone what an agent keeps up, and what is not this user’s on this machine', async () => {
  isKeptUp = true;
  expect(await write()).toMatchObject({
    code: 0,
    output: expect.stringContaining('is kept up by the agent'),
  });
  isKeptUp = false;
  file = { ...FILE, machineId: 'another' };
  expect(await write()).toMatchObject({ code: 1, errors: expect.stringContaining('on another machine') });
  file = { ...FILE, uid: FILE.uid + 1 };
  expect(await write()).toMatchObject({ code: 4, errors: expect.stringContaining(`user ${FILE.uid + 1}`) });
  file = null;
  expect(await write()).toMatchObject({ code: 2, errors: expect.stringContaining('has no file') });
  expect(written).toEqual([]);
});

test('says that nothing ran, or why it could not be written', async () => {
  expect(await write('it is open in a spreadsheet')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('spreadsheet'),
  });
  expect(said()).toEqual([]);
  rows = [];
  expect((await write()).output).toContain('nothing was written');
});
