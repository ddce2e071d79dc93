/**
 * tmux's sessions, asked from each user's servers. Anybody may make sockets and leave them silent, so everything has a
 * bound: a user's servers are asked one after the other in two seconds together, four users at a time, six seconds in all.
 */
import { inParallel } from '../../../lib/inParallel.ts';
import type { AgentRemark } from '../../../model/agentRemark.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';
import type { FoundSession } from '../sources.ts';
import type { ToolSessions } from './screenSessions.ts';
import { findUserFolders, readSockets, type SocketFile, type UserFolder } from './sessionFolder.ts';
import { parseTmuxAnswer } from './tmuxAnswer.ts';
import { createTmuxMemory, type TmuxMemory } from './tmuxMemory.ts';
import { askTmuxServer } from './tmuxServer.ts';
import { describeSight } from './toolState.ts';

export interface TmuxOptions {
  /** Folders with a folder `tmux-UID` for each user, now: /tmp, `$TMUX_TMPDIR`. */
  sharedFolders: () => readonly string[];
  /** Our own uid; 0 may become anybody. */
  ownUid: number;
  nameOf: (uid: number) => Promise<string>;
  /** The program, or where it is. */
  program: string;
  stopping: AbortSignal;
}

/** A server answers within milliseconds. */
const PATIENCE_PER_USER_MS = 2000;
const PATIENCE_IN_ALL_MS = 6000;
/** Less is no fair chance on a machine that is busy. */
const SHORTEST_PATIENCE_MS = 300;
/** How long a server that was silent is left alone. */
const SILENCE_MS = 60_000;
const USERS_AT_ONCE = 4;
const NAMES_AT_ONCE = 16;
const MOST_SERVERS_PER_USER = 8;
const MOST_SESSIONS_PER_USER = 100;

/** Reads them again and again, and remembers which servers were silent. Never rejects for what a user made. */
export function createTmuxReader(options: TmuxOptions): () => Promise<ToolSessions> {
  /** When each silent socket was last asked. */
  const silentSince = new Map<string, number>();
  const memory = createTmuxMemory();

  return async () => {
    for (const [path, sinceMs] of silentSince) {
      if (performance.now() - sinceMs > 10 * SILENCE_MS) silentSince.delete(path);
    }
    const shared = await Promise.all(
      [...new Set(options.sharedFolders())].map((path) => findUserFolders(path, FOLDER_NAME, isNamedByOwner)),
    );
    const folders = shared.flat();
    if (folders.length === 0) return { state: NOBODY, sessions: [] };
    // Before the clock starts: with a directory that hangs each name takes its whole patience.
    await inParallel(folders, NAMES_AT_ONCE, ({ uid }) => options.nameOf(uid));
    const untilMs = performance.now() + PATIENCE_IN_ALL_MS;
    const answers = await inParallel(folders, USERS_AT_ONCE, (folder) =>
      askUser(folder, { options, untilMs, silentSince, memory }),
    );
    if (answers.some((answer) => answer.look === 'no-program')) return { state: NO_PROGRAM, sessions: [] };
    return { state: describeAnswers(answers), sessions: answers.flatMap((answer) => answer.sessions) };
  };
}

/** No leading zeros: `tmux-01` would be a second folder of user 1. */
const FOLDER_NAME = /^tmux-(0|[1-9]\d{0,9})$/;
/** Anybody may make a folder with another's number in /tmp. */
const isNamedByOwner = ({ name, uid }: UserFolder): boolean => name === `tmux-${uid}`;

const NOBODY: SourceState = { state: 'absent', ...said({ kind: 'nobody-uses', tool: 'tmux' }) };
const NO_PROGRAM: SourceState = { state: 'absent', ...said({ kind: 'no-tmux' }) };

interface UserAnswer {
  look: 'seen' | 'hidden' | 'not-allowed' | 'no-program';
  sessions: FoundSession[];
  silent: number;
  /** Servers that were not asked: too many, or no time was left. */
  unasked: number;
}

interface Around {
  options: TmuxOptions;
  untilMs: number;
  silentSince: Map<string, number>;
  memory: TmuxMemory;
}

async function askUser(
  folder: UserFolder,
  { options, untilMs, silentSince, memory }: Around,
): Promise<UserAnswer> {
  const answer: UserAnswer = { look: 'seen', sessions: [], silent: 0, unasked: 0 };
  const sockets = await readSockets(folder);
  const mayAsk = options.ownUid === 0 || options.ownUid === folder.uid;
  if (sockets === null || !mayAsk) return { ...answer, look: 'hidden' };
  if (sockets.length === 0) return answer;
  const become = options.ownUid === folder.uid ? null : { uid: folder.uid, gid: folder.gid };
  const user = await options.nameOf(folder.uid);
  const userUntilMs = Math.min(untilMs, performance.now() + PATIENCE_PER_USER_MS);
  for (const [place, { path }] of inOrder(sockets, silentSince).entries()) {
    const sinceMs = silentSince.get(path);
    const nowMs = performance.now();
    if (sinceMs !== undefined && nowMs - sinceMs < SILENCE_MS) {
      answer.silent++;
      continue;
    }
    const remembered = memory.recall(path);
    if (remembered !== null) {
      answer.sessions.push(...remembered);
      continue;
    }
    const patienceMs = Math.floor(userUntilMs - nowMs);
    const isTooLate = patienceMs < SHORTEST_PATIENCE_MS || options.stopping.aborted;
    if (isTooLate || place >= MOST_SERVERS_PER_USER) {
      answer.unasked++;
      continue;
    }
    const { program, stopping } = options;
    const said = await askTmuxServer({ socketPath: path, become, program, patienceMs, stopping });
    if ('text' in said) {
      silentSince.delete(path);
      const { sessions, serverPid } = parseTmuxAnswer(said.text, { socketPath: path, uid: folder.uid, user });
      memory.note(path, serverPid, sessions);
      answer.sessions.push(...sessions);
    } else if (said.trouble === 'silent') {
      silentSince.set(path, performance.now());
      answer.silent++;
    } else if (said.trouble !== 'gone') return { ...answer, look: said.trouble };
  }
  return { ...answer, sessions: answer.sessions.slice(0, MOST_SESSIONS_PER_USER) };
}

/** Those that were silent last, so that they take no time from the others; the usual one first. */
function inOrder(sockets: readonly SocketFile[], silentSince: ReadonlyMap<string, number>): SocketFile[] {
  const rank = ({ path, name }: SocketFile) => (silentSince.has(path) ? 2 : name === 'default' ? 0 : 1);
  return sockets.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function describeAnswers(answers: readonly UserAnswer[]): SourceState {
  const users = (look: UserAnswer['look']) => answers.filter((answer) => answer.look === look).length;
  const silent = answers.reduce((sum, answer) => sum + answer.silent, 0);
  const unasked = answers.reduce((sum, answer) => sum + answer.unasked, 0);
  const notAllowed = users('not-allowed');
  const notes: AgentRemark[] = [
    ...(notAllowed > 0 ? [{ kind: 'may-not-become', users: notAllowed } as const] : []),
    ...(silent > 0 ? [{ kind: 'servers-silent', servers: silent } as const] : []),
    ...(unasked > 0
      ? [{ kind: 'servers-left-out', servers: unasked, most: MOST_SERVERS_PER_USER } as const]
      : []),
  ];
  return describeSight('tmux', { seen: users('seen'), hidden: users('hidden'), notes });
}
