/** Tables and `.flinit` of the older scheduler as people have them, through `run` and `submit`: nothing of them is changed but what was theirs to be changed. */
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacking, skipWithout } from '../support/needs.ts';
import { runProgram } from '../support/program.ts';
import { type QueueProgram, startQueueProgram } from '../support/queueProgram.ts';
import { waitFor } from '../support/waitFor.ts';

const OLDER = join(import.meta.dirname, '..', 'support', 'olderTables');
const older = (name: string): string => readFileSync(join(OLDER, name), 'utf8');

describe.skipIf(skipWithout('gcc', 'flock', 'python3'))('a table of the older scheduler', () => {
  let queue: QueueProgram;
  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: 2, totalMebibytes: 40_000 });
  });
  afterAll(() => queue.end());

  const place = (name: string): string => {
    copyFileSync(join(OLDER, name), join(queue.folder, name));
    return join(queue.folder, name);
  };
  const becomes = (path: string, text: string): Promise<unknown> =>
    waitFor(`${path} to be kept up`, () => readFileSync(path, 'utf8') === text, 60_000);

  test('with a column of whole commands runs in the shell, with .flinit, from its folder', async () => {
    const path = place('commands.csv');
    copyFileSync(join(OLDER, 'flinit'), join(queue.folder, '.flinit'));
    writeFileSync(join(queue.folder, 'train.py'), 'import sys\nprint("trained", sys.argv[1:])\n');
    // The tables say python, as everybody's environments do.
    const python = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
    if (lacking('python').length > 0)
      symlinkSync(
        python.find((file) => lacking(file.split('/').at(-1) ?? '').length === 0) ?? '',
        join(queue.folder, 'python'),
      );
    const hub = queue.hub();
    const { code, output, errors } = await runProgram(
      ['run', 'commands.csv', '--command-column', 'mycmd'],
      {
        ...queue.cards.environment,
        FLOWLINE_HUB: hub.url,
        FLOWLINE_DATA: hub.dataFolder,
        LANG: 'C',
        PATH: `${process.env.PATH}${delimiter}${queue.folder}`,
      },
      queue.folder,
    );
    expect(code, errors + output).toBe(0);
    await becomes(path, older('commands.csv').replaceAll(',0,1,Task', ',1,1,Task'));
    const { tables, settings, gpus } = await queue.client().call('queue');
    const table = tables.find(({ name }) => name === 'commands.csv');
    // max 2 / min 2048 / gpu 1 / run
    expect(table).toMatchObject({ maxRunning: 2, paused: null });
    expect(settings.leastFreeBytes).toBe(2048 * 2 ** 20);
    expect(gpus[1]?.isOn).toBe(true);
    const { tasks } = await queue.client().call('tasks', { query: { table: table?.id ?? '', sort: 'row' } });
    expect(tasks.map(({ name }) => name)).toEqual(['Task:0', 'Task:1', 'Task:2']);
    expect((await queue.flowline('logs', tasks[2]?.id ?? '')).output).toBe(
      "trained ['train', 'small', '--lr', '0.1']\n",
    );
    await queue.client().call('changeQueue', { body: { leastFreeBytes: null } });
  });

  test('without reserved columns is given them', async () => {
    const path = place('bare.csv');
    const ids = await queue.submit(path, '--', 'echo');
    await queue.untilAll(ids, 'succeeded');
    await becomes(
      path,
      'lr,batch_size,run_num,need_run_num,name,cmd\n0.01,64,1,1,Task:0,No command\n0.001,128,1,1,Task:1,No command\n',
    );
  });

  test.each(['sweep.csv', 'sweep.json'])(
    '(%s, a grid of parameters) runs whole, and only run_num changes',
    async (name) => {
      const path = place(name);
      const ids = await queue.submit(path, '--memory', '500M', '--max', '32', '--', 'true');
      expect(ids).toHaveLength(40);
      await queue.untilAll(ids, 'succeeded');
      const done = name.endsWith('csv')
        ? older(name).replaceAll(',0,1,Task', ',1,1,Task')
        : older(name).replaceAll(/"run_num": 0/g, '"run_num": 1');
      expect(done).not.toBe(older(name));
      await becomes(path, done);
    },
  );
});
