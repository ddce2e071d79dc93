/** What the queue's book and its database do a second, with 100,000 rows queued: a process apart, on this disk. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StoreCost } from './storeLoad.ts';

const ROWS = 100_000;

/** Measures once. */
export async function measureStore(): Promise<StoreCost> {
  const folder = mkdtempSync(join(process.env.FLOWLINE_BENCH_FOLDER ?? tmpdir(), 'flowline-bench-store-'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      join(import.meta.dirname, 'storeLoad.ts'),
      folder,
      String(ROWS),
    ]);
    return JSON.parse(stdout) as StoreCost;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) console.log(JSON.stringify(await measureStore(), null, 2));
