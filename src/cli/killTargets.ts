/**
 * Which processes a person means by `4711` or `atlas:4711`: each is looked up before anything is ended, so that its
 * start time goes with the request and a pid that was used again is never signalled.
 */
import type { HubClient } from '../client/hubClient.ts';
import type { NodeStatus } from '../model/node.ts';
import type { KillOutcome } from '../model/process.ts';
import type { ProcessOfNode, Unanswered } from '../protocol/hubApi.ts';
import { CommandFailure, EXIT } from './context.ts';
import { namedNode } from './namedNode.ts';
import { whyUnanswered } from './unanswered.ts';
import type { Words } from './words/words.ts';

export interface NamedTarget {
  /** Null: on whichever machine it is. */
  node: string | null;
  pid: number;
}

export interface LookedUp {
  found: (ProcessOfNode & { startedAtMs: number })[];
  /** Nothing is sent for them: they are not there, or it cannot be told which process is meant. */
  missing: Missing[];
}

interface Missing {
  nodeId: string | null;
  nodeName: string | null;
  pid: number;
  outcome: KillOutcome | 'no-answer';
  message: string;
}

/** Each is a question to the agents, which answer at most 20 a second (a hub closes a link that says more). */
export const MAX_LOOKUPS = 50;
const MAX_PID = 2 ** 31 - 1;

/** `atlas:4711`, `4711`. @throws CommandFailure */
export function parseTarget(text: string, { kill: words }: Words): NamedTarget {
  const match = /^(?:(.+):)?(\d{1,10})$/.exec(text);
  const pid = Number(match?.[2]);
  if (!match || pid < 1 || pid > MAX_PID)
    throw new CommandFailure(EXIT.usage, words.sayTarget(text), words.sayTargetHint);
  return { node: match[1] ?? null, pid };
}

/** Looks each up. @throws CommandFailure where it cannot be told which process is meant; HubFailure */
export async function lookUpTargets(
  client: HubClient,
  targets: readonly NamedTarget[],
  words: Words,
): Promise<LookedUp> {
  if (targets.length > MAX_LOOKUPS) throw new CommandFailure(EXIT.usage, words.kill.tooMany(MAX_LOOKUPS));
  const { nodes } = await client.call('nodes');
  if (nodes.length === 0) throw new CommandFailure(EXIT.failed, words.status.noMachines);
  const resolved = targets.map(({ node, pid }) => ({
    node: node === null ? onlyNode(nodes) : namedNode(nodes, node, words),
    pid,
  }));
  const result: LookedUp = { found: [], missing: [] };
  for (const { node, pid } of distinct(resolved)) {
    const answer = await client.call('processes', {
      query: { query: String(pid), limit: 200, ...(node === null ? {} : { node: node.id }) },
    });
    const matches = answer.processes.filter((process) => process.pid === pid);
    const silent = answer.unanswered;
    if (node === null) checkUnambiguous(pid, matches, silent, words);
    const [process] = matches;
    if (process && process.startedAtMs !== null) {
      result.found.push({ ...process, startedAtMs: process.startedAtMs });
      continue;
    }
    result.missing.push({
      nodeId: node?.id ?? null,
      nodeName: node === null ? null : node.name,
      pid,
      ...(process ? { outcome: 'failed', message: words.kill.startNotKnown } : whyMissing(answer, words)),
    });
  }
  return result;
}

function whyMissing(
  { processes, total, unanswered }: { processes: unknown[]; total: number; unanswered: Unanswered[] },
  words: Words,
): Pick<Missing, 'outcome' | 'message'> {
  const { kill } = words;
  const [silent] = unanswered;
  if (silent) return { outcome: 'no-answer', message: kill.notSearched(whyUnanswered(silent, words)) };
  if (total > processes.length) return { outcome: 'failed', message: kill.tooManyAlike(total) };
  return { outcome: 'gone', message: kill.noSuchProcess };
}

const onlyNode = (nodes: readonly NodeStatus[]): NodeStatus | null =>
  nodes.length === 1 ? (nodes[0] ?? null) : null;

function checkUnambiguous(
  pid: number,
  matches: readonly ProcessOfNode[],
  silent: readonly { nodeName: string }[],
  { kill: words }: Words,
): void {
  const [first] = matches;
  if (matches.length > 1 && first)
    throw new CommandFailure(
      EXIT.usage,
      words.ambiguous(pid, matches.map((process) => process.nodeName).join(', ')),
      words.ambiguousHint(`${first.nodeName}:${pid}`),
    );
  // A machine that did not answer may have a process of that number too.
  if (silent.length > 0)
    throw new CommandFailure(
      EXIT.failed,
      words.uncertain(pid, silent.map((node) => node.nodeName).join(', ')),
      words.sayTargetHint,
    );
}

function distinct<T extends { node: NodeStatus | null; pid: number }>(targets: readonly T[]): T[] {
  return [...new Map(targets.map((target) => [`${target.node?.id ?? ''} ${target.pid}`, target])).values()];
}
