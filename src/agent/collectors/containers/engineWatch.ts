/**
 * Follows one container engine: lists its containers, listens to its events, lists again when one tells of a change.
 *
 *   looking → (nobody there, not allowed, fails) → wait → looking
 *           → listening → (the stream ends, a call fails) → wait → looking
 */
import { setTimeout as delay } from 'node:timers/promises';
import { backoff } from '../../../lib/backoff.ts';
import { inParallel } from '../../../lib/inParallel.ts';
import { MAX_CONTAINERS_PER_NODE } from '../../../model/limits.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';
import { EngineEvent, InspectAnswer, ListAnswer, ListedContainer, VersionAnswer } from './engineAnswers.ts';
import { askEngine, describeTrouble, followEngine } from './engineClient.ts';

export interface EngineView {
  /** Null until the engine was asked for the first time. */
  state: SourceState | null;
  engine: 'docker' | 'podman';
  containers: readonly EngineContainer[];
}

export interface EngineContainer {
  listed: ListedContainer;
  inspected: InspectAnswer | null;
}

export interface EngineWatch {
  /** As last told. */
  view(): EngineView;
  /** Resolves when the first attempt to ask has ended, well or not. */
  asked: Promise<void>;
  stop(): Promise<void>;
}

/** Several events belong to one act (`docker run` makes five): one list for all of them. */
const SETTLE_MS = 250;
/** Between two lists, however many events come: a list of thousands costs the engine and us more than any of them. */
const SHORTEST_REST_MS = 2000;
/** After a list that took long the rest is longer: about a tenth of the time is spent on lists. */
const REST_PER_LIST_TIME = 9;
const LONGEST_REST_MS = 10_000;
/** `Up 3 hours` grows old without an event. */
const LIST_AT_LEAST_EACH_MS = 30_000;
/** An engine answers one inspect in some milliseconds; a few at once keep it from being felt. */
const INSPECTED_AT_ONCE = 4;
/** The newest API of which the answers used here are known to be as they are; older engines get their own. */
const NEWEST_API = '1.43';
/** Events that change what is shown. Health checks execute something each few seconds and do not. */
const CHANGES =
  /^(create|start|restart|stop|die|kill|oom|pause|unpause|rename|update|destroy|remove|cleanup)$/;

/** Starts following the engine at a socket. */
export function watchEngine(socketPath: string): EngineWatch {
  let view: EngineView = { state: null, engine: 'docker', containers: [] };
  const asked = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const ask = (path: string) => askEngine(socketPath, path, stopping.signal);
  const waits = backoff({ firstMs: 1000, maximumMs: 30_000, random: Math.random });

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      const state = describeTrouble(await follow().catch((error: unknown) => error), socketPath);
      // While an engine fails, what it last told is still the best that is known; where there is none, nothing is.
      view = { ...view, state, containers: state.state === 'failed' ? view.containers : [] };
      asked.resolve();
      await delay(waits.next(), undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  /** Follows until something ends or fails, and answers with that. */
  async function follow(): Promise<unknown> {
    const version = VersionAnswer.parse(await ask('/version'));
    const engine = version.Components?.some(({ Name }) => Name.includes('Podman')) ? 'podman' : 'docker';
    const api = `/v${chooseApiVersion(version.ApiVersion, version.MinAPIVersion ?? null)}`;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, stopping.signal]);
    const pause = (ms: number) => delay(ms, undefined, { signal, ref: false }).catch(() => {});
    let changed = Promise.withResolvers<void>();
    /** Containers that events told of since the last list: one that restarted looks the same and has another process. */
    const touched = new Set<string>();
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
    const onLine = (line: unknown) => {
      const event = EngineEvent.safeParse(line);
      if (!event.success || !CHANGES.test(event.data.Action)) return;
      touched.add(event.data.Actor.ID);
      changed.resolve();
    };
    // Not waited for: some engines open their stream with its first event. Once it is open the list is made again,
    // because something may have changed between the two.
    const onOpen = () => changed.resolve();
    try {
      let ended: unknown = null;
      const over = followEngine(
        socketPath,
        `${api}/events?filters=${filters}`,
        { onOpen, onLine },
        signal,
      ).then(
        () => (ended = new Error('its stream of events ended')),
        (error: unknown) => (ended = error),
      );
      while (ended === null) {
        changed = Promise.withResolvers<void>();
        const anew = new Set(touched);
        touched.clear();
        const startedMs = performance.now();
        view = { engine, ...(await list(api, anew)) };
        waits.reset();
        asked.resolve();
        const endedMs = performance.now();
        const restMs = Math.max(SHORTEST_REST_MS, (endedMs - startedMs) * REST_PER_LIST_TIME);
        const restUntilMs = endedMs + Math.min(restMs, LONGEST_REST_MS);
        await Promise.race([changed.promise, pause(LIST_AT_LEAST_EACH_MS), over]);
        await Promise.race([pause(Math.max(SETTLE_MS, restUntilMs - performance.now())), over]);
      }
      return ended;
    } finally {
      ending.abort();
    }
  }

  /** Every container; inspected are those that are new, changed their state, or are to be looked at anew. */
  async function list(
    api: string,
    anew: ReadonlySet<string>,
  ): Promise<Pick<EngineView, 'state' | 'containers'>> {
    const answered = ListAnswer.parse(await ask(`${api}/containers/json?all=1`));
    const listed = answered.flatMap((container) => ListedContainer.safeParse(container).data ?? []);
    // The running ones are what people look for, should there be too many.
    listed.sort((a, b) => Number(b.State === 'running') - Number(a.State === 'running'));
    const before = new Map(view.containers.map((container) => [container.listed.Id, container]));
    const containers = listed.slice(0, MAX_CONTAINERS_PER_NODE).map((container): EngineContainer => {
      const known = before.get(container.Id);
      const isKnown = known?.listed.State === container.State && !anew.has(container.Id);
      return { listed: container, inspected: isKnown ? known.inspected : null };
    });
    const unknown = containers.filter(({ inspected }) => inspected === null);
    await inParallel(unknown, INSPECTED_AT_ONCE, async (container) => {
      container.inspected = await inspect(api, container.listed.Id);
    });
    const leftOut = answered.length - listed.length;
    return { state: leftOut === 0 ? OK : describeLeftOut(leftOut), containers };
  }

  async function inspect(api: string, id: string): Promise<InspectAnswer | null> {
    // Removed between list and inspect: an event tells, and the next list is without it.
    const answer = await ask(`${api}/containers/${id}/json`).catch(() => null);
    return InspectAnswer.safeParse(answer).data ?? null;
  }

  const watched = watch();
  return {
    view: () => view,
    asked: asked.promise,
    async stop() {
      stopping.abort();
      await watched;
    },
  };
}

const OK: SourceState = { state: 'ok', message: null, remarks: null };

const describeLeftOut = (containers: number): SourceState => ({
  state: 'ok',
  ...said({ kind: 'containers-left-out', containers }),
});

/** Ours where the engine has it, else its own newest; never below its oldest. */
export function chooseApiVersion(newest: string, oldest: string | null): string {
  const order = (version: string) => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major * 1000 + minor;
  };
  const chosen = order(newest) < order(NEWEST_API) ? newest : NEWEST_API;
  return oldest !== null && order(oldest) > order(chosen) ? oldest : chosen;
}
