/**
 * The agent's one connection to its hub (protocol/agentHub.ts): opened by the agent, kept open, opened again with
 * backoff when it breaks. Samples go as patches against the last one sent; when the connection is slow the newest
 * supersedes. It knows nothing of what a sample holds.
 */
import WebSocket from 'ws';
import { diff, type Json, UNCHANGED } from '../fleet/patch.ts';
import type { Clock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';
import { backoff } from '../lib/backoff.ts';
import { parseJson } from '../lib/json.ts';
import { MAX_LINK_FRAME_BYTES } from '../model/limits.ts';
import type { NodeSample } from '../model/node.ts';
import {
  type AgentAnswer,
  type AgentMessage,
  type AgentRequest,
  HubMessage,
  LINK_CLOSE,
  LINK_PATH,
  LINK_PROTOCOL,
  MACHINE_HEADER,
} from '../protocol/agentHub.ts';

/** What the agent knows of its link, for people: `flowline doctor` and the log say it. */
export type LinkState =
  | { state: 'connecting'; tries: number; reason: string | null }
  | { state: 'connected'; sinceMs: number }
  | { state: 'refused'; reason: string };

export interface HubLinkOptions {
  hubUrl: string;
  /** The node's credential; asked for at every connection, since joining again may have changed it. */
  nodeToken: () => Promise<string>;
  /** The machine's id; left out by agents that only imagine one. */
  machineId?: string;
  /** Called when the hub does not know the credential; true where a new one was got and it is worth trying again. */
  rejoin: () => Promise<boolean>;
  answer: (request: AgentRequest) => Promise<AgentAnswer>;
  /** Called at each welcome: what the hub must know of this machine beside its figures is told now. */
  welcomed?: () => void;
  /** What the hub says without asking. */
  hear?: (message: HubNotice) => void;
  clock: Clock;
  log: Log;
  random?: () => number;
}

/** Messages of the hub that the link hands on. */
export type HubNotice = Exclude<HubMessage, { type: 'welcome' | 'again' | 'request' }>;

export interface HubLink {
  /** Says something beside samples and answers. False, and nothing is kept, while no hub has welcomed this machine. */
  tell(message: Exclude<AgentMessage, { type: 'hello' | 'sample' | 'answer' | 'goodbye' }>): boolean;
  /** Sends a sample, or keeps it as the newest until the connection takes one. */
  send(sample: NodeSample): void;
  state(): LinkState;
  /** Number of the last sample that was sent on the present connection. */
  lastSequence(): number;
  /** Says goodbye (unless `silently`, as a machine that loses its power does) and closes; a second at most. */
  stop(reason?: 'stopped' | 'rebooting' | 'silently'): Promise<void>;
}

/** Reconnects after 0.5 s at first, half a minute at most: a hub's restart is seen quickly, a long absence costs little. */
const RECONNECT = { firstMs: 500, maximumMs: 30_000 };
/** A hub pings every 10 s; after three silent pings the connection is dead, whatever TCP believes. */
const SILENCE_MS = 30_000;
/** More than this unsent means that the network is slower than we sample: skip until it has drained. */
const UNSENT_BYTES = 256 * 1024;
/** A connection that lasted this long was a good one: the next begins without delay. One that breaks at once tries ever later. */
const STEADY_MS = 10_000;
const HANDSHAKE_MS = 10_000;
const GOODBYE_MS = 1000;

/** Opens the link and keeps it open until stopped. */
export function openHubLink(options: HubLinkOptions): HubLink {
  const { clock, log, random = Math.random } = options;
  const wait = backoff({ ...RECONNECT, random });
  let socket: WebSocket | null = null;
  let state: LinkState = { state: 'connecting', tries: 0, reason: null };
  let newest: NodeSample | null = null;
  let lastSent: NodeSample | null = null;
  let sequence = 0;
  let stopped = false;
  let forgetRetry = () => {};
  let forgetSilence = () => {};
  let forgetSteady = () => {};
  let tries = 0;

  const say = (message: AgentMessage): void => socket?.send(JSON.stringify(message));

  /** Everything once: at the start of a connection, or when the hub lost the thread. */
  const sayHello = (): void => {
    if (!newest || socket?.readyState !== WebSocket.OPEN) return;
    sequence = 0;
    lastSent = newest;
    say({ type: 'hello', protocol: LINK_PROTOCOL, sequence, sample: newest });
  };

  const saySample = (sample: NodeSample): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (!lastSent) return sayHello();
    if (socket.bufferedAmount > UNSENT_BYTES) return;
    const patch = diff(lastSent as unknown as Json, sample as unknown as Json);
    sequence += 1;
    lastSent = sample;
    say({ type: 'sample', sequence, patch: patch === UNCHANGED ? {} : patch });
  };

  const hear = (text: string): void => {
    const parsed = HubMessage.safeParse(parseJson(text));
    if (!parsed.success) {
      log.warn(
        { problem: parsed.error.message },
        'the hub sent a message that this agent does not know; it is passed over',
      );
      return;
    }
    const message = parsed.data;
    if (message.type === 'welcome') {
      forgetSteady();
      forgetSteady = clock.after(STEADY_MS, wait.reset);
      tries = 0;
      state = { state: 'connected', sinceMs: clock.nowMs() };
      log.info({ hub: options.hubUrl, node: message.nodeId }, 'connected to the hub');
      options.welcomed?.();
    } else if (message.type === 'again') {
      log.debug({ reason: message.reason }, 'the hub asks for everything once more');
      sayHello();
    } else if (message.type === 'request') {
      void answerTo(message.id, message.request);
    } else {
      options.hear?.(message);
    }
  };

  const answerTo = async (id: number, request: AgentRequest): Promise<void> => {
    const asked = socket;
    const answer = await options.answer(request).catch(
      (failure: unknown): AgentAnswer => ({
        kind: 'failed',
        code: 'agent-failed',
        message: String(failure).slice(0, 500),
      }),
    );
    // A connection that broke meanwhile is another conversation: its numbers mean nothing there.
    if (asked === socket && socket?.readyState === WebSocket.OPEN) say({ type: 'answer', id, answer });
  };

  const listenForSilence = (opened: WebSocket): void => {
    forgetSilence();
    forgetSilence = clock.after(SILENCE_MS, () => opened.terminate());
  };

  const connect = async (): Promise<void> => {
    if (stopped) return;
    tries += 1;
    let token: string;
    try {
      token = await options.nodeToken();
    } catch (failure) {
      if (!stopped) retry(reasonOf(failure));
      return;
    }
    if (stopped) return;
    let opened: WebSocket;
    try {
      opened = new WebSocket(new URL(LINK_PATH, options.hubUrl.replace(/^http/, 'ws')), {
        headers: {
          authorization: `Bearer ${token}`,
          ...(options.machineId === undefined ? {} : { [MACHINE_HEADER]: options.machineId }),
        },
        perMessageDeflate: false,
        maxPayload: MAX_LINK_FRAME_BYTES,
        handshakeTimeout: HANDSHAKE_MS,
      });
    } catch (failure) {
      return retry(`the kept credential or hub address cannot be used: ${reasonOf(failure)}`);
    }
    socket = opened;
    let problem: string | null = null;
    let status: number | null = null;
    opened.on('unexpected-response', (_, response) => {
      status = response.statusCode ?? null;
      problem = `the hub answered ${status}`;
      // Not the request's own end: after a response that would never be told as `close`, and nobody would try again.
      opened.terminate();
    });
    opened.on('open', () => {
      lastSent = null;
      listenForSilence(opened);
      sayHello();
    });
    opened.on('message', (data: Buffer) => {
      listenForSilence(opened);
      hear(data.toString('utf8'));
    });
    opened.on('ping', () => listenForSilence(opened));
    opened.on('error', (failure: Error) => {
      problem ??= failure.message;
    });
    opened.on('close', (code: number, reason: Buffer) => {
      forgetSilence();
      forgetSteady();
      if (socket === opened) socket = null;
      const why = reason.toString('utf8') || problem || `closed with ${code}`;
      if (!stopped) void closed(code, status, why);
    });
  };

  const closed = async (code: number, status: number | null, reason: string): Promise<void> => {
    if (code === LINK_CLOSE.replaced) {
      log.error(
        { hub: options.hubUrl },
        "another machine uses this machine's credential: was its disk cloned? Join one of them anew",
      );
      return retry(reason, RECONNECT.maximumMs);
    }
    if (code !== LINK_CLOSE.unauthorized && status !== 401) return retry(reason);
    try {
      if (await options.rejoin()) return retry(reason);
    } catch (failure) {
      return retry(`could not join again: ${reasonOf(failure)}`);
    }
    state = { state: 'refused', reason };
    log.error(
      { hub: options.hubUrl, reason },
      'the hub does not know this machine, and there is no join token; trying again later',
    );
    retry(reason, RECONNECT.maximumMs);
  };

  const retry = (reason: string, atLeastMs = 0): void => {
    // Spread above it too: a hub that lost its data refuses the whole fleet in one instant, again and again.
    const waitMs = Math.max(wait.next(), Math.round(atLeastMs * (1 + random() / 2)));
    if (state.state !== 'refused') state = { state: 'connecting', tries, reason };
    log.warn({ hub: options.hubUrl, reason, waitMs }, 'no connection to the hub; trying again');
    forgetRetry = clock.after(waitMs, () => void connect());
  };

  void connect();
  return {
    tell(message) {
      if (state.state !== 'connected' || socket?.readyState !== WebSocket.OPEN) return false;
      say(message);
      return true;
    },
    send(sample) {
      newest = sample;
      saySample(sample);
    },
    state: () => state,
    lastSequence: () => sequence,
    async stop(reason = 'stopped') {
      stopped = true;
      forgetRetry();
      forgetSilence();
      forgetSteady();
      const open = socket;
      if (!open) return;
      await new Promise<void>((resolve) => {
        const giveUp = clock.after(GOODBYE_MS, () => {
          open.terminate();
          resolve();
        });
        open.once('close', () => {
          giveUp();
          resolve();
        });
        if (reason === 'silently') return open.terminate();
        if (open.readyState === WebSocket.OPEN) say({ type: 'goodbye', reason });
        open.close(1000);
      });
    },
  };
}

const reasonOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));
