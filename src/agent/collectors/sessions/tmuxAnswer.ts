/** What a server of tmux answers to two lists: the formats that are asked for, and how they are read. */

import { tmuxAttachCommand } from '../../../lib/shell/attachCommand.ts';
import type { FoundSession } from '../sources.ts';
import { isOwnedBy } from './sessionFolder.ts';

/** Names come last: they may hold spaces. Tabs would come out as `_`. */
export const SESSION_FORMAT = '#{session_id} #{session_attached} #{session_created} #{pid} #{session_name}';
export const PANE_FORMAT = '#{session_id} #{pane_pid}';

/** A server is its user's: what it answers may be as long as he likes, and costs this thread no more than these. */
const MOST_SESSIONS = 50;
const MOST_PANES = 200;

export interface TmuxAnswer {
  sessions: FoundSession[];
  /** The server's own process; null where it names none that is its user's. */
  serverPid: number | null;
}

/**
 * The server's two lists, sessions first (an old one leaves its own pid out):
 *
 *     $0 0 1795357891 22680 my session
 *     $0 22687
 */
export function parseTmuxAnswer(
  text: string,
  { socketPath, uid, user }: { socketPath: string; uid: number; user: string },
): TmuxAnswer {
  let serverPid: number | null = null;
  const found = new Map<string, FoundSession>();
  let panes = 0;
  for (const line of text.split('\n')) {
    const [, id = '', attached, created, server, name = ''] =
      /^(\$\d{1,9}) (\d{1,6}) (\d{1,12}) (\d{0,10}) (.+)$/.exec(line) ?? [];
    if (id !== '') {
      serverPid ??= server && isOwnedBy(Number(server), uid) ? Number(server) : null;
      if (found.size >= MOST_SESSIONS) continue;
      found.set(id, {
        session: {
          kind: 'tmux',
          id: `${socketPath}:${id}`.slice(-256),
          name: name.slice(0, 256),
          user,
          attached: attached !== '0',
          createdAtMs: Number(created) * 1000,
          attachCommand: tmuxAttachCommand(socketPath, id),
        },
        rootPids: [],
      });
      continue;
    }
    const [, paneOf = '', pidText] = /^(\$\d{1,9}) (\d{1,10})$/.exec(line) ?? [];
    const session = found.get(paneOf);
    if (!session) continue;
    panes++;
    if (panes > MOST_PANES) break;
    const pid = Number(pidText);
    if (isOwnedBy(pid, uid)) session.rootPids.push(pid);
  }
  return { sessions: [...found.values()], serverPid };
}
