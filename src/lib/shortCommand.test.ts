import { expect, it } from 'vitest';
import { shortCommand } from './shortCommand.ts';

it.each([
  ['/opt/conda/envs/torch/bin/python3.11 -u train.py', 'python3.11 -u train.py'],
  ['python train.py --data /mnt/data', 'python train.py --data /mnt/data'],
  ['/usr/bin/top', 'top'],
  ['/ odd', '/ odd'],
  ['[kworker/0:1]', '[kworker/0:1]'],
  ['', ''],
])('%j is short as %j', (command, short) => {
  expect(shortCommand(command)).toBe(short);
});
