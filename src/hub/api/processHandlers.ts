/** Looking for processes on all machines, and ending them: both ask the agents, and say who did not answer. */

import type { z } from 'zod';
import { searchOrder } from '../../fleet/searchOrder.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { Account } from '../../protocol/accountApi.ts';
import type { AgentRequest } from '../../protocol/agentHub.ts';
import type { HubApi } from '../../protocol/hubApi.ts';
import { HubError } from '../errors.ts';
import {
  expectKind,
  findNode,
  type Handlers,
  type HubParts,
  named,
  noAgent,
  noteDeed,
  REQUEST_PATIENCE_MS,
} from './call.ts';

type KillTarget = z.output<HubApi['killProcesses']['body']>['targets'][number];

/** A person waits: an agent that has not answered by then is named instead (architecture.md, journey 8). */
const SEARCH_PATIENCE_MS = 2000;

/** Their handlers. */
export function processHandlers(hub: HubParts): Pick<Handlers, 'processes' | 'killProcesses'> {
  const { fleet, clock, links, audit } = hub;

  const nodesNamed = (wanted: string | undefined): NodeStatus[] => {
    const all = fleet.all(clock.nowMs());
    if (wanted === undefined) return all;
    const found = all.filter(({ id, name, alias }) => id === wanted || name === wanted || alias === wanted);
    return found.length > 0 ? found : [findNode(hub, wanted)];
  };

  /** A machine without an agent is not asked: what it told last is looked through, while that holds. */
  const lastTold = (node: NodeStatus, query: string) => {
    const found =
      node.state === 'online' || node.state === 'stale' ? hub.witnesses.search(node.id, query) : null;
    if (found === null)
      throw new HubError(503, 'node-not-connected', node.source?.problem?.message ?? 'it was not read yet');
    return { processes: found, total: found.length };
  };

  return {
    async processes({ query }) {
      const asked = nodesNamed(query.node);
      const request: AgentRequest = { kind: 'search-processes', query: query.query, limit: query.limit };
      const answers = await Promise.allSettled(
        asked.map(async (node) => {
          if (node.source !== null) return lastTold(node, query.query);
          return expectKind(await links.ask(node.id, request, SEARCH_PATIENCE_MS), 'processes');
        }),
      );
      const processes = [];
      const unanswered = [];
      let total = 0;
      for (const [place, node] of asked.entries()) {
        const answer = answers[place];
        if (answer?.status === 'fulfilled') {
          total += answer.value.total;
          processes.push(...answer.value.processes.map((process) => ({ ...named(node), ...process })));
        } else {
          unanswered.push({
            ...named(node),
            reason: reasonOf(answer?.reason),
            code: answer?.reason instanceof HubError ? answer.reason.code : null,
            state: node.state,
          });
        }
      }
      processes.sort(searchOrder(query.query));
      return { processes: processes.slice(0, query.limit), total, unanswered };
    },

    async killProcesses(call) {
      const { targets, graceSeconds } = call.body;
      // Every node is looked up before the first is asked: an unknown one must not leave half of it done, untold.
      const byNode = [...Map.groupBy(withoutRepeats(targets), (target) => target.nodeId)].map(
        ([nodeId, wanted]) => [findNode(hub, nodeId), wanted] as const,
      );
      const may = endsWhose(call.caller.account);
      const graceMs = Math.round(graceSeconds * 1000);
      const results = await Promise.all(
        byNode.map(async ([node, wanted]) => {
          // Before and after: a deed whose answer is lost is on the trail all the same.
          for (const { pid } of wanted) noteDeed(audit, call, 'kill-process', `${node.id}:${pid}`, 'asked');
          const request: AgentRequest = {
            kind: 'kill-processes',
            targets: wanted.map(({ pid, startedAtMs }) => ({ pid, startedAtMs })),
            may,
            graceMs,
          };
          const all = (outcome: 'no-answer' | 'not-allowed', reason: 'no-agent' | null, message: string) =>
            wanted.map(({ pid }) => ({ pid, outcome, reason, message }));
          const told =
            node.source !== null
              ? all('not-allowed', 'no-agent', noAgent(node.source.dialect))
              : await links.ask(node.id, request, graceMs + REQUEST_PATIENCE_MS).then(
                  (answer) => expectKind(answer, 'killed').results,
                  (failure: unknown) => all('no-answer', null, reasonOf(failure)),
                );
          for (const { pid, outcome } of told)
            noteDeed(audit, call, 'kill-process', `${node.id}:${pid}`, outcome);
          return told.map((result) => ({ ...named(node), ...result }));
        }),
      );
      return { results: results.flat() };
    },
  };
}

/** An administrator anybody's processes, a user those of the login name that his token carries (decisions/0018). */
function endsWhose(account: Account | null): 'everyone' | string[] {
  if (account?.role === 'administrator') return 'everyone';
  return account?.role === 'user' ? [account.name] : [];
}

/** A process on several GPUs may be named once for each. */
const withoutRepeats = (targets: readonly KillTarget[]): KillTarget[] => [
  ...new Map(
    targets.map((target) => [`${target.nodeId} ${target.pid} ${target.startedAtMs}`, target]),
  ).values(),
];

const reasonOf = (failure: unknown): string =>
  (failure instanceof Error ? failure.message : String(failure)).slice(0, 500);
