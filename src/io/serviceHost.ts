/** The door to this machine's systemd and accounts, for `flowline service`: programs are called, files are written below a root. */
import { execFile } from 'node:child_process';

export interface Called {
  /** Null where the program is not there. */
  code: number | null;
  output: string;
  errors: string;
}

export interface ServiceHost {
  /** Before every path of a system's file: empty, but for tests. */
  root: string;
  uid: number;
  /** A service that cannot start has ended by then. */
  settleMs: number;
  /** Calls a program with these words, its environment ours with `changes` over it; never throws. */
  call(
    program: string,
    words: readonly string[],
    changes?: Record<string, string | undefined>,
  ): Promise<Called>;
}

/** systemd starts what it is asked to and waits for it; more than this is a machine that hangs. */
const PATIENCE_MS = 60_000;

/**
 * The real one.
 * @param environment without XDG_RUNTIME_DIR (after `su`) the usual folder is named, where a user's systemd listens.
 */
export function serviceHost(environment: Record<string, string | undefined>): ServiceHost {
  const uid = process.getuid?.() ?? 0;
  return {
    root: '',
    uid,
    settleMs: 1500,
    call: (program, words, changes = {}) =>
      new Promise((resolve) => {
        const env = { XDG_RUNTIME_DIR: `/run/user/${uid}`, ...environment, LC_ALL: 'C', ...changes };
        execFile(program, [...words], { env, timeout: PATIENCE_MS }, (failure, output, errors) => {
          const code = failure === null ? 0 : typeof failure.code === 'number' ? failure.code : null;
          resolve({ code, output, errors: errors || (code === null ? (failure?.message ?? '') : '') });
        });
      }),
  };
}
