/** What an agent answers when its hub asks: find processes, end them, sample now, look for what is wrong. */

import type { Check } from '../model/check.ts';
import type { NodeSample } from '../model/node.ts';
import type { AgentAnswer, AgentRequest } from '../protocol/agentHub.ts';
import type { Machine } from './sampler.ts';

export interface RequestSources {
  machine: Machine;
  /** The newest sample, to know which processes hold GPUs; null before the first. */
  newestSample: () => NodeSample | null;
  /** Takes and sends a sample now. */
  refresh: () => Promise<void>;
  /** What `flowline doctor` finds here. */
  examine: () => Promise<Check[]>;
}

/** Answers one request of the hub. */
export async function answerRequest(sources: RequestSources, request: AgentRequest): Promise<AgentAnswer> {
  switch (request.kind) {
    case 'search-processes':
      return { kind: 'failed', code: 'no-process-search', message: 'this agent cannot search processes yet' };
    case 'kill-processes': {
      const results = await sources.machine.processes.kill(
        request.targets,
        { may: request.may },
        request.graceMs,
      );
      return { kind: 'killed', results };
    }
    case 'refresh':
      await sources.refresh();
      return { kind: 'refreshed' };
    case 'doctor':
      return { kind: 'checked', checks: await sources.examine() };
  }
}
