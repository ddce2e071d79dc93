/**
 * What viewers are sent (protocol/live.ts): once a tick the difference of each scope that somebody watches, encoded
 * once for all of them. A viewer that reads too slowly is skipped, and given a snapshot when it has caught up.
 */
import type { WebSocket } from 'ws';
import { applyPatch, diff, type Json, UNCHANGED } from '../../fleet/patch.ts';
import { fleetNode } from '../../fleet/view.ts';
import type { Clock } from '../../io/clock.ts';
import { parseJson } from '../../lib/json.ts';
import { tokenBucket } from '../../lib/tokenBucket.ts';
import { type LiveMessage, type Scope, ViewerMessage } from '../../protocol/live.ts';
import type { FleetNow } from '../fleetNow.ts';

export interface LiveOptions {
  fleet: FleetNow;
  clock: Clock;
  /** How often changes are gathered into one patch. */
  tickMs?: number;
}

export interface LiveScopes {
  /** Serves a viewer that came through the doors. */
  serve(socket: WebSocket): void;
  viewers(): number;
  stop(): void;
}

/** Four paintings a second are as many as a person sees (brief.md 10), and half of it is the mean delay. */
const TICK_MS = 250;
/** A viewer with more than this unsent is behind. */
const BEHIND_BYTES = 1024 * 1024;
const CAUGHT_UP_BYTES = 64 * 1024;
/** Behind for longer than this: nobody looks any more, or the network is too slow for this fleet. */
const BEHIND_MS = 60_000;
const PING_MS = 20_000;
const MAX_SCOPES_PER_VIEWER = 8;
/** Messages from a viewer: opening and closing drawers. */
const VIEWER_MESSAGES = { perSecond: 10, burst: 50 };
const QUIET_EVERY_TICKS = 4;

interface ScopeState {
  sequence: number;
  state: Json;
}

interface Viewer {
  socket: WebSocket;
  /** Per scope: whether the viewer has its state, or waits for a snapshot. */
  scopes: Map<Scope, 'following' | 'behind'>;
  /** Since when it has not caught up; null while it keeps up. */
  behindSinceMs: number | null;
  answeredPing: boolean;
}

