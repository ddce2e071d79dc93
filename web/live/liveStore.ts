/**
 * The live mirror as React reads it: one consistent picture, painted at most four times a second and only while the tab
 * is seen, or more rarely where the reader wants that. Between two paints the picture does not change.
 */
import { type LiveConnection, startLiveMirror } from '../../src/client/liveMirror.ts';
import type { FleetView } from '../../src/fleet/view.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import { LIVE_PATH } from '../../src/protocol/live.ts';

/** Faster than this nobody reads. */
const PAINT_INTERVAL_MS = 250;

export interface LivePicture {
  fleet: FleetView | null;
  nodes: Readonly<Record<string, NodeStatus | null>>;
  connection: LiveConnection;
}

export interface LiveStore {
  subscribe(listener: () => void): () => void;
  picture(): LivePicture;
  /** The hub's clock now, as well as it is known. */
  hubNowMs(): number;
  /** Keeps everything of one node up until the returned function is called. */
  watchNode(id: string): () => void;
  /** Paints what is known now, whatever the interval. */
  paintNow(): void;
  /** 0: live; null: only by hand; else every so many seconds. */
  setPaintEvery(seconds: number | null): void;
  stop(): void;
}

/** Opens the live socket of the hub that served this page. */
export function startLiveStore(): LiveStore {
  const listeners = new Set<() => void>();
  const watchedNodes = new Map<string, number>();
  let everySeconds: number | null = 0;
  let paintedAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;
  const mirror = startLiveMirror({
    openSocket: () => new WebSocket(new URL(LIVE_PATH, location.href.replace(/^http/, 'ws'))),
    now: Date.now,
    later: (delayMs, action) => {
      const handle = setTimeout(action, delayMs);
      return () => clearTimeout(handle);
    },
    onChange: schedule,
  });
  const unwatchFleet = mirror.watch('fleet');
  let picture: LivePicture = { fleet: null, nodes: {}, connection: mirror.connection() };

  function schedule(): void {
    const connectionChanged = mirror.connection().state !== picture.connection.state;
    const awaited = picture.fleet === null || [...watchedNodes.keys()].some((id) => !picture.nodes[id]);
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
    for (const id of watchedNodes.keys()) {
      nodes[id] = (mirror.read(`node:${id}`) as NodeStatus | null) ?? picture.nodes[id] ?? null;
    }
    picture = {
      fleet: (mirror.read('fleet') as FleetView | null) ?? picture.fleet,
      nodes,
      connection: mirror.connection(),
    };
    for (const listener of listeners) listener();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: () => picture,
    hubNowMs: () => Date.now() + (mirror.connection().clockOffsetMs ?? 0),
    watchNode(id) {
      watchedNodes.set(id, (watchedNodes.get(id) ?? 0) + 1);
      const unwatch = mirror.watch(`node:${id}`);
      return () => {
        unwatch();
        const left = (watchedNodes.get(id) ?? 1) - 1;
        if (left > 0) watchedNodes.set(id, left);
        else watchedNodes.delete(id);
      };
    },
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
