/** Calls back when something in a folder changes. */
import { watch } from 'node:fs';

/** The stop ends it. Where the machine has no watches left it tells nothing: whoever watches also looks now and then. */
export function watchFolder(folder: string, changed: () => void): () => void {
  try {
    const watcher = watch(folder, () => changed());
    watcher.unref();
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}
