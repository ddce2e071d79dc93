/**
 * The hub's ends of the agents' links (protocol/agentHub.ts): parses what they say exactly once, bounds it, keeps each
 * node's last sample for the next patch, and asks agents on behalf of people. A node speaks only of itself.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { applyPatch, type Json } from '../../fleet/patch.ts';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { firstIssue } from '../../lib/firstIssue.ts';
import { parseJson } from '../../lib/json.ts';
import { tokenBucket } from '../../lib/tokenBucket.ts';
import { MAX_LINK_FRAME_BYTES } from '../../model/limits.ts';
import { NodeSample } from '../../model/node.ts';
import {
  AgentAnswer,
  AgentMessage,
  type AgentRequest,
  type HubMessage,
  LINK_CLOSE,
  LINK_PROTOCOL,
} from '../../protocol/agentHub.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import { nodeAddress } from './nodeAddress.ts';

export interface AgentLinksOptions {
  fleet: FleetNow;
  clock: Clock;
  log: Log;
  /** A sample was applied: history and others may look. */
  sampled: (nodeId: string) => void;
  refused: (nodeId: string, address: string, reason: string) => void;
}

export interface LinkFacts {
  nodeId: string;
  connectedSinceMs: number;
  /** Number of the last sample on this connection. */
  lastSequence: number;
  /** Samples that were numbered and never came; 0 unless something is wrong. */
  gaps: number;
}

export interface AgentLinks {
  /** Takes over an upgrade request that came through the doors with a good credential. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, nodeId: string): void;
  /**
   * Asks one agent.
   * @throws HubError `node-not-connected` or `node-silent` (after `patienceMs`).
   */
  ask(nodeId: string, request: AgentRequest, patienceMs: number): Promise<AgentAnswer>;
  isConnected(nodeId: string): boolean;
  facts(): LinkFacts[];
  /** Ends a node's connection, e.g. because it was forgotten. */
  drop(nodeId: string, reason: string): void;
  stop(): Promise<void>;
}

const PING_MS = 10_000;
/** A connection that said nothing for this long after it was opened is not an agent's. */
const HELLO_MS = 30_000;
/** A sample a second, answers and a refresh now and then: more is a fault. */
const MESSAGES_PER_SECOND = 20;
const MESSAGE_BURST = 100;
const MAX_LINKS = 5000;
const SAME_REFUSAL_MS = 60_000;

interface Link {
  nodeId: string;
  address: string;
  socket: WebSocket;
  connectedSinceMs: number;
  /** Null until hello. */
  raw: Json | null;
  sequence: number;
  gaps: number;
  waiting: Map<number, (answer: AgentAnswer | HubError) => void>;
  nextRequest: number;
  answeredPing: boolean;
}

