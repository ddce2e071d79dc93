/**
 * What hub and viewer (page, terminal screen) say over the live socket `/api/v1/live`. A viewer subscribes to scopes;
 * the hub sends each scope whole once and then numbered patches (fleet/patch.ts), at most one per tick.
 *
 *   viewer → {"type": "subscribe", "scope": "fleet"}
 *   hub    → {"type": "snapshot", "scope": "fleet", "sequence": 41, "atMs": …, "state": {…}}
 *   hub    → {"type": "patch", "scope": "fleet", "sequence": 42, "atMs": …, "patch": {…}}
 *
 * A sequence that is not the last one plus one is a gap: the viewer subscribes again. A viewer that reads too slowly is
 * sent nothing until it has caught up, then a snapshot, never a growing buffer. `atMs` is the hub's clock, so that ages
 * are right also where the viewer's clock is not.
 */
import * as z from 'zod';
import { count, instantMs, message, name } from '../model/fields.ts';

export const LIVE_PATH = '/api/v1/live';

/**
 * `fleet`: every node without processes, containers, sessions (fleet/view.ts). `node:ID`: everything of one node.
 * `queue`: the queue at a glance (queueApi.ts, `QueueStatus`). `task:ID`: one task with its story, as the route `task`
 * answers it. The last two are for those who may use the route: a page says its secret first.
 */
export const Scope = z.union([
  z.enum(['fleet', 'queue']),
  z.templateLiteral(['node:', z.string().min(1).max(128)]),
  z.templateLiteral(['task:', z.string().min(1).max(128)]),
]);
export type Scope = z.infer<typeof Scope>;

export const ViewerMessage = z.discriminatedUnion('type', [
  /**
   * The page's per-origin secret: a browser can put no header on a socket, and a cookie alone names nobody (trust.md, 1).
   * Said before the scopes that ask for a right; a program sends its token as a header of the upgrade instead.
   */
  z.object({ type: z.literal('identify'), secret: z.string().max(256) }),
  z.object({ type: z.literal('subscribe'), scope: Scope }),
  z.object({ type: z.literal('unsubscribe'), scope: Scope }),
]);
export type ViewerMessage = z.infer<typeof ViewerMessage>;

export const LiveMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    scope: Scope,
    sequence: count,
    atMs: instantMs,
    state: z.unknown(),
  }),
  z.object({ type: z.literal('patch'), scope: Scope, sequence: count, atMs: instantMs, patch: z.unknown() }),
  /** Sent each tick in which nothing changed, so that a viewer can tell a quiet fleet from a dead connection. */
  z.object({ type: z.literal('quiet'), atMs: instantMs }),
  /** `scope`: what was refused, where it is about one. */
  z.object({ type: z.literal('error'), code: name, message, scope: Scope.optional() }),
]);
export type LiveMessage = z.infer<typeof LiveMessage>;
