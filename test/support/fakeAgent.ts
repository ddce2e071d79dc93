/**
 * The agent's end of a link, with nothing behind it: says what a test tells it to, and remembers what the hub said. For
 * claims about the hub that a real supervisor would make hard to stage (a lost acknowledgement, a stale fence).
 */
import WebSocket from 'ws';
import type { Gpu } from '../../src/model/gpu.ts';
import type { NodeSample } from '../../src/model/node.ts';
import {
  type AgentAnswer,
  type AgentMessage,
  type AgentRequest,
  HubMessage,
  LINK_PATH,
  LINK_PROTOCOL,
  MACHINE_HEADER,
} from '../../src/protocol/agentHub.ts';
import type { AttemptReport, Lease } from '../../src/protocol/supervision.ts';
import { bareSample } from './samples.ts';

type Said = Extract<HubMessage, { type: 'acknowledged' }>['reports'][number];

export interface FakeAgentOptions {
  url: string;
  nodeToken: string;
  hostname: string;
  /** Sent with the upgrade. */
  machineId?: string;
  bootId?: string;
  user?: string;
  uid?: number;
  gpus?: Gpu[];
  /** What it still knows of attempts, told in its inventory. */
  inventory?: AttemptReport[];
  /** Answers launches; `launched` unless said otherwise. Null: says nothing. */
  onLaunch?: (lease: Lease) => AgentAnswer | null;
  /** Answers everything else. */
  onRequest?: (request: AgentRequest) => AgentAnswer | null;
  /** False: figures only, no inventory. */
  supervises?: boolean;
  /** How often it samples; it must not grow stale. */
  intervalMs?: number;
}

export interface FakeAgent {
  leases: Lease[];
  requests: AgentRequest[];
  acknowledged: Said[];
  say(message: AgentMessage): void;
  /** Sends a sample with these GPUs, and goes on with them. */
  setGpus(gpus: Gpu[]): void;
  report(
    lease: Pick<Lease, 'attempt' | 'fence'>,
    sequence: number,
    with_: Partial<AttemptReport>,
  ): AttemptReport;
  isOpen(): boolean;
  closed: Promise<{ code: number; reason: string }>;
  /** Without a goodbye. */
  breakOff(): void;
}

/** Connects, says hello and, once welcome, its inventory. */
export async function startFakeAgent(options: FakeAgentOptions): Promise<FakeAgent> {
  const { url, nodeToken, hostname, user = 'alice', uid = 1000 } = options;
  const socket = new WebSocket(new URL(LINK_PATH, url.replace(/^http/, 'ws')), {
    headers: {
      authorization: `Bearer ${nodeToken}`,
      ...(options.machineId === undefined ? {} : { [MACHINE_HEADER]: options.machineId }),
    },
  });
  let gpus = options.gpus ?? [];
  let sequence = 0;
  const say = (message: AgentMessage): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const sampleNow = (): NodeSample => ({
    ...bareSample(hostname, Date.now(), options.intervalMs ?? 1000),
    gpus,
    bootId: options.bootId ?? null,
    driver: {
      state: 'ok',
      version: '1',
      cudaVersion: '12.0',
      message: null,
      remarks: null,
      answeredAtMs: Date.now(),
    },
  });
  const hello = (): void => {
    sequence = 0;
    say({ type: 'hello', protocol: LINK_PROTOCOL, sequence, sample: sampleNow() });
  };
  const sample = (): void => {
    sequence += 1;
    say({ type: 'sample', sequence, patch: { takenAtMs: Date.now() } });
  };
  const timer = setInterval(sample, options.intervalMs ?? 1000);
  const agent: FakeAgent = {
    leases: [],
    requests: [],
    acknowledged: [],
    say,
    setGpus(next) {
      gpus = next;
      hello();
    },
    report(lease, reportSequence, with_) {
      const report = reportOf(lease, reportSequence, with_);
      say({ type: 'reports', reports: [report] });
      return report;
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    closed: new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        clearInterval(timer);
        resolve({ code, reason: reason.toString('utf8') });
      });
    }),
    breakOff: () => socket.terminate(),
  };
  const answer = (request: AgentRequest): AgentAnswer | null => {
    if (request.kind === 'launch') {
      agent.leases.push(request.lease);
      return options.onLaunch ? options.onLaunch(request.lease) : { kind: 'launched' };
    }
    agent.requests.push(request);
    const special = options.onRequest?.(request);
    if (special !== undefined) return special;
    return request.kind === 'stop-attempt'
      ? { kind: 'stopping' }
      : { kind: 'failed', code: 'fake', message: 'a fake agent' };
  };
  let isWelcome = false;
  socket.on('message', (data: Buffer) => {
    const message = HubMessage.parse(JSON.parse(data.toString('utf8')));
    if (message.type === 'welcome') {
      isWelcome = true;
      if (options.supervises !== false)
        say({ type: 'inventory', inventory: { user, uid, reports: options.inventory ?? [] } });
    } else if (message.type === 'again') hello();
    else if (message.type === 'acknowledged') agent.acknowledged.push(...message.reports);
    else if (message.type === 'request') {
      const told = answer(message.request);
      if (told) say({ type: 'answer', id: message.id, answer: told });
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  hello();
  const deadline = Date.now() + 5000;
  while (!isWelcome && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  return agent;
}

/** A report of an attempt as a node would make it. */
export function reportOf(
  { attempt, fence }: Pick<Lease, 'attempt' | 'fence'>,
  sequence: number,
  with_: Partial<AttemptReport>,
): AttemptReport {
  return {
    attempt,
    fence,
    sequence,
    state: 'running',
    pid: 4711,
    startedAtMs: Date.now(),
    endedAtMs: null,
    exitCode: null,
    signal: null,
    class: null,
    outOfMemory: null,
    stopReason: null,
    message: null,
    remarks: null,
    cpuSeconds: null,
    hostMemoryPeakBytes: null,
    gpuMemoryPeakBytes: [],
    cardsFree: true,
    ...with_,
  };
}

/** What a program that ended by itself reports. */
export const endedWith = (exitCode: number): Partial<AttemptReport> => ({
  state: 'ended',
  endedAtMs: Date.now(),
  exitCode,
  class: exitCode === 0 ? 'ok' : 'program',
});
