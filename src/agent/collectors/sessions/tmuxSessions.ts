/**
 * tmux's sessions, asked from each user's servers by `tmux list-sessions` and `list-panes`, in one call and without a shell.
 *
 * A server may make its client execute a command (`detach-client -E`), so a client that runs as root must never speak
 * to a user's server: an agent that is root asks each server as its owner.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { shellCommand } from '../shellCommand.ts';
import type { FoundSession } from '../sources.ts';
import { describeState, type ToolSessions } from './screenSessions.ts';
import {
  listNames,
  readSocketFolder,
  type SocketFile,
  type SocketFolder,
  startTicksOf,
} from './sessionFolder.ts';

export interface TmuxOptions {
  /** Folders with a folder `tmux-UID` for each user: /tmp, `$TMUX_TMPDIR`. */
  sharedFolders: readonly string[];
  /** Our own uid; 0 may become anybody. */
  ownUid: number;
  nameOf: (uid: number) => Promise<string>;
  /** The program, or where it is. */
  program: string;
}

/** A server answers within milliseconds; one that hangs is ended by us, not waited for. */
const ANSWER_DEADLINE_MS = 2000;
const LARGEST_ANSWER_BYTES = 1024 * 1024;
/** Names come last: they may hold spaces. Tabs would come out as `_`. */
const SESSION_FORMAT = '#{session_id} #{session_attached} #{session_created} #{session_name}';
const PANE_FORMAT = '#{session_id} #{pane_pid}';

/** Every session of every server that the agent may ask. */
export async function readTmuxSessions(options: TmuxOptions): Promise<ToolSessions> {
  const sessions: FoundSession[] = [];
  let hidden = 0;
  let seen = 0;
  for (const shared of new Set(options.sharedFolders)) {
    for (const name of await listNames(shared, /^tmux-\d+$/)) {
      const folder = await readSocketFolder(join(shared, name));
      // Anybody may make a folder with another's number in /tmp.
      if (folder === null || folder.uid !== Number(name.slice('tmux-'.length))) continue;
      if (folder.sockets === null || !mayAsk(folder, options)) hidden++;
      else {
        seen++;
        const { sockets } = folder;
        const answers = await Promise.all(sockets.map((socket) => askServer(socket, folder, options)));
        if (answers.includes('no-tmux')) return { state: NO_TMUX, sessions: [] };
        for (const answer of answers) if (Array.isArray(answer)) sessions.push(...answer);
      }
    }
  }
  if (seen + hidden === 0) {
    return { state: { state: 'absent', message: 'nobody uses tmux here: no server has a socket' }, sessions };
  }
  return { state: describeState('tmux', seen, hidden), sessions };
}

const NO_TMUX = {
  state: 'absent',
  message: 'there are sockets of tmux, and no program `tmux` to ask them',
} as const;

function mayAsk({ uid }: SocketFolder, { ownUid }: TmuxOptions): boolean {
  return ownUid === 0 || ownUid === uid;
}

/** What one server answers; null where none listens any more, it hangs, or answers with an error. */
async function askServer(
  socket: SocketFile,
  folder: SocketFolder,
  options: TmuxOptions,
): Promise<FoundSession[] | 'no-tmux' | null> {
  const { promise, resolve } = Promise.withResolvers<string | 'no-tmux' | null>();
  execFile(
    options.program,
    [
      '-u',
      '-S',
      socket.path,
      'list-sessions',
      '-F',
      SESSION_FORMAT,
      ';',
      'list-panes',
      '-a',
      '-F',
      PANE_FORMAT,
    ],
    {
      timeout: ANSWER_DEADLINE_MS,
      killSignal: 'SIGKILL',
      maxBuffer: LARGEST_ANSWER_BYTES,
      // Nothing of the agent's environment is handed to a program that talks to a stranger.
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
      cwd: '/',
      ...(options.ownUid === 0 ? { uid: folder.uid, gid: folder.gid } : {}),
    },
    (error, output) => {
      if (error === null) resolve(output);
      else resolve(error.code === 'ENOENT' ? 'no-tmux' : null);
    },
  );
  const answer = await promise;
  if (answer === null || answer === 'no-tmux') return answer;
  return parseTmuxAnswer(answer, {
    socketPath: socket.path,
    uid: folder.uid,
    user: await options.nameOf(folder.uid),
  });
}

/**
 * The server's two lists:
 *
 *     $0 0 1795357891 my session
 *     $0 22687
 */
export function parseTmuxAnswer(
  text: string,
  { socketPath, uid, user }: { socketPath: string; uid: number; user: string },
): FoundSession[] {
  const found = new Map<string, FoundSession>();
  for (const line of text.split('\n')) {
    const [, id = '', attached, created, name = ''] =
      /^(\$\d{1,9}) (\d{1,6}) (\d{1,12}) (.+)$/.exec(line) ?? [];
    if (id !== '') {
      found.set(id, {
        session: {
          kind: 'tmux',
          id: `${socketPath}:${id}`.slice(-256),
          name: name.slice(0, 256),
          user,
          attached: attached !== '0',
          createdAtMs: Number(created) * 1000,
          attachCommand: shellCommand(['tmux', '-S', socketPath, 'attach', '-t', name]),
        },
        rootPids: [],
      });
      continue;
    }
    const pane = /^(\$\d{1,9}) (\d{1,10})$/.exec(line);
    const pid = Number(pane?.[2]);
    if (pane && startTicksOf(pid, uid) !== null) found.get(pane[1] ?? '')?.rootPids.push(pid);
  }
  return [...found.values()];
}
