/**
 * A copy of what the hub shows (protocol/live.ts), kept up in a browser or a terminal: subscribes to the scopes that
 * somebody watches, applies patches, asks again after a gap, and connects again after a loss. Who draws it, and how
 * often, is left to the caller; so are sockets, timers and the clock.
 */
import type { Json } from '../fleet/patch.ts';
import { applyPatch, PatchMismatch } from '../fleet/patch.ts';
import type { LiveMessage, Scope } from '../protocol/live.ts';
import { parseLiveMessage } from './liveMessage.ts';

/** The part of the WHATWG WebSocket that is needed here. */
export interface LiveSocket {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

export interface LiveMirrorOptions {
  openSocket: () => LiveSocket;
  /** Who asks, where a socket cannot carry a header: a page's secret, or null while nobody is logged in. */
  secret?: () => string | null;
  /** The viewer's own clock, in milliseconds. */
  now: () => number;
  /** Calls `action` once after `delayMs`; returns what forgets it. */
  later: (delayMs: number, action: () => void) => () => void;
  /** Something of the mirror changed: a scope's state, or the connection. */
  onChange: () => void;
}

export interface LiveConnection {
  /** `connecting`: the first time; `live`: open; `lost`: it was refused or broke, and is tried again. */
  state: 'connecting' | 'live' | 'lost';
  /** When this state began, by the viewer's clock. */
  sinceMs: number;
  /** When the hub was last heard, by the viewer's clock; null if never. */
  heardAtMs: number | null;
  /** The hub's clock minus the viewer's; null until the hub was heard. */
  clockOffsetMs: number | null;
  /** The hub's last complaint about this connection; null when there is none. */
  complaint: string | null;
}

export interface Refusal {
  /** As of the interface's errors: `login-needed`. */
  code: string;
  message: string;
}

export interface LiveMirror {
  /** Keeps a scope up until the returned function is called; watchers of one scope share it. */
  watch(scope: Scope): () => void;
  /** The newest state of a watched scope, kept while the hub is away; null before the first answer. */
  read(scope: Scope): Json;
  /** Why the hub refused a watched scope; null where it did not. */
  refusal(scope: Scope): Refusal | null;
  /** Somebody logged in or out: asks anew as whoever that is, for what was refused too. */
  identify(): void;
  connection(): LiveConnection;
  stop(): void;
}

/** A hub says something each second: after this much silence the connection is dead, whatever the socket believes. */
const SILENCE_MS = 15_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;

interface Watched {
  watchers: number;
  state: Json;
  /** Null while a snapshot is awaited. */
  sequence: number | null;
  refusal: Refusal | null;
}

/** Opens the mirror and keeps it open until `stop`. */
export function startLiveMirror(options: LiveMirrorOptions): LiveMirror {
  const watched = new Map<Scope, Watched>();
  let socket: LiveSocket | null = null;
  let open = false;
  let stopped = false;
  let failures = 0;
  /** Who this connection is: its cookie went with its first bytes, and a later login's secret does not fit that. */
  let ownSecret: string | null = null;
  let forgetTimer = () => {};
  let connection: LiveConnection = {
    state: 'connecting',
    sinceMs: options.now(),
    heardAtMs: null,
    clockOffsetMs: null,
    complaint: null,
  };

  const change = (part: Partial<LiveConnection>): void => {
    connection = { ...connection, ...part };
    options.onChange();
  };

  function connect(): void {
    ownSecret = options.secret?.() ?? null;
    const opened = options.openSocket();
    socket = opened;
    const current = (): boolean => socket === opened && !stopped;
    opened.addEventListener('open', () => {
      if (!current()) return;
      open = true;
      if (ownSecret !== null) opened.send(JSON.stringify({ type: 'identify', secret: ownSecret }));
      for (const [scope, entry] of watched) subscribe(scope, entry);
      expectWord(opened);
      change({ state: 'live', sinceMs: options.now(), complaint: null });
    });
    opened.addEventListener('message', ({ data }) => {
      if (current()) hear(opened, data);
    });
    opened.addEventListener('close', () => {
      if (current()) lose();
    });
  }

  function lose(): void {
    socket = null;
    open = false;
    forgetTimer();
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    failures += 1;
    forgetTimer = options.later(delay, connect);
    if (connection.state !== 'lost') change({ state: 'lost', sinceMs: options.now() });
  }

  /** Gives the connection up when nothing is heard for SILENCE_MS. */
  function expectWord(from: LiveSocket): void {
    forgetTimer();
    forgetTimer = options.later(SILENCE_MS, () => {
      lose();
      from.close();
    });
  }

  function subscribe(scope: Scope, entry: Watched): void {
    entry.sequence = null;
    entry.refusal = null;
    socket?.send(JSON.stringify({ type: 'subscribe', scope }));
  }

  function hear(from: LiveSocket, data: unknown): void {
    const message = parseLiveMessage(data);
    if (!message) return;
    failures = 0;
    expectWord(from);
    if (message.type === 'error') {
      const refused = message.scope === undefined ? undefined : watched.get(message.scope);
      if (refused) {
        refused.refusal = { code: message.code, message: message.message };
        options.onChange();
      } else change({ complaint: message.message });
      return;
    }
    const heardAtMs = options.now();
    connection = {
      ...connection,
      heardAtMs,
      clockOffsetMs: nearerOffset(connection.clockOffsetMs, message.atMs - heardAtMs),
    };
    if (message.type !== 'quiet') {
      const entry = watched.get(message.scope);
      if (entry) take(message.scope, entry, message);
    }
    options.onChange();
  }

  function take(
    scope: Scope,
    entry: Watched,
    message: Extract<LiveMessage, { type: 'snapshot' | 'patch' }>,
  ): void {
    if (message.type === 'snapshot') {
      entry.state = message.state as Json;
      entry.sequence = message.sequence;
      return;
    }
    // Patches that were under way when a snapshot was asked for belong to the state before it.
    if (entry.sequence === null) return;
    const follows = message.sequence === entry.sequence + 1;
    const state = follows ? patched(entry.state, message.patch as Json) : null;
    if (state === null) {
      subscribe(scope, entry);
      return;
    }
    entry.state = state;
    entry.sequence = message.sequence;
  }

  connect();
  return {
    watch(scope) {
      const entry = watched.get(scope) ?? { watchers: 0, state: null, sequence: null, refusal: null };
      entry.watchers += 1;
      if (entry.watchers === 1) {
        watched.set(scope, entry);
        if (open) subscribe(scope, entry);
      }
      let watching = true;
      return () => {
        if (!watching) return;
        watching = false;
        entry.watchers -= 1;
        if (entry.watchers > 0) return;
        watched.delete(scope);
        if (open) socket?.send(JSON.stringify({ type: 'unsubscribe', scope }));
      };
    },
    read: (scope) => watched.get(scope)?.state ?? null,
    refusal: (scope) => watched.get(scope)?.refusal ?? null,
    identify() {
      if (ownSecret === (options.secret?.() ?? null)) {
        for (const [scope, entry] of watched) if (open && entry.refusal !== null) subscribe(scope, entry);
        return;
      }
      // The cookie of a new session travels only with a new connection.
      const old = socket;
      socket = null;
      open = false;
      forgetTimer();
      connect();
      old?.close();
    },
    connection: () => connection,
    stop() {
      stopped = true;
      forgetTimer();
      socket?.close();
    },
  };
}

/** The state after a patch; null where it does not fit. */
function patched(state: Json, patch: Json): Json {
  try {
    return applyPatch(state, patch);
  } catch (error) {
    if (error instanceof PatchMismatch) return null;
    throw error;
  }
}

/**
 * The better of two estimates of the clock offset. A message can only arrive late, so the larger offset is nearer to
 * the truth; 1 ms is given up each time so that a clock that was set back is followed within minutes, and a jump of
 * more than 5 s at once.
 */
export function nearerOffset(before: number | null, measured: number): number {
  if (before === null || Math.abs(measured - before) > 5_000) return measured;
  return Math.max(before - 1, measured);
}
