/**
 * Whether somebody else may put another folder into the place of one that a path leads through: then what was checked there
 * is not what is used a moment later.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Exchangeable {
  /** The folder in which others may rename what is not theirs. */
  folder: string;
  /** Its owner, who is another user; its group; or everybody. */
  by: 'owner' | 'group' | 'all';
}

/**
 * The first folder above this path in which others may rename what lies there; null where nobody may. Each has to belong to
 * this user or to whom the root folder belongs, and others may not write there, or (as in /tmp) not rename what is another's.
 * @throws the system's error where one of them is not there
 */
export function exchangeableAbove(path: string, uid: number): Exchangeable | null {
  const system = lstatSync('/').uid;
  for (let folder = realpathSync(dirname(path)); ; folder = dirname(folder)) {
    const { uid: owner, gid, mode } = lstatSync(folder);
    if (owner !== uid && owner !== system) return { folder, by: 'owner' };
    const isSticky = (mode & 0o1000) !== 0;
    if (!isSticky && (mode & 0o002) !== 0) return { folder, by: 'all' };
    // A group that has the user's own number is his alone: some systems have him make folders that it may write.
    const isOwnGroup = gid === uid && owner === uid;
    if (!isSticky && !isOwnGroup && (mode & 0o020) !== 0) return { folder, by: 'group' };
    if (folder === dirname(folder)) return null;
  }
}
