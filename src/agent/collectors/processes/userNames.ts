/**
 * Login names of uids, by `getent passwd UID`: only it knows directories (LDAP, sssd) besides /etc/passwd. It may be slow or
 * hang with them, so it runs beside, with a deadline, and every answer is remembered, "nobody" too.
 */
import { execFile } from 'node:child_process';

export interface UserNames {
  /** The login name; the number as text where it has none, or is not known yet. */
  nameOf(uid: number): string;
  /** Waits until the names of these uids are known, or for `patienceMs`. */
  settle(uids: Iterable<number>, patienceMs: number): Promise<void>;
}

const GETENT_DEADLINE_MS = 5000;
/** A name hardly changes; somebody who is added to the directory should not stay a number for a day. */
const REMEMBERED_MS = 10 * 60_000;

interface Remembered {
  name: string | null;
  askedAtMs: number;
  asking: Promise<void> | null;
}

/** `ask` answers with the name or null, and never throws. */
export function createUserNames(ask: (uid: number) => Promise<string | null> = askDirectory): UserNames {
  const remembered = new Map<number, Remembered>();

  /** Starts asking where the answer is missing or old; an old one stays in use meanwhile. */
  function lookUp(uid: number): Remembered {
    const known = remembered.get(uid) ?? { name: null, askedAtMs: Number.NEGATIVE_INFINITY, asking: null };
    if (known.asking === null && performance.now() - known.askedAtMs > REMEMBERED_MS) {
      remembered.set(uid, known);
      known.askedAtMs = performance.now();
      known.asking = ask(uid).then((name) => {
        known.name = name;
        known.asking = null;
      });
    }
    return known;
  }

  return {
    nameOf: (uid) => lookUp(uid).name ?? String(uid),
    async settle(uids, patienceMs) {
      const unknown = [...uids].map(lookUp).filter((entry) => entry.name === null && entry.asking !== null);
      if (unknown.length === 0) return;
      const { promise: impatience, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patienceMs);
      await Promise.race([Promise.all(unknown.map((entry) => entry.asking)), impatience]);
      clearTimeout(timer);
    },
  };
}

/**
 * The first field of what getent prints (passwd(5)):
 *
 *     alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash
 */
function askDirectory(uid: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const options = { timeout: GETENT_DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
  execFile('getent', ['passwd', String(uid)], options, (error, output) => {
    const name = output.split(':', 1)[0] ?? '';
    resolve(error === null && name !== '' && name.length <= 256 ? name : null);
  });
  return promise;
}
