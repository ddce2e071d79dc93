/** The machine's mounts, as they are now. Hosts of containers have hundreds, which hardly ever change: unchanged text is not parsed again. */
import { readKernelFile } from '../kernelFile.ts';
import { type Mount, parseMounts } from './mounts.ts';

/** A reader of the mounts below this root's /proc. */
export function createMountReader(root: string): () => readonly Mount[] {
  let before = '';
  let mounts: readonly Mount[] = [];
  return () => {
    const text = readKernelFile(`${root}/proc/self/mountinfo`) ?? '';
    if (text !== before) {
      mounts = parseMounts(text);
      before = text;
    }
    return mounts;
  };
}
