/**
 * The live mirror as React reads it: one consistent picture, painted at most four times a second and only while the tab
 * is seen, or more rarely where the reader wants that. Between two paints the picture does not change.
 */
import { type LiveConnection, type Refusal, startLiveMirror } from '../../src/client/liveMirror.ts';
import type { FleetView } from '../../src/fleet/view.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import { LIVE_PATH, type Scope } from '../../src/protocol/live.ts';
import type { QueueStatus } from '../../src/protocol/queueApi.ts';
import { sessionSecret } from './hub.ts';
import type { TaskDetail } from './tasks.ts';

/** Faster than this nobody reads. */
const PAINT_INTERVAL_MS = 250;

export interface LivePicture {
  fleet: FleetView | null;
  nodes: Readonly<Record<string, NodeStatus | null>>;
  /** Null until it has come, and for whoever may not see the queue. */
  queue: QueueStatus | null;
  /** Why the hub does not show the queue; null where it does. */
  queueRefusal: Refusal | null;
  /** Tasks that are looked at, by id. */
  tasks: Readonly<Record<string, TaskDetail | null>>;
  connection: LiveConnection;
}

export interface LiveStore {
  subscribe(listener: () => void): () => void;
  picture(): LivePicture;
  /** The hub's clock now, as well as it is known. */
  hubNowMs(): number;
  /** Keeps everything of one node up until the returned function is called. */
  watchNode(id: string): () => void;
  /** Keeps the queue up, or one task with its story. */
  watchQueue(): () => void;
  watchTask(id: string): () => void;
  /** Somebody logged in or out: the hub is told. */
  identify(): void;
  /** Paints what is known now, whatever the interval. */
  paintNow(): void;
  /** 0: live; null: only by hand; else every so many seconds. */
  setPaintEvery(seconds: number | null): void;
  stop(): void;
}

/** Opens the live socket of the hub that served this page. */
export function startLiveStore(): LiveStore {
  const listeners = new Set<() => void>();
  const watchers = new Map<Scope, number>();
  let everySeconds: number | null = 0;
  let paintedAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;
  const mirror = startLiveMirror({
    openSocket: () => new WebSocket(new URL(LIVE_PATH, location.href.replace(/^http/, 'ws'))),
    secret: sessionSecret,
    now: Date.now,
    later: (delayMs, action) => {
      const handle = setTimeout(action, delayMs);
      return () => clearTimeout(handle);
    },
    onChange: schedule,
  });
  const unwatchFleet = mirror.watch('fleet');
  let picture: LivePicture = {
    fleet: null,
    nodes: {},
    queue: null,
    queueRefusal: null,
    tasks: {},
    connection: mirror.connection(),
  };

  /** What is watched and not yet painted is painted as soon as it comes. */
  function isAwaited(scope: Scope): boolean {
    if (scope === 'queue') return picture.queue === null && picture.queueRefusal === null;
    const [kind, id] = partsOf(scope);
    return kind === 'node' ? !picture.nodes[id] : kind === 'task' && !picture.tasks[id];
  }

  function schedule(): void {
    const connectionChanged = mirror.connection().state !== picture.connection.state;
    const awaited = picture.fleet === null || [...watchers.keys()].some(isAwaited);
    const intervalMs =
      connectionChanged || awaited
        ? 0
        : everySeconds === null
          ? Number.POSITIVE_INFINITY
          : everySeconds * 1000;
    if (intervalMs === Number.POSITIVE_INFINITY || timer !== undefined || frame !== undefined) return;
    const dueInMs = paintedAtMs + Math.max(PAINT_INTERVAL_MS, intervalMs) - performance.now();
    timer = setTimeout(
      () => {
        timer = undefined;
        frame = requestAnimationFrame(paint);
      },
      Math.max(0, dueInMs),
    );
  }

  function paint(): void {
    frame = undefined;
    paintedAtMs = performance.now();
    const nodes: Record<string, NodeStatus | null> = {};
    const tasks: Record<string, TaskDetail | null> = {};
    for (const scope of watchers.keys()) {
      const [kind, id] = partsOf(scope);
      if (kind === 'node') nodes[id] = (mirror.read(scope) as NodeStatus | null) ?? picture.nodes[id] ?? null;
      if (kind === 'task') tasks[id] = (mirror.read(scope) as TaskDetail | null) ?? picture.tasks[id] ?? null;
    }
    const queueRefusal = mirror.refusal('queue');
    picture = {
      fleet: (mirror.read('fleet') as FleetView | null) ?? picture.fleet,
      nodes,
      queue:
        queueRefusal === null && watchers.has('queue')
          ? ((mirror.read('queue') as unknown as QueueStatus | null) ?? picture.queue)
          : null,
      queueRefusal,
      tasks,
      connection: mirror.connection(),
    };
    for (const listener of listeners) listener();
  }

  function watch(scope: Scope): () => void {
    watchers.set(scope, (watchers.get(scope) ?? 0) + 1);
    const unwatch = mirror.watch(scope);
    return () => {
      unwatch();
      const left = (watchers.get(scope) ?? 1) - 1;
      if (left > 0) watchers.set(scope, left);
      else watchers.delete(scope);
    };
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: () => picture,
    hubNowMs: () => Date.now() + (mirror.connection().clockOffsetMs ?? 0),
    watchNode: (id) => watch(`node:${id}`),
    watchQueue: () => watch('queue'),
    watchTask: (id) => watch(`task:${id}`),
    identify: mirror.identify,
    paintNow: paint,
    setPaintEvery(seconds) {
      everySeconds = seconds;
      clearTimeout(timer);
      timer = undefined;
      schedule();
    },
    stop() {
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
      unwatchFleet();
      mirror.stop();
    },
  };
}

/** `node:atlas` as its kind and id. */
function partsOf(scope: Scope): [kind: string, id: string] {
  const [kind = '', ...id] = scope.split(':');
  return [kind, id.join(':')];
}
