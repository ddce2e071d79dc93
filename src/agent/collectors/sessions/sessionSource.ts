/** The terminal sessions of the machine that people may come back to: screen's and tmux's, looked for every 10 s. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_SESSIONS_PER_NODE } from '../../../model/limits.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';
import { mayHang } from '../host/mounts.ts';
import { createMountReader } from '../host/readMounts.ts';
import { createBootClock, readKernelConstants } from '../processes/bootClock.ts';
import { createUserNames, type UserNames } from '../processes/userNames.ts';
import type { SessionSource } from '../sources.ts';
import { readScreenSessions } from './screenSessions.ts';
import { createTmuxReader } from './tmuxSessions.ts';

export interface SessionSourceOptions {
  /** `SCREENDIR` and `TMUX_TMPDIR` are looked at. */
  environment?: Record<string, string | undefined>;
  userNames?: UserNames;
  /** Where screen's shared folders are; tests bring their own. */
  screenFolders?: readonly string[];
  tmuxProgram?: string;
}

const REFRESH_MS = 10_000;
/** How long a reading waits for the first look; a server of tmux may take its whole deadline. */
const FIRST_PATIENCE_MS = 3000;
const SCREEN_FOLDERS = ['/run/screen', '/run/screens', '/tmp/screens', '/tmp/uscreens'];

const NAME_PATIENCE_MS = 500;

type Reading = Awaited<ReturnType<SessionSource['read']>>;

/** Starts looking. */
export function startSessionSource(options: SessionSourceOptions = {}): SessionSource {
  const { environment = {}, screenFolders = SCREEN_FOLDERS, tmuxProgram = 'tmux' } = options;
  const { userNames = createUserNames() } = options;
  const { ticksPerSecond } = readKernelConstants();
  const readBootedAtMs = createBootClock('/', Date.now, () => performance.now());
  const toInstantMs = (startTicks: number) =>
    readBootedAtMs() + Math.round((startTicks * 1000) / ticksPerSecond);
  const nameOf = async (uid: number) => {
    await userNames.settle([uid], NAME_PATIENCE_MS);
    return userNames.nameOf(uid);
  };
  const { SCREENDIR, HOME, TMUX_TMPDIR } = environment;
  const readMounts = createMountReader('');
  /** Those folders that no other machine serves: looking into one of a dead file server would never end. */
  const onThisMachine = (folders: readonly (string | undefined)[]): string[] => {
    const mounts = readMounts();
    return folders.flatMap((folder) => (folder && !mayHang(folder, mounts) ? [folder] : []));
  };
  const stopping = new AbortController();
  const readTmux = createTmuxReader({
    sharedFolders: () => onThisMachine(['/tmp', TMUX_TMPDIR]),
    ownUid: process.getuid?.() ?? -1,
    nameOf,
    program: tmuxProgram,
    stopping: stopping.signal,
  });
  let reading: Reading = NOT_YET;

  async function look(): Promise<void> {
    const [screen, tmux] = await Promise.all([
      readScreenSessions({
        sharedFolders: screenFolders,
        ownFolders: onThisMachine([SCREENDIR, HOME && join(HOME, '.screen')]),
        nameOf,
        toInstantMs,
      }),
      readTmux(),
    ]);
    const sessions = [...screen.sessions, ...tmux.sessions].slice(0, MAX_SESSIONS_PER_NODE);
    reading = { screen: screen.state, tmux: tmux.state, sessions };
  }

  let looking: Promise<void> | null = null;
  const lookOnce = () => {
    looking ??= look()
      .catch((failure: unknown) => {
        // Nothing that a user puts into /tmp may end the agent.
        const state: SourceState = {
          state: 'failed',
          ...said({ kind: 'cannot-look', words: String(failure) }),
        };
        reading = { screen: state, tmux: state, sessions: [] };
      })
      .finally(() => {
        looking = null;
      });
    return looking;
  };
  const first = Promise.race([lookOnce(), delay(FIRST_PATIENCE_MS, undefined, { ref: false })]);
  const timer = setInterval(() => void lookOnce(), REFRESH_MS);
  timer.unref();

  return {
    async read() {
      await first;
      return reading;
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await looking;
    },
  };
}

const NOT_LOOKED: SourceState = { state: 'failed', ...said({ kind: 'not-looked-at' }) };
const NOT_YET: Reading = { screen: NOT_LOOKED, tmux: NOT_LOOKED, sessions: [] };
