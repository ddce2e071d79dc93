/** What each dialect whose nodes are polled has in common: how a node is asked, and what its answer comes to. */
import type { DialectName } from '../../model/dialect.ts';
import type { NodeSample, ReadingProblem } from '../../model/node.ts';
import type { WitnessReading } from '../../model/witness.ts';

/** The systems whose nodes are asked; collectors of `gpu-monitor` report by themselves, `flowline` is one machine. */
export type PolledDialect = Extract<
  DialectName,
  'flowline-monitor' | 'cluster-status' | 'distributed-monitor'
>;

/** A node of an older system, as a configuration names it. */
export interface PolledNode {
  dialect: PolledDialect;
  /** A name, or an address (IPv6 without brackets). */
  host: string;
  port: number;
  /** What people call it; the host where nothing was said. */
  name: string;
  /** By which its older main is asked for it; left out where that has no names. */
  configuredName?: string | null;
  alias: string | null;
  /** Only D asks for one. */
  password: string | null;
  intervalMs: number;
  /** How long one answer may take, name and connection included. */
  timeoutMs: number;
}

/** What kept an answer from being a reading. */
export type Trouble = Omit<ReadingProblem, 'sinceMs'>;

export interface Reading {
  kind: 'read';
  reading: WitnessReading;
  /**
   * The node's own word for when it last looked, where its answer may be older than itself: the same word again is the
   * same look again. Null where an answer is always a new look.
   */
  stamp: string | null;
  /** False where that word cannot be of now: the next answer will tell whether the node still looks. */
  isOfNow: boolean;
}

export type Outcome = Reading | { kind: 'trouble'; trouble: Trouble };

export interface Answer {
  status: number;
  body: string;
}

export interface ReadContext {
  node: PolledNode;
  nowMs: number;
  /** What it said before; null where it said nothing yet. */
  before: NodeSample | null;
}

export interface NodeReader {
  request(node: PolledNode): { method: 'GET' | 'POST'; path: string; body: string | null };
  /** Never throws: an answer is a reading, or a sentence about why it is none. */
  read(answer: Answer, context: ReadContext): Outcome;
  /** Silent for longer than this a node counts as gone; null: as every machine. */
  offlineAfterMs: number | null;
}

/** A sentence instead of a reading. */
export const trouble = (kind: Trouble['kind'], message: string): Outcome => ({
  kind: 'trouble',
  trouble: { kind, message: message.slice(0, 500) },
});

/** An answer with another status than 200; a proxy's page or a program's own sentence is quoted in part. */
export function refusedWith({ status, body }: Answer): Outcome {
  const said = body
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return trouble('refused', `it answers HTTP ${status}${said === '' ? '' : `: ${said}`}`);
}

/** What stands where an answer was expected, in a few words: a page of something else is told by its beginning. */
export const notUnderstood = (what: string, body: string): Outcome =>
  trouble(
    'not-understood',
    body === ''
      ? `${what}: it is empty`
      : `${what}; it begins with ${JSON.stringify(body.slice(0, 60).replaceAll(/\s+/g, ' '))}`,
  );
