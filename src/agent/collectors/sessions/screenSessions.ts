/** GNU screen's sessions, from its socket folders (screen(1), "SCREENDIR"): screen itself is never run. */
import { inParallel } from '../../../lib/inParallel.ts';
import { screenAttachCommand } from '../../../lib/shell/attachCommand.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';
import type { FoundSession } from '../sources.ts';
import {
  findUserFolders,
  readSockets,
  readUserFolder,
  type SocketFile,
  startTicksOf,
  type UserFolder,
} from './sessionFolder.ts';
import { describeSight } from './toolState.ts';

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

/** Each costs two looks into /proc, and nobody has so many. */
const MOST_SESSIONS_PER_FOLDER = 50;
const FOLDERS_AT_ONCE = 16;

/** Every session whose socket the agent may see and whose screen still runs. */
export async function readScreenSessions(options: ScreenOptions): Promise<ToolSessions> {
  const own = await Promise.all(options.ownFolders.map(readUserFolder));
  const shared = await Promise.all(options.sharedFolders.map((path) => findUserFolders(path, /^S-/)));
  const folders = [...own.filter((folder) => folder !== null), ...shared.flat()];
  if (folders.length === 0) {
    return {
      state: { state: 'absent', ...said({ kind: 'nobody-uses', tool: 'screen' }) },
      sessions: [],
    };
  }
  const found = await inParallel(folders, FOLDERS_AT_ONCE, (folder) => readFolder(folder, options));
  const hidden = found.filter((sessions) => sessions === null).length;
  return {
    state: describeSight('screen', { seen: folders.length - hidden, hidden }),
    sessions: found.flatMap((sessions) => sessions ?? []),
  };
}

/** Null where the agent may not look into it. */
async function readFolder(folder: UserFolder, options: ScreenOptions): Promise<FoundSession[] | null> {
  const sockets = await readSockets(folder);
  if (sockets === null || sockets.length === 0) return sockets && [];
  const user = await options.nameOf(folder.uid);
  return sockets
    .slice(0, MOST_SESSIONS_PER_FOLDER)
    .flatMap((socket) => describe(socket, { folder, user, options }));
}

interface Around {
  folder: UserFolder;
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
  const elsewhere = options.ownFolders.includes(folder.path) ? folder.path : null;
  return [
    {
      session: {
        kind: 'screen',
        id: name.slice(0, 256),
        name: (match?.[2] ?? '').slice(0, 256),
        user,
        attached,
        createdAtMs: options.toInstantMs(startTicks),
        attachCommand: screenAttachCommand(name, attached, elsewhere),
      },
      rootPids: [pid],
    },
  ];
}
