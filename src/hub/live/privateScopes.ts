/** Scopes of the live socket that not everybody may watch: the queue and its tasks. What they hold, the queue says. */
import type { Json } from '../../fleet/patch.ts';
import type { Scope } from '../../protocol/live.ts';
import type { Caller } from '../api/doors.ts';

export interface PrivateScopes {
  /**
   * The name under which all who see the same of a scope share its state.
   * @throws HubError where this caller may not watch it.
   */
  admit(scope: Scope, caller: Caller): string;
  /**
   * The newest state of a name; the same object where nothing changed since it was last asked, undefined until it is
   * known. Asked each tick while somebody watches.
   */
  newest(name: string): Json | undefined;
  /** Nobody watches it any more. */
  forget(name: string): void;
}

/** True for a scope that asks who is there. */
export const isPrivate = (scope: Scope): boolean => scope === 'queue' || scope.startsWith('task:');
