/**
 * The hub's ends of the agents' links (protocol/agentHub.ts): parses what they say exactly once, bounds it, keeps each
 * node's last sample for the next patch, and asks agents on behalf of people. A node speaks only of itself; whether an
 * attempt or a table is its own to speak of, the ears decide that the queue lends it.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json } from '../../fleet/patch.ts';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { firstIssue } from '../../lib/firstIssue.ts';
import { parseJson } from '../../lib/json.ts';
import { MAX_LINK_FRAME_BYTES } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import {
  type AgentAnswer,
  AgentMessage,
  type AgentRequest,
  type HubMessage,
  LINK_CLOSE,
  LINK_PROTOCOL,
} from '../../protocol/agentHub.ts';
import type { Acknowledgement } from '../../protocol/supervision.ts';
import type { TableEdits } from '../../protocol/tableSync.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import { DEAF, type LinkEars } from './linkEars.ts';
import { type LinkLimits, linkLimits } from './linkLimits.ts';
import { nodeAddress } from './nodeAddress.ts';
import { type Questions, questions } from './questions.ts';
import { refusals } from './refusals.ts';
import { type SampleChain, sampleChain } from './sampleChain.ts';

export interface AgentLinksOptions {
  fleet: FleetNow;
  clock: Clock;
  log: Log;
  /** A sample was applied: history and others may look. */
  sampled: (nodeId: string) => void;
  /** Two machines use one credential. */
  cloned: (nodeId: string, address: string) => void;
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
  /** Tells a node that its reports are durable; a node that is gone meanwhile says them again. */
  acknowledge(nodeId: string, reports: readonly Acknowledgement[]): void;
  /** Refuses something that a connected node said: audited, and once a minute in the log. */
  refuse(nodeId: string, reason: string): void;
  /** From now on the queue hears what comes; before that nobody does. */
  lend(ears: LinkEars): void;
  isConnected(nodeId: string): boolean;
  facts(): LinkFacts[];
  /** Ends a node's connection, e.g. because it was forgotten. */
  drop(nodeId: string, reason: string): void;
  stop(): Promise<void>;
}

const PING_MS = 10_000;
/** A connection that said nothing for this long after it was opened is not an agent's. */
const HELLO_MS = 30_000;
const MAX_LINKS = 5000;
/**
 * A connection that was heard this recently belongs to a machine that runs: another one with the same credential and
 * another boot is another machine. A machine that boots is silent for longer.
 */
const ALIVE_MS = 3000;

interface Link {
  nodeId: string;
  address: string;
  socket: WebSocket;
  connectedSinceMs: number;
  samples: SampleChain;
  questions: Questions;
  heardAtMs: number;
  bootId: string | null;
  /** The connection that this one took the place of, if it was alive until then. */
  replaced: { bootId: string } | null;
  answeredPing: boolean;
}

