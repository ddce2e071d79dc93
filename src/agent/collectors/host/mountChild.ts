/**
 * The expendable process that asks file systems how full they are (a hidden role of the program): `statfs` on a dead
 * network mount blocks in the kernel for good, so nobody calls it in a process that must live. It loads nothing else.
 * What to ask, when to give up and when to end it is its parent's (mountProber.ts).
 */
import { readFileSystemSize } from './fileSystemSize.ts';

/** Parent → child. */
export interface MountQuestion {
  id: number;
  mountPoint: string;
}

/** Child → parent: figures, or why there are none. */
export type MountReply =
  | { id: number; totalBytes: number | null; usedBytes: number | null }
  | { id: number; error: string };

/** Answers questions over the channel to the parent until the parent is gone. Several at once: one that hangs delays no other. */
export function runMountChild(): void {
  process.on('message', (question: MountQuestion) => {
    void answer(question).then((reply) => process.send?.(reply));
  });
  // Not process.exit: that would wait for the very thread that hangs in the kernel.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

async function answer({ id, mountPoint }: MountQuestion): Promise<MountReply> {
  try {
    return { id, ...(await readFileSystemSize(mountPoint)) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
