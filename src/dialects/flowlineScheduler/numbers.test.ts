import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/program.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { openGpuNumbers, parseNumber } from './numbers.ts';

describe('numbers of GPUs', () => {
  test('last: over a restart, and when other machines join or are away', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'numbers.json');
    const failed = (why: unknown) => expect.unreachable(String(why));
    const first = await openGpuNumbers(path, failed);
    expect(first.of([0, 1].map((index) => ({ nodeId: 'a', index })))).toEqual([0, 1]);
    expect(first.of([{ nodeId: 'b', index: 0 }])).toEqual([2]);
    expect(
      first.of([
        { nodeId: 'a', index: 2 },
        { nodeId: 'b', index: 0 },
      ]),
    ).toEqual([3, 2]);
    await waitFor(
      'all numbers on disk',
      async () => (await readFile(path, 'utf8')).split('nodeId').length === 5,
    );
    const second = await openGpuNumbers(path, failed);
    expect(second.placeOf(2)).toEqual({ nodeId: 'b', index: 0 });
    expect(second.of([{ nodeId: 'a', index: 2 }])).toEqual([3]);
    expect(second.placeOf(4)).toBeNull();
    await folder.remove();
  });

  test('are not begun anew where their file is damaged', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'numbers.json');
    await writeFile(path, '{');
    await expect(openGpuNumbers(path, () => {})).rejects.toThrow('is damaged');
    await folder.remove();
  });

  test.each([
    ['42', 42],
    ['007', 7],
    ['-1', null],
    ['1.5', null],
    ['x', null],
    ['', null],
    ['9'.repeat(30), null],
  ])('%j in a path is %j', (text, number) => {
    expect(parseNumber(text)).toBe(number);
  });
});
