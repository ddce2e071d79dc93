import { describe, expect, test } from 'vitest';
import { CommandProblem } from '../../tables/command/problem.ts';
import { submitBody } from './create.ts';

const origin = {
  user: 'operator',
  workingDirectory: '/srv/lab',
  environment: { PATH: '/bin', KEY: 'of the operator' },
};
const writer = (name: string, isLocal = false) => ({ account: { name, role: 'user' as const }, isLocal });
const created = (more: object, by = writer('alice')) =>
  submitBody({ cmd: 'python train.py', ...more }, by, origin);

describe('a created task', () => {
  test('is one row of one GPU, wanted as often as was said, named by its command where nobody named it', () => {
    const { table, rows, isComplete } = created({ need_run_num: 3 });
    expect(isComplete).toBe(true);
    expect(rows).toMatchObject([{ name: 'python train.py', needRunNum: 3, runNum: 0 }]);
    expect(table).toMatchObject({
      name: 'python train.py',
      file: null,
      hold: false,
      options: { ask: { gpus: 1 } },
    });
    expect(created({ name: '  ', need_run_num: null }).rows).toMatchObject([
      { name: 'python train.py', needRunNum: 1 },
    ]);
    expect(created({ name: 'lr 0.1' }).table.name).toBe('lr 0.1');
  });

  test('of somebody else has nothing of the hub: not its folder, not its environment', () => {
    const { table } = created({});
    expect(table).toMatchObject({ owner: 'alice', workingDirectory: '/' });
    expect(Object.keys(table.environment)).toEqual(['PATH']);
  });

  test.each([writer('operator'), writer('flowline from 10.0.0.0/24', true)])(
    'of the user that runs the hub has both, by a token or from an opened network',
    (by) => {
      const { table } = created({}, by);
      expect(table).toMatchObject({
        owner: 'operator',
        workingDirectory: '/srv/lab',
        environment: origin.environment,
      });
    },
  );

  test.each(['train "x', 'train {lr}', '   '])('%j is no command, and says why', (cmd) => {
    expect(() => created({ cmd })).toThrow(CommandProblem);
  });

  test('a value is never read by a shell unless the line asks for one', () => {
    const words = (cmd: string) => created({ cmd }).rows[0]?.command;
    expect(words("echo 'a; b' c\\ d")).toEqual({ kind: 'argv', words: ['echo', 'a; b', 'c d'] });
    expect(words('cd /x && make')).toMatchObject({ kind: 'shell', parameters: [] });
  });
});