/** Starts ticking at once; a scope costs nothing until somebody watches it. */
export function liveScopes({ fleet, clock, tickMs = TICK_MS }: LiveOptions): LiveScopes {
  const viewers = new Set<Viewer>();
  const scopes = new Map<Scope, ScopeState>();
  let ticks = 0;

  const wholeState = (scope: Scope): Json => {
    const nowMs = clock.nowMs();
    if (scope === 'fleet') {
      const nodes = Object.fromEntries(fleet.all(nowMs).map((status) => [status.id, fleetNode(status)]));
      return { nodes, order: fleet.order() } as unknown as Json;
    }
    return fleet.status(scope.slice('node:'.length), nowMs) as unknown as Json;
  };

  const stateOf = (scope: Scope): ScopeState => {
    const kept = scopes.get(scope);
    if (kept) return kept;
    const fresh = { sequence: 0, state: wholeState(scope) };
    scopes.set(scope, fresh);
    return fresh;
  };

  const send = (viewer: Viewer, message: LiveMessage): void => viewer.socket.send(JSON.stringify(message));

  const sendSnapshot = (viewer: Viewer, scope: Scope): void => {
    const { sequence, state } = stateOf(scope);
    viewer.scopes.set(scope, 'following');
    send(viewer, { type: 'snapshot', scope, sequence, atMs: clock.nowMs(), state });
  };

  /** The patch of a scope since the last tick, or UNCHANGED. */
  const advance = (scope: Scope, kept: ScopeState, changed: ReadonlySet<string>): Json | typeof UNCHANGED => {
    if (scope === 'fleet') return advanceFleet(kept, changed);
    if (!changed.has(scope.slice('node:'.length))) return UNCHANGED;
    const state = wholeState(scope);
    const patch = diff(kept.state, state);
    kept.state = state;
    return patch;
  };

  const advanceFleet = (kept: ScopeState, changed: ReadonlySet<string>): Json | typeof UNCHANGED => {
    if (changed.size === 0) return UNCHANGED;
    const before = kept.state as { nodes: Record<string, Json>; order: Json };
    const nodes: Record<string, Json> = {};
    const gone: string[] = [];
    const nowMs = clock.nowMs();
    for (const id of changed) {
      const status = fleet.status(id, nowMs);
      const old = before.nodes[id];
      if (!status) {
        if (old !== undefined) gone.push(id);
        continue;
      }
      const node = fleetNode(status) as unknown as Json;
      const patch = old === undefined ? node : diff(old, node);
      if (patch !== UNCHANGED) nodes[id] = patch;
    }
    const order = diff(before.order, fleet.order());
    const patch: { [key: string]: Json } = {};
    if (gone.length > 0) nodes.$gone = gone;
    if (Object.keys(nodes).length > 0) patch.nodes = nodes;
    if (order !== UNCHANGED) patch.order = order;
    if (Object.keys(patch).length === 0) return UNCHANGED;
    kept.state = applyPatch(kept.state, patch);
    return patch;
  };

  const tick = (): void => {
    const changed = fleet.takeChanged(clock.nowMs());
    ticks += 1;
    const spokenTo = new Set<Viewer>();
    for (const [scope, kept] of scopes) {
      const watchers = [...viewers].filter((viewer) => viewer.scopes.has(scope));
      if (watchers.length === 0) {
        scopes.delete(scope);
        continue;
      }
      const patch = advance(scope, kept, changed);
      if (patch !== UNCHANGED) kept.sequence += 1;
      const message: LiveMessage | null =
        patch === UNCHANGED
          ? null
          : { type: 'patch', scope, sequence: kept.sequence, atMs: clock.nowMs(), patch };
      const encoded = message ? JSON.stringify(message) : null;
      for (const viewer of watchers) {
        if (keepsUp(viewer, scope) && encoded) viewer.socket.send(encoded);
        if (encoded) spokenTo.add(viewer);
      }
    }
    if (ticks % QUIET_EVERY_TICKS === 0) {
      for (const viewer of viewers) {
        if (!spokenTo.has(viewer) && viewer.behindSinceMs === null)
          send(viewer, { type: 'quiet', atMs: clock.nowMs() });
      }
    }
  };

  /** A snapshot now, or once what was sent before has been read: a viewer that never reads must not fill our memory. */
  const subscribe = (viewer: Viewer, scope: Scope): void => {
    if (viewer.socket.bufferedAmount <= CAUGHT_UP_BYTES) return sendSnapshot(viewer, scope);
    stateOf(scope);
    fallBehind(viewer, scope);
  };

  const fallBehind = (viewer: Viewer, scope: Scope): void => {
    viewer.scopes.set(scope, 'behind');
    viewer.behindSinceMs ??= clock.nowMs();
  };

  /** False while a viewer is behind; the tick in which it has caught up sends it a snapshot, which holds the patch. */
  const keepsUp = (viewer: Viewer, scope: Scope): boolean => {
    const unsent = viewer.socket.bufferedAmount;
    if (viewer.scopes.get(scope) === 'following') {
      if (unsent <= BEHIND_BYTES) return true;
      fallBehind(viewer, scope);
    } else if (unsent <= CAUGHT_UP_BYTES) {
      viewer.behindSinceMs = null;
      sendSnapshot(viewer, scope);
    } else if (viewer.behindSinceMs !== null && clock.nowMs() - viewer.behindSinceMs > BEHIND_MS) {
      viewer.socket.terminate();
    }
    return false;
  };

  const hear = (viewer: Viewer, text: string): void => {
    const parsed = ViewerMessage.safeParse(parseJson(text));
    if (!parsed.success) {
      return send(viewer, {
        type: 'error',
        code: 'malformed',
        message: 'say {"type": "subscribe", "scope": "fleet"} or "node:ID"',
      });
    }
    // Who asks matters to nobody yet: the queue's scopes come with the queue.
    if (parsed.data.type === 'identify') return;
    const { type, scope } = parsed.data;
    if (type === 'subscribe' && (scope === 'queue' || scope.startsWith('task:'))) {
      send(viewer, { type: 'error', code: 'no-queue', message: 'this hub has no queue', scope });
    } else if (type === 'unsubscribe') {
      viewer.scopes.delete(scope);
    } else if (!viewer.scopes.has(scope) && viewer.scopes.size >= MAX_SCOPES_PER_VIEWER) {
      send(viewer, {
        type: 'error',
        code: 'too-many-scopes',
        message: `at most ${MAX_SCOPES_PER_VIEWER} scopes a connection`,
      });
    } else {
      subscribe(viewer, scope);
    }
  };

  const stopTicking = clock.every(tickMs, tick);
  const stopPinging = clock.every(PING_MS, () => {
    for (const viewer of viewers) {
      if (!viewer.answeredPing) viewer.socket.terminate();
      viewer.answeredPing = false;
      viewer.socket.ping();
    }
  });
  return {
    serve(socket) {
      const viewer: Viewer = { socket, scopes: new Map(), behindSinceMs: null, answeredPing: true };
      viewers.add(viewer);
      const limit = tokenBucket(VIEWER_MESSAGES.perSecond, VIEWER_MESSAGES.burst);
      socket.on('message', (data: Buffer) => {
        if (limit.take(clock.nowMs())) hear(viewer, data.toString('utf8'));
        else socket.close(4429, 'too many messages');
      });
      socket.on('pong', () => {
        viewer.answeredPing = true;
      });
      socket.on('error', () => socket.terminate());
      socket.on('close', () => viewers.delete(viewer));
    },
    viewers: () => viewers.size,
    stop() {
      stopTicking();
      stopPinging();
      for (const viewer of viewers) viewer.socket.close(1001, 'the hub stops');
    },
  };
}
