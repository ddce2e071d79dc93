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
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import { isPrivate, type PrivateScopes } from './privateScopes.ts';
import type { Watcher } from './watcher.ts';

export interface LiveOptions {
  fleet: FleetNow;
  clock: Clock;
  /** Scopes that not everybody may watch. */
  privates: PrivateScopes;
  /** How often changes are gathered into one patch. */
  tickMs?: number;
}

export interface LiveScopes {
  /** Serves a viewer that came through the doors. */
  serve(socket: WebSocket, watcher: Watcher): void;
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
  scope: Scope;
  sequence: number;
  /** Undefined until it is known: a private scope may have to be read first. */
  state: Json | undefined;
}

interface Viewer {
  socket: WebSocket;
  watcher: Watcher;
  /**
   * By the name under which viewers share a state (a private scope has one for each sight): whether the viewer has it, waits
   * for a snapshot until it has read what was sent before, or for the state to be known.
   */
  scopes: Map<string, 'following' | 'behind' | 'awaiting'>;
  /** Names of the scopes that it watches. */
  names: Map<Scope, string>;
  /** Since when it has not caught up; null while it keeps up. */
  behindSinceMs: number | null;
  answeredPing: boolean;
}

/** Starts ticking at once; a scope costs nothing until somebody watches it. */
export function liveScopes({ fleet, clock, privates, tickMs = TICK_MS }: LiveOptions): LiveScopes {
  const viewers = new Set<Viewer>();
  const scopes = new Map<string, ScopeState>();
  let ticks = 0;

  const wholeState = (name: string, scope: Scope): Json | undefined => {
    const nowMs = clock.nowMs();
    if (isPrivate(scope)) return privates.newest(name);
    if (scope === 'fleet') {
      const nodes = Object.fromEntries(fleet.all(nowMs).map((status) => [status.id, fleetNode(status)]));
      return { nodes, order: fleet.order() } as unknown as Json;
    }
    return fleet.status(scope.slice('node:'.length), nowMs) as unknown as Json;
  };

  const stateOf = (name: string, scope: Scope): ScopeState => {
    const kept = scopes.get(name);
    if (kept) return kept;
    const fresh = { scope, sequence: 0, state: wholeState(name, scope) };
    scopes.set(name, fresh);
    return fresh;
  };

  const send = (viewer: Viewer, message: LiveMessage): void => viewer.socket.send(JSON.stringify(message));

  const sendSnapshot = (viewer: Viewer, name: string, kept: ScopeState): void => {
    const { scope, sequence, state } = kept;
    viewer.scopes.set(name, state === undefined ? 'awaiting' : 'following');
    if (state !== undefined) send(viewer, { type: 'snapshot', scope, sequence, atMs: clock.nowMs(), state });
  };

  /** The patch of a scope since the last tick, or UNCHANGED. */
  const advance = (name: string, kept: ScopeState, changed: ReadonlySet<string>): Json | typeof UNCHANGED => {
    const { scope } = kept;
    if (scope === 'fleet') return advanceFleet(kept, changed);
    if (!isPrivate(scope) && !changed.has(scope.slice('node:'.length))) return UNCHANGED;
    const state = wholeState(name, scope);
    const before = kept.state;
    kept.state = state;
    if (state === undefined) return UNCHANGED;
    return before === undefined ? state : diff(before, state);
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
    kept.state = applyPatch(kept.state ?? null, patch);
    return patch;
  };

  const tick = (): void => {
    const changed = fleet.takeChanged(clock.nowMs());
    ticks += 1;
    const spokenTo = new Set<Viewer>();
    for (const [name, kept] of scopes) {
      const watchers = [...viewers].filter((viewer) => viewer.scopes.has(name));
      if (watchers.length === 0) {
        scopes.delete(name);
        if (isPrivate(kept.scope)) privates.forget(name);
        continue;
      }
      const patch = advance(name, kept, changed);
      if (patch !== UNCHANGED) kept.sequence += 1;
      const { scope, sequence } = kept;
      const message: LiveMessage | null =
        patch === UNCHANGED ? null : { type: 'patch', scope, sequence, atMs: clock.nowMs(), patch };
      const encoded = message ? JSON.stringify(message) : null;
      for (const viewer of watchers) {
        if (keepsUp(viewer, name, kept) && encoded) viewer.socket.send(encoded);
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
    let name: string = scope;
    if (isPrivate(scope)) {
      try {
        name = privates.admit(scope, viewer.watcher.caller());
      } catch (failure) {
        const { code, message } = failure instanceof HubError ? failure : new HubError(500, 'hub-failed', '');
        return send(viewer, { type: 'error', code, message, scope });
      }
    }
    unsubscribe(viewer, scope);
    viewer.names.set(scope, name);
    const kept = stateOf(name, scope);
    if (viewer.socket.bufferedAmount <= CAUGHT_UP_BYTES) return sendSnapshot(viewer, name, kept);
    fallBehind(viewer, name);
  };

  const unsubscribe = (viewer: Viewer, scope: Scope): void => {
    const name = viewer.names.get(scope);
    viewer.names.delete(scope);
    if (name !== undefined) viewer.scopes.delete(name);
  };

  const fallBehind = (viewer: Viewer, name: string): void => {
    viewer.scopes.set(name, 'behind');
    viewer.behindSinceMs ??= clock.nowMs();
  };

  /** False while a viewer is behind; the tick in which it has caught up sends it a snapshot, which holds the patch. */
  const keepsUp = (viewer: Viewer, name: string, kept: ScopeState): boolean => {
    const unsent = viewer.socket.bufferedAmount;
    const state = viewer.scopes.get(name);
    if (state === 'following') {
      if (unsent <= BEHIND_BYTES) return true;
      fallBehind(viewer, name);
    } else if (unsent <= CAUGHT_UP_BYTES) {
      if (state === 'behind') viewer.behindSinceMs = null;
      if (kept.state !== undefined) sendSnapshot(viewer, name, kept);
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
        message: 'say {"type": "subscribe", "scope": "fleet"}, or "node:ID", "queue", "task:ID"',
      });
    }
    if (parsed.data.type === 'identify') {
      if (!viewer.watcher.identify(parsed.data.secret))
        send(viewer, {
          type: 'error',
          code: 'unknown-session',
          message: 'this secret opens no session here',
        });
      return;
    }
    const { type, scope } = parsed.data;
    if (type === 'unsubscribe') {
      unsubscribe(viewer, scope);
    } else if (!viewer.names.has(scope) && viewer.names.size >= MAX_SCOPES_PER_VIEWER) {
      send(viewer, {
        type: 'error',
        code: 'too-many-scopes',
        message: `at most ${MAX_SCOPES_PER_VIEWER} scopes a connection`,
      });
    } else {
      subscribe(viewer, scope);
    }
  };

  /** A session may end, or a token be revoked, while its socket is open. */
  const recheck = (viewer: Viewer): void => {
    for (const [scope, name] of viewer.names) {
      if (!isPrivate(scope)) continue;
      try {
        if (privates.admit(scope, viewer.watcher.caller()) === name) continue;
      } catch {
        // Said below.
      }
      unsubscribe(viewer, scope);
      send(viewer, { type: 'error', code: 'login-needed', message: 'this login has ended', scope });
    }
  };

  const stopTicking = clock.every(tickMs, tick);
  const stopPinging = clock.every(PING_MS, () => {
    for (const viewer of viewers) {
      if (!viewer.answeredPing) viewer.socket.terminate();
      viewer.answeredPing = false;
      viewer.socket.ping();
      recheck(viewer);
    }
  });
  return {
    serve(socket, watcher) {
      const viewer: Viewer = {
        socket,
        watcher,
        scopes: new Map(),
        names: new Map(),
        behindSinceMs: null,
        answeredPing: true,
      };
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