/** No agents at first. */
export function agentLinks({ fleet, clock, log, sampled, refused }: AgentLinksOptions): AgentLinks {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_LINK_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const links = new Map<string, Link>();
  const toldRefusals = new Map<string, { reason: string; atMs: number }>();

  const say = (link: Link, message: HubMessage): void => link.socket.send(JSON.stringify(message));

  /** A node that says the same wrong thing at every connection must not fill the disk with it. */
  const tellRefusal = (nodeId: string, address: string, reason: string): void => {
    const told = toldRefusals.get(nodeId);
    const nowMs = clock.nowMs();
    if (told?.reason === reason && nowMs - told.atMs < SAME_REFUSAL_MS) return;
    toldRefusals.set(nodeId, { reason, atMs: nowMs });
    log.warn({ node: nodeId, address, reason }, 'a link was refused or broke');
    refused(nodeId, address, reason);
  };

  const refuse = (link: Link, code: number, reason: string): void => {
    tellRefusal(link.nodeId, link.address, reason);
    // A close reason holds 123 bytes at most (RFC 6455, 5.5).
    link.socket.close(code, reason.slice(0, 120));
  };

  const hear = (link: Link, text: string): void => {
    const parsed = AgentMessage.safeParse(parseJson(text));
    if (!parsed.success)
      return refuse(link, LINK_CLOSE.malformed, `malformed message: ${firstIssue(parsed.error)}`);
    const message = parsed.data;
    switch (message.type) {
      case 'hello':
        if (message.protocol !== LINK_PROTOCOL) {
          const older = message.protocol < LINK_PROTOCOL ? 'agent' : 'hub';
          return refuse(
            link,
            LINK_CLOSE.protocol,
            `agent speaks ${message.protocol}, hub ${LINK_PROTOCOL}: update the ${older}`,
          );
        }
        link.raw = message.sample as unknown as Json;
        link.sequence = message.sequence;
        fleet.applySample(
          link.nodeId,
          message.sample,
          nodeAddress(link.address, message.sample),
          clock.nowMs(),
        );
        sampled(link.nodeId);
        return say(link, { type: 'welcome', protocol: LINK_PROTOCOL, nodeId: link.nodeId });
      case 'sample':
        return hearSample(link, message.sequence, message.patch as Json);
      case 'answer': {
        const answer = AgentAnswer.safeParse(message.answer);
        link.waiting.get(message.id)?.(
          answer.success
            ? answer.data
            : new HubError(502, 'bad-answer', 'the agent answered something this hub does not know'),
        );
        return;
      }
      case 'goodbye':
        fleet.sayGoodbye(link.nodeId, message.reason);
        log.info({ node: link.nodeId, reason: message.reason }, 'a node said goodbye');
    }
  };

  const hearSample = (link: Link, sequence: number, patch: Json): void => {
    if (link.raw === null) return say(link, { type: 'again', reason: 'a sample came before hello' });
    const expected = link.sequence + 1;
    if (sequence !== expected) {
      link.gaps += Math.max(1, sequence - expected);
      link.raw = null;
      return say(link, { type: 'again', reason: `sample ${sequence} came, ${expected} was due` });
    }
    let next: Json;
    try {
      next = applyPatch(link.raw, patch);
    } catch (failure) {
      link.raw = null;
      return say(link, {
        type: 'again',
        reason: failure instanceof Error ? failure.message : String(failure),
      });
    }
    const sample = NodeSample.safeParse(next);
    if (!sample.success)
      return refuse(link, LINK_CLOSE.malformed, `malformed sample: ${firstIssue(sample.error)}`);
    // What the schema does not know is let go here: kept, it would be a node's own store in our memory.
    link.raw = sample.data as unknown as Json;
    link.sequence = sequence;
    fleet.applySample(link.nodeId, sample.data, nodeAddress(link.address, sample.data), clock.nowMs());
    sampled(link.nodeId);
  };

  const opened = (socket: WebSocket, nodeId: string, address: string): void => {
    const link: Link = {
      nodeId,
      address,
      socket,
      connectedSinceMs: clock.nowMs(),
      raw: null,
      sequence: 0,
      gaps: 0,
      waiting: new Map(),
      nextRequest: 1,
      answeredPing: true,
    };
    const limit = tokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST);
    const before = links.get(nodeId);
    links.set(nodeId, link);
    if (before) before.socket.close(LINK_CLOSE.replaced, 'another connection with this credential took over');
    const forgetHello = clock.after(HELLO_MS, () => {
      if (link.raw === null && link.sequence === 0)
        refuse(link, LINK_CLOSE.malformed, 'no hello within 30 s');
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (socket.readyState !== socket.OPEN) return;
      if (isBinary) return refuse(link, LINK_CLOSE.malformed, 'messages are text');
      if (!limit.take(clock.nowMs()))
        return refuse(link, LINK_CLOSE.malformed, `more than ${MESSAGES_PER_SECOND} messages a second`);
      hear(link, data.toString('utf8'));
    });
    socket.on('pong', () => {
      link.answeredPing = true;
    });
    socket.on('error', (failure: Error) => {
      // ws closes the connection itself (1009 for a message over the limit).
      tellRefusal(nodeId, address, failure.message);
    });
    socket.on('close', () => {
      forgetHello();
      if (links.get(nodeId) === link) {
        links.delete(nodeId);
        fleet.loseConnection(nodeId, clock.nowMs());
      }
      for (const answer of link.waiting.values()) {
        answer(
          new HubError(
            503,
            'node-not-connected',
            'the connection to this node broke',
            'try again in a moment',
          ),
        );
      }
    });
  };

  const stopPinging = clock.every(PING_MS, () => {
    for (const link of links.values()) {
      if (!link.answeredPing) {
        log.warn({ node: link.nodeId }, 'a link is silent and is closed');
        link.socket.terminate();
        continue;
      }
      link.answeredPing = false;
      link.socket.ping();
    }
  });

  return {
    accept(request, socket, head, nodeId) {
      if (links.size >= MAX_LINKS && !links.has(nodeId)) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
      server.handleUpgrade(request, socket, head, (webSocket) => opened(webSocket, nodeId, address));
    },
    ask(nodeId, request, patienceMs) {
      const link = links.get(nodeId);
      if (!link) {
        return Promise.reject(
          new HubError(
            503,
            'node-not-connected',
            'this node is not connected',
            'look at its state; `flowline doctor` on the node tells why',
          ),
        );
      }
      const id = link.nextRequest++;
      return new Promise((resolve, reject) => {
        const giveUp = clock.after(patienceMs, () => {
          link.waiting.delete(id);
          reject(
            new HubError(
              504,
              'node-silent',
              `this node did not answer within ${patienceMs / 1000} s`,
              'try again; the node may be overloaded',
            ),
          );
        });
        link.waiting.set(id, (answer) => {
          giveUp();
          link.waiting.delete(id);
          if (answer instanceof HubError) reject(answer);
          else resolve(answer);
        });
        say(link, { type: 'request', id, request });
      });
    },
    isConnected: (nodeId) => links.has(nodeId),
    facts: () =>
      [...links.values()].map(({ nodeId, connectedSinceMs, sequence, gaps }) => ({
        nodeId,
        connectedSinceMs,
        lastSequence: sequence,
        gaps,
      })),
    drop(nodeId, reason) {
      links.get(nodeId)?.socket.close(LINK_CLOSE.unauthorized, reason.slice(0, 120));
    },
    async stop() {
      stopPinging();
      for (const link of links.values()) link.socket.close(1001, 'the hub stops');
      const deadline = clock.nowMs() + 1000;
      while (links.size > 0 && clock.nowMs() < deadline)
        await new Promise((resolve) => clock.after(10, () => resolve(null)));
      for (const link of links.values()) link.socket.terminate();
      server.close();
    },
  };
}