/** No agents at first. */
export function agentLinks({ fleet, clock, log, sampled, cloned, refused }: AgentLinksOptions): AgentLinks {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_LINK_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const links = new Map<string, Link>();
  let ears = DEAF;
  const tellRefusal = refusals(clock, log, refused);

  const say = (link: Link, message: HubMessage): void => link.socket.send(JSON.stringify(message));

  const refuse = (link: Link, code: number, reason: string): void => {
    tellRefusal(link.nodeId, link.address, reason);
    // A close reason holds 123 bytes at most (RFC 6455, 5.5).
    link.socket.close(code, reason.slice(0, 120));
  };

  const hear = (link: Link, limits: LinkLimits, text: string): void => {
    const parsed = AgentMessage.safeParse(parseJson(text));
    if (!parsed.success)
      return refuse(link, LINK_CLOSE.malformed, `malformed message: ${firstIssue(parsed.error)}`);
    const message = parsed.data;
    const isAwaited = message.type === 'answer' && link.questions.isAwaited(message.id);
    const tooMuch = isAwaited ? null : limits.takeMessage(message.type, clock.nowMs());
    if (tooMuch !== null) return refuse(link, LINK_CLOSE.malformed, tooMuch);
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
        link.samples.begin(message.sample, message.sequence);
        link.bootId = message.sample.bootId;
        if (link.replaced && link.bootId !== null && link.replaced.bootId !== link.bootId)
          cloned(link.nodeId, link.address);
        takeSample(link, message.sample);
        return say(link, { type: 'welcome', protocol: LINK_PROTOCOL, nodeId: link.nodeId });
      case 'sample':
        return hearSample(link, message.sequence, message.patch as Json);
      case 'answer':
        return void link.questions.hear(message.id, message.answer);
      case 'goodbye':
        fleet.sayGoodbye(link.nodeId, message.reason);
        return log.info({ node: link.nodeId, reason: message.reason }, 'a node said goodbye');
      case 'inventory':
        return ears.inventory(link.nodeId, message.inventory);
      case 'reports':
        return ears.reports(link.nodeId, message.reports);
      case 'table-edits':
        return void hearEdits(link, message.id, message.edits);
    }
  };

  /** What was not taken is not acknowledged: the agent says it again. */
  const hearEdits = (link: Link, id: number, edits: TableEdits): Promise<void> =>
    ears.tableEdits(link.nodeId, edits).then(
      () => {
        if (link.socket.readyState === link.socket.OPEN) say(link, { type: 'table-edits-taken', id });
      },
      (failure: unknown) => tellRefusal(link.nodeId, link.address, `table edits: ${messageOf(failure)}`),
    );

  const takeSample = (link: Link, sample: NodeSample): void => {
    fleet.applySample(link.nodeId, sample, nodeAddress(link.address, sample), clock.nowMs());
    sampled(link.nodeId);
  };

  const hearSample = (link: Link, sequence: number, patch: Json): void => {
    const heard = link.samples.follow(sequence, patch);
    if (heard.kind === 'again') return say(link, { type: 'again', reason: heard.reason });
    if (heard.kind === 'malformed') return refuse(link, LINK_CLOSE.malformed, heard.reason);
    takeSample(link, heard.sample);
  };

  const opened = (socket: WebSocket, nodeId: string, address: string): void => {
    const link: Link = {
      nodeId,
      address,
      socket,
      connectedSinceMs: clock.nowMs(),
      samples: sampleChain(),
      questions: questions(clock),
      heardAtMs: clock.nowMs(),
      bootId: null,
      replaced: null,
      answeredPing: true,
    };
    const limits = linkLimits();
    const before = links.get(nodeId);
    links.set(nodeId, link);
    if (before && before.bootId !== null && clock.nowMs() - before.heardAtMs < ALIVE_MS)
      link.replaced = { bootId: before.bootId };
    if (before) before.socket.close(LINK_CLOSE.replaced, 'another connection with this credential took over');
    ears.opened(nodeId);
    const forgetHello = clock.after(HELLO_MS, () => {
      if (!link.samples.hasBegun()) refuse(link, LINK_CLOSE.malformed, 'no hello within 30 s');
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (socket.readyState !== socket.OPEN) return;
      if (isBinary) return refuse(link, LINK_CLOSE.malformed, 'messages are text');
      link.heardAtMs = clock.nowMs();
      const tooMuch = limits.takeBytes(data.byteLength, clock.nowMs());
      if (tooMuch !== null) return refuse(link, LINK_CLOSE.malformed, tooMuch);
      hear(link, limits, data.toString('utf8'));
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
        ears.closed(nodeId);
      }
      link.questions.giveUp();
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
      return link.questions.ask((id) => say(link, { type: 'request', id, request }), patienceMs);
    },
    acknowledge(nodeId, reports) {
      const link = links.get(nodeId);
      if (link && reports.length > 0) say(link, { type: 'acknowledged', reports: [...reports] });
    },
    refuse(nodeId, reason) {
      tellRefusal(nodeId, links.get(nodeId)?.address ?? '', reason);
    },
    lend(lent) {
      ears = lent;
    },
    isConnected: (nodeId) => links.has(nodeId),
    facts: () =>
      [...links.values()].map(({ nodeId, connectedSinceMs, samples }) => ({
        nodeId,
        connectedSinceMs,
        lastSequence: samples.lastSequence(),
        gaps: samples.gaps(),
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

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);
