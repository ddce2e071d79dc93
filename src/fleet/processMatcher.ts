/** Whether a process is one that somebody looks for. Pure. */
import type { FoundProcess } from '../model/process.ts';

/** Fields that a search looks at. */
export type Searched = Pick<FoundProcess, 'pid' | 'name' | 'command' | 'user' | 'owner' | 'container'>;

/**
 * A test for processes: every word of the query must be in the name, the command, the user's, owner's or container's name
 * (any case), or be the pid. A query without words finds every process.
 */
export function createProcessMatcher(query: string): (process: Searched) => boolean {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return ({ pid, name, command, user, owner, container }) => {
    const texts = [name, command, user, owner, container].map((text) => text?.toLowerCase() ?? '');
    return words.every((word) => String(pid) === word || texts.some((text) => text.includes(word)));
  };
}
