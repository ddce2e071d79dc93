/** Whether a process is one that somebody looks for. Pure. */
import type { FoundProcess } from '../../../model/process.ts';

/** Fields that a search looks at. */
export type Searched = Pick<FoundProcess, 'pid' | 'name' | 'command' | 'user'>;

/**
 * A test for processes: every word of the query must be in the name, the command or the user name (any case), or be the
 * pid. A query without words finds every process.
 */
export function createProcessMatcher(query: string): (process: Searched) => boolean {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return ({ pid, name, command, user }) => {
    const texts = [name, command, user].map((text) => text?.toLowerCase() ?? '');
    return words.every((word) => String(pid) === word || texts.some((text) => text.includes(word)));
  };
}
