/** Defects 7 and 8 of the older scheduler (scheduling.md, 1): a function of the user's that fails, and tables that are damaged. */
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../../support/needs.ts';
import { type QueueProgram, script, startQueueProgram } from '../../support/queueProgram.ts';
import { waitFor } from '../../support/waitFor.ts';

const OLDER = join(import.meta.dirname, '..', '..', 'support', 'olderTables');
/** Ends well, and tells its arguments. */
const ECHO = ['sh', '-c', 'printf "[%s]" "$@"', 'echo'];

describe.skipIf(skipWithout('gcc', 'flock', 'python3'))('defects of the older scheduler', () => {
  let queue: QueueProgram;
  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: 1, totalMebibytes: 40_000 });
  });
  afterAll(() => queue.end());

  const outputOf = async (id: string): Promise<string> => (await queue.flowline('logs', id)).output.trim();

  test("7. an exception in the user's function fails its row and tells it; the scheduler goes on, no row is lost", async () => {
    const flow = join(queue.folder, 'flow.py');
    writeFileSync(
      flow,
      `#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    ask = json.loads(line)
    if ask["kind"] == "command":
        lr = float(ask["row"]["lr"])
        print(json.dumps({"id": ask["id"], "argv": ["echo", "lr", str(lr)]}), flush=True)
`,
    );
    chmodSync(flow, 0o755);
    const table = queue.table('function.csv', ['lr', '0.1', 'not-a-number', '0.3']);
    const ids = await queue.submit(table, '--gpus', '0', '--command-from', flow);
    const [first = '', broken = '', last = ''] = ids;
    const tasks = await queue.untilAll(ids, 'succeeded', 'failed');
    expect(tasks.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect([await outputOf(first), await outputOf(last)]).toEqual(['lr 0.1', 'lr 0.3']);
    const shown = await queue.flowline('show', broken);
    expect(shown.output).toMatch(/ValueError|could not convert/);
    // The hub is as well as before.
    const [later = ''] = await queue.submit('--gpus', '0', '--', ...script('true'));
    await queue.untilAll([later], 'succeeded');
  });

  test('8. a table is not damaged: 001 stays 001, a blank omits its flag, blank run_num and edits made meanwhile are taken', async () => {
    const path = queue.table('cells.csv', [
      'seed,note,lr,run_num,need_run_num,name,cmd',
      '001,,1e-3,,1,first,No command',
      '"002","a, ""b""",0.10,0,,second,No command',
    ]);
    const ids = await queue.submit(path, '--gpus', '0', '--', ...ECHO);
    await queue.untilAll(ids, 'succeeded');
    expect(await Promise.all(ids.map(outputOf))).toEqual([
      '[--seed][001][--lr][1e-3]',
      '[--seed][002][--note][a, "b"][--lr][0.10]',
    ]);
    const written = [
      'seed,note,lr,run_num,need_run_num,name,cmd',
      '001,,1e-3,1,1,first,No command',
      '"002","a, ""b""",0.10,1,,second,No command',
      '',
    ].join('\n');
    await waitFor('the table', () => readFileSync(path, 'utf8') === written, 60_000);
  });

  test('8. a table is not damaged: rows that are added and sorted while it runs are kept, and run', async () => {
    const path = queue.table('edited.csv', ['seed,run_num,need_run_num,name,cmd', '1,0,1,a,', '2,0,1,b,']);
    const slow = ['sh', '-c', `while [ ! -e ${queue.folder}/go ]; do sleep 0.1; done`, 'slow'];
    const ids = await queue.submit(path, '--gpus', '0', '--max', '1', '--', ...slow);
    await queue.until(ids[0] ?? '', 'to run', ({ state }) => state === 'running');
    const edited = ['seed,run_num,need_run_num,name,cmd', '3,0,1,c,', '2,0,1,b,', '1,0,1,a,'];
    queue.table('edited.csv', edited);
    const { tableId } = await queue.task(ids[0] ?? '');
    const all = await waitFor(
      'the added row',
      async () => {
        const { tasks } = await queue.client().call('tasks', { query: { table: tableId } });
        return tasks.length === 3 && tasks.map(({ id }) => id);
      },
      60_000,
    );
    writeFileSync(join(queue.folder, 'go'), '');
    await queue.untilAll(all, 'succeeded');
    const written = [edited[0], '3,1,1,c,', '2,1,1,b,', '1,1,1,a,', ''].join('\n');
    await waitFor('the table', () => readFileSync(path, 'utf8') === written, 60_000);
  });

  test('8. a table is not damaged: the other sheets of an xlsx and their formulas do not vanish', async () => {
    const path = join(queue.folder, 'sweep.xlsx');
    copyFileSync(join(OLDER, 'sweep.xlsx'), path);
    const before = await readXlsx(readFileSync(path));
    const ids = await queue.submit(path, '--gpus', '0', '--', 'true');
    await queue.untilAll(ids, 'succeeded');
    const after = await waitFor(
      'the table',
      async () => {
        const now = await readXlsx(readFileSync(path));
        const [first] = now.sheets;
        const column = first?.rows[0]?.indexOf('run_num') ?? -1;
        return first?.rows.slice(1).every((row) => row[column] === 1) && now;
      },
      60_000,
    );
    expect(after.sheets.map(({ name }) => name)).toEqual(before.sheets.map(({ name }) => name));
    const formulas = (sheets: typeof before.sheets): unknown[] =>
      sheets.slice(1).map(({ cells }) => [...(cells ?? [])].map(([place, { formula }]) => [place, formula]));
    expect(formulas(after.sheets)).toEqual(formulas(before.sheets));
    expect(JSON.stringify(formulas(after.sheets))).toMatch(/[A-Z]+\(/);
  });
});
