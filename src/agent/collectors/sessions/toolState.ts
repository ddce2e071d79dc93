/** What of a tool's sessions was seen and what not, in words. */
import type { SourceState } from '../../../model/node.ts';

export interface Sight {
  /** Users whose folder was read. */
  seen: number;
  /** Users whose folder or servers only they and root may look at. */
  hidden: number;
  /** What else was not seen, and why. */
  notes?: readonly string[];
}

/** `ok` with words where only a part was seen; `denied` where nothing was. */
export function describeSight(tool: 'screen' | 'tmux', { seen, hidden, notes = [] }: Sight): SourceState {
  const words = [...notes];
  if (hidden > 0) {
    words.unshift(
      `the ${tool} sessions of ${otherUsers(hidden)} can be seen only by an agent that runs as root`,
    );
  }
  return {
    state: seen === 0 && words.length > 0 ? 'denied' : 'ok',
    message: words.length === 0 ? null : words.join('; '),
  };
}

/** `one other user`, `3 other users`. */
export function otherUsers(count: number): string {
  return count === 1 ? 'one other user' : `${count} other users`;
}
