/** What viewers of the queue are sent: `queue` as each may see it, `task:ID` to its owner and administrators. */
import type { Json } from '../../fleet/patch.ts';
import type { Clock } from '../../io/clock.ts';
import { type Caller, RANK } from '../api/doors.ts';
import { findTask, sightOf } from '../api/taskAccess.ts';
import { HubError } from '../errors.ts';
import type { Queue } from '../tasks/queue.ts';
import { queueStatus } from '../tasks/queueStatus.ts';
import type { PrivateScopes } from './privateScopes.ts';

/** The queue of everybody is looked at no oftener: its tables and cards are gathered anew each time. */
const STATUS_EVERY_MS = 500;
/** Reasons to wait and estimates change without any record that changes. */
const TASK_EVERY_MS = 2000;

interface Kept {
  state: Json | undefined;
  takenAtMs: number;
  revision: number;
  isReading: boolean;
}

/** The scopes over a queue. */
export function queueScopes(queue: Queue, hubUser: string, clock: Clock): PrivateScopes {
  const kept = new Map<string, Kept>();

  const keptOf = (name: string): Kept => {
    const known = kept.get(name);
    if (known) return known;
    const fresh = { state: undefined, takenAtMs: Number.NEGATIVE_INFINITY, revision: -1, isReading: false };
    kept.set(name, fresh);
    return fresh;
  };

  const newestStatus = (entry: Kept, owner: string | null): Json | undefined => {
    const nowMs = clock.nowMs();
    if (nowMs - entry.takenAtMs >= STATUS_EVERY_MS) {
      entry.state = queueStatus(queue, owner) as unknown as Json;
      entry.takenAtMs = nowMs;
    }
    return entry.state;
  };

  const newestTask = (entry: Kept, number: number): Json | undefined => {
    const nowMs = clock.nowMs();
    const isOld = entry.revision !== queue.book.revision() || nowMs - entry.takenAtMs >= TASK_EVERY_MS;
    const task = queue.book.task(number);
    if (!isOld || entry.isReading || !task) return entry.state;
    entry.isReading = true;
    entry.revision = queue.book.revision();
    entry.takenAtMs = nowMs;
    queue.views
      .whole(task)
      .then((whole) => {
        entry.state = whole as unknown as Json;
      })
      .catch(() => {
        // Looked for again when something changes, or at the next look.
        entry.revision = -1;
      })
      .finally(() => {
        entry.isReading = false;
      });
    return entry.state;
  };

  return {
    admit(scope, caller: Caller) {
      if (!caller.account) throw new HubError(401, 'login-needed', 'nobody is logged in');
      if (RANK[caller.account.role] < RANK.user)
        throw new HubError(403, 'not-allowed', `the queue is for users; ${caller.account.name} is viewer`);
      const sight = sightOf(caller, hubUser);
      if (scope === 'queue') return sight.seesAll ? 'queue' : `queue of ${sight.login}`;
      findTask(queue.book, sight, scope.slice('task:'.length));
      return scope;
    },
    newest(name) {
      const entry = keptOf(name);
      if (name.startsWith('task:t')) return newestTask(entry, Number(name.slice('task:t'.length)));
      return newestStatus(entry, name === 'queue' ? null : name.slice('queue of '.length));
    },
    forget: (name) => void kept.delete(name),
  };
}
