import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { skipWithout } from '../../../test/support/needs.ts';
import { recordedBody } from '../../../test/support/recorded.ts';
import { type OlderTask, pythonDict, taskListBody, WantedTask } from './tasks.ts';

describe('tasks', () => {
  const told = {
    id: 't3',
    name: 'Task:0',
    command: '',
    parameters: [
      ['description', 'sleeper one'],
      ['mycmd', 'sleep 45'],
      ['lr', '0.1'],
    ] as [string, string][],
    runNum: 0,
    needRunNum: 1,
    state: 'queued' as const,
  };

  test('are told of as the older FlowLine told', () => {
    const [theirs] = recordedBody('flowline', 'task-list') as OlderTask[];
    expect(taskListBody([told])).toEqual([{ ...theirs, task_id: 3 }]);
  });

  test('leave the list when they are done, and stay when they failed', () => {
    const tasks = (['succeeded', 'failed', 'cancelled', 'impossible', 'held', 'running'] as const).map(
      (state, place) => ({ ...told, id: `t${place}`, state }),
    );
    expect(taskListBody(tasks).map(({ task_id, status }) => [task_id, status])).toEqual([
      [1, 'FAILED'],
      [2, 'KILLED'],
      [3, 'FAILED'],
      [4, 'PENDING'],
      [5, 'RUNNING'],
    ]);
  });

  test.each([
    ['001', "'001'"],
    ['0', '0'],
    ['-5', '-5'],
    ['-0', "'-0'"],
    ['1e5', "'1e5'"],
    ['0.10', "'0.10'"],
    ['-0.5', '-0.5'],
    ['True', "'True'"],
    ["it's", `"it's"`],
    [`"it's"`, `'"it\\'s"'`],
    ['a\\b\n', "'a\\\\b\\n'"],
    ['训练', "'训练'"],
    ['\u001b[2J', "'\\x1b[2J'"],
  ])('a cell %j is %s in its dict', (text, python) => {
    expect(pythonDict([['k', text]])).toBe(`{'k': ${python}}`);
  });

  test.skipIf(skipWithout('python3'))('Python reads the dict as it was [needs python3]', () => {
    const texts = fc.sample(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      200,
    );
    const cells = [...texts, '0.1', '7', '-3.25'].map((text, place): [string, string] => [`c${place}`, text]);
    const script =
      'import ast, json, sys; print(json.dumps([str(v) for v in ast.literal_eval(sys.stdin.read()).values()]))';
    const read = execFileSync('python3', ['-c', script], { input: pythonDict(cells), encoding: 'utf8' });
    expect(JSON.parse(read)).toEqual(cells.map(([, text]) => text));
  });

  test.each([
    [
      { name: 'n', cmd: 'echo', need_run_num: 2 },
      { name: 'n', cmd: 'echo', need_run_num: 2 },
    ],
    [
      { cmd: 'echo', need_run_num: '3', more: 1 },
      { cmd: 'echo', need_run_num: 3 },
    ],
    [
      { cmd: 'echo', name: null, need_run_num: null },
      { cmd: 'echo', name: null, need_run_num: null },
    ],
  ])('%j may be created', (body, wanted) => {
    expect(WantedTask.parse(body)).toEqual(wanted);
  });

  test.each([
    {},
    { cmd: '' },
    { cmd: 1 },
    { cmd: 'x', need_run_num: 0 },
    { cmd: 'x', need_run_num: 1.5 },
    { cmd: 'x', need_run_num: 'many' },
    [],
  ])('%j may not', (body) => {
    expect(WantedTask.safeParse(body).success).toBe(false);
  });
});
