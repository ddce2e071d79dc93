/** The audit trail (trust.md 5): who did what, on what, with which result, from where, by which door. Append-only. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';

export interface AuditEntry {
  /** Account name, node id, or `nobody`. */
  who: string;
  what: string;
  on: string;
  result: string;
  /** Network address. */
  from: string;
  door: 'page' | 'token' | 'agent' | 'dialect' | 'none';
  /** So often within a minute; left out: once. */
  times?: number;
}

export interface Audit {
  write(entry: AuditEntry): void;
  /** Waits until everything is on disk. */
  stop(): Promise<void>;
}

/** Appends to `DATA/audit.jsonl`. A full disk is said in the log; the deed is not undone by it. */
export function openAudit(dataFolder: string, clock: Clock, log: Log): Audit {
  const path = join(dataFolder, 'audit.jsonl');
  let writing: Promise<void> = Promise.resolve();
  return {
    write(entry) {
      const line = `${JSON.stringify({ atMs: clock.nowMs(), ...entry })}\n`;
      writing = writing
        .then(() => appendFile(path, line, { mode: 0o600 }))
        .catch((failure: unknown) =>
          log.error({ path, failure: String(failure) }, 'could not write the audit trail'),
        );
    },
    stop: () => writing,
  };
}
