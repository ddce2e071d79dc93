/**
 * Asks one server of tmux, by `tmux list-sessions` and `list-panes` in one call and without a shell.
 *
 * A server may make its client execute a command (`detach-client -E`), so a client that runs as root must never speak
 * to a user's server: an agent that is root asks each server as its owner.
 */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { PANE_FORMAT, SESSION_FORMAT } from './tmuxAnswer.ts';

/**
 * `no-program`: there is no tmux. `not-allowed`: the agent may not become the server's owner. `silent`: it hangs.
 * `gone`: none listens any more, or it answers with an error.
 */
export type ServerTrouble = 'no-program' | 'not-allowed' | 'silent' | 'gone';
export type ServerAnswer = { text: string } | { trouble: ServerTrouble };

export interface ServerCall {
  socketPath: string;
  /** Whom to be, or null to stay who we are. */
  become: { uid: number; gid: number } | null;
  /** The program, or where it is. */
  program: string;
  /** After this its client is ended. */
  patienceMs: number;
  stopping: AbortSignal;
}

/** Thousands of panes; a longer answer is cut. */
const LONGEST_ANSWER_BYTES = 64 * 1024;

/** What the server answers. Never rejects. */
export async function askTmuxServer(call: ServerCall): Promise<ServerAnswer> {
  return (await isDeserted(call.socketPath)) ? { trouble: 'gone' } : await runClient(call);
}

/**
 * Whether nobody listens at a socket: servers leave theirs behind, for years on some machines, and a client that finds that
 * out costs as much as one that is answered (some 3 ms; this 0.04). A server sees somebody come and go, and is told nothing.
 */
function isDeserted(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const knock = connect(socketPath, () => {
    knock.destroy();
    resolve(false);
  });
  knock.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  return promise;
}

function runClient(call: ServerCall): Promise<ServerAnswer> {
  const { promise, resolve } = Promise.withResolvers<ServerAnswer>();
  const lists = ['list-sessions', '-F', SESSION_FORMAT, ';', 'list-panes', '-a', '-F', PANE_FORMAT];
  try {
    execFile(
      call.program,
      ['-u', '-S', call.socketPath, ...lists],
      {
        timeout: call.patienceMs,
        killSignal: 'SIGKILL',
        maxBuffer: LONGEST_ANSWER_BYTES,
        signal: call.stopping,
        // Nothing of the agent's environment is handed to a program that talks to a stranger.
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
        cwd: '/',
        ...call.become,
      },
      (error, output) => {
        if (error === null) resolve({ text: output });
        else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
          resolve({ text: output.slice(0, output.lastIndexOf('\n') + 1) });
        else if (error.code === 'ENOENT') resolve({ trouble: 'no-program' });
        else resolve({ trouble: error.killed ? 'silent' : 'gone' });
      },
    );
  } catch (failure) {
    // Thrown and not told later: a root without CAP_SETUID (EPERM), a uid that this namespace has not (EINVAL).
    const code = failure instanceof Error && 'code' in failure ? failure.code : null;
    resolve({ trouble: code === 'EPERM' || code === 'EINVAL' ? 'not-allowed' : 'gone' });
  }
  return promise;
}
