/** GNU screen's sessions, from its socket folders (screen(1), "SCREENDIR"): screen itself is never run. */
import { join } from 'node:path';
import type { SourceState } from '../../../model/node.ts';
import { shellCommand } from '../shellCommand.ts';
import type { FoundSession } from '../sources.ts';
import {
  listNames,
  readSocketFolder,
  type SocketFile,
  type SocketFolder,
  startTicksOf,
} from './sessionFolder.ts';

export interface ScreenOptions {
  /** Folders with a folder `S-USER` for each user. */
  sharedFolders: readonly string[];
  /** Folders with one user's sockets in them (`$SCREENDIR`, `~/.screen`). */
  ownFolders: readonly string[];
  nameOf: (uid: number) => Promise<string>;
  /** When a process that started so many ticks after boot did so. */
  toInstantMs: (startTicks: number) => number;
}

export interface ToolSessions {
  state: SourceState;
  sessions: FoundSession[];
}

/** Every session whose socket the agent may see and whose screen still runs. */
export async function readScreenSessions(options: ScreenOptions): Promise<ToolSessions> {
  const paths = [...options.ownFolders];
  for (const shared of options.sharedFolders) {
    paths.push(...(await listNames(shared, /^S-/)).map((name) => join(shared, name)));
  }
  const sessions: FoundSession[] = [];
  let hidden = 0;
  let seen = 0;
  for (const path of paths) {
    const folder = await readSocketFolder(path);
    if (folder === null) continue;
    if (folder.sockets === null) hidden++;
    else {
      seen++;
      const user = await options.nameOf(folder.uid);
      sessions.push(...folder.sockets.flatMap((socket) => describe(socket, { folder, user, options })));
    }
  }
  if (seen + hidden === 0) {
    return {
      state: { state: 'absent', message: 'nobody uses screen here: it has no folder of sockets' },
      sessions,
    };
  }
  return { state: describeState('screen', seen, hidden), sessions };
}

/** What of a tool's sessions can be seen, in words. */
export function describeState(tool: string, seen: number, hidden: number): SourceState {
  if (hidden === 0) return { state: 'ok', message: null };
  const people = hidden === 1 ? 'one other user' : `${hidden} other users`;
  return {
    state: seen === 0 ? 'denied' : 'ok',
    message: `the ${tool} sessions of ${people} can be seen only by an agent that runs as root`,
  };
}

interface Around {
  folder: SocketFolder;
  user: string;
  options: ScreenOptions;
}

/**
 * A socket is called PID.NAME, and its owner's execute bit says whether somebody is attached:
 *
 *     srw------- 1 alice alice 0 Nov 22 14:31 22679.train        detached
 *     srwx------ 1 alice alice 0 Nov 22 14:31 22701.pts-0.gpu-01 attached
 */
function describe({ name, mode }: SocketFile, { folder, user, options }: Around): FoundSession[] {
  const match = /^(\d{1,10})\.(.+)$/.exec(name);
  const pid = Number(match?.[1]);
  const startTicks = match ? startTicksOf(pid, folder.uid) : null;
  // A screen that was killed leaves its socket behind ("Dead ???").
  if (startTicks === null) return [];
  const attached = (mode & 0o100) !== 0;
  const elsewhere = options.ownFolders.includes(folder.path) ? ['env', `SCREENDIR=${folder.path}`] : [];
  return [
    {
      session: {
        kind: 'screen',
        id: name.slice(0, 256),
        name: (match?.[2] ?? '').slice(0, 256),
        user,
        attached,
        createdAtMs: options.toInstantMs(startTicks),
        // As its owner types it: screen refuses everybody else, root included unless he names the owner.
        attachCommand: shellCommand([...elsewhere, 'screen', ...(attached ? ['-d'] : []), '-r', name]),
      },
      rootPids: [pid],
    },
  ];
}
