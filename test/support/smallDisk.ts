/** A disk of some kilobytes that can be filled up. Needs root: it is a mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  path: string;
  /** Until not one byte more fits. */
  fill(): void;
  /** Takes away what `fill` wrote. */
  makeRoom(): void;
  remove(): void;
}

/** @returns null where this user may not mount */
export function mountSmallDisk(kilobytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'flowline-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  if (status !== 0) {
    rmdirSync(path);
    return null;
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill() {
      const file = openSync(filler, 'w');
      try {
        for (const bytes = Buffer.alloc(4096); ; ) writeSync(file, bytes);
      } catch {
        // Full.
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    remove() {
      spawnSync('umount', [path]);
      rmdirSync(path);
    },
  };
}
