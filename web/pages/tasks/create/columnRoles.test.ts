import { expect, it } from 'vitest';
import type { FileRow } from '../../../../src/protocol/tableSync.ts';
import { withRoles } from './columnRoles.ts';

const row: FileRow = {
  key: 'k',
  row: 1,
  name: null,
  command: null,
  runNum: 0,
  needRunNum: 1,
  parameters: [
    ['lr', '1e-4'],
    ['label', 'baseline'],
    ['times', '3'],
    ['note', 'x'],
  ],
};

it('takes a column for what the reader said it is', () => {
  const [changed] = withRoles(
    [row],
    new Map([
      ['label', 'name'],
      ['times', 'needRunNum'],
      ['note', 'ignored'],
    ]),
  );
  expect(changed).toMatchObject({ name: 'baseline', needRunNum: 3, parameters: [['lr', '1e-4']] });
});

it('leaves rows alone where nothing was said', () => {
  expect(withRoles([row], new Map())).toEqual([row]);
});
