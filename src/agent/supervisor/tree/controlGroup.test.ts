/** Groups that killed agents left behind; plain folders stand in for the kernel's, which too go only when they are empty. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeAbandonedGroups } from './controlGroup.ts';

test('empty ones that are old go; what is known, holds something, is young, or is not ours stays', () => {
  const parent = mkdtempSync(join(tmpdir(), 'flowline-groups-'));
  try {
    const hourAgo = Date.now() / 1000 - 3700;
    const make = (name: string, isOld = true): string => {
      const folder = join(parent, name);
      mkdirSync(folder);
      if (name.startsWith('flowline-t3')) writeFileSync(join(folder, 'holds'), 'a process');
      if (isOld) utimesSync(folder, hourAgo, hourAgo);
      return folder;
    };
    make('flowline-t1.1.1-0123abcd');
    const kept = make('flowline-t2.1.1-0123abcd');
    make('flowline-t3.1.1-0123abcd');
    make('flowline-t4.1.1-0123abcd', false);
    make('flowline.service');
    removeAbandonedGroups(parent, new Set([kept]), Date.now());
    expect(readdirSync(parent).sort()).toEqual([
      'flowline-t2.1.1-0123abcd',
      'flowline-t3.1.1-0123abcd',
      'flowline-t4.1.1-0123abcd',
      'flowline.service',
    ]);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
