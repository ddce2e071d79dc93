/** What an agent answers when its hub asks about attempts. */
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import { LogNotThere } from './logs/logNotThere.ts';
import { OwnerProgramError } from './owner/ownerPrograms.ts';
import type { Supervisor } from './supervisor.ts';

type SupervisionKind = 'launch' | 'stop-attempt' | 'read-log' | 'clean-logs' | 'order-gpus';
export type SupervisionRequest = Extract<AgentRequest, { kind: SupervisionKind }>;

/** Answers one request. An agent without a supervisor shows figures only, and executes nothing. */
export async function answerSupervision(
  supervisor: Supervisor | null,
  request: SupervisionRequest,
): Promise<AgentAnswer> {
  if (supervisor === null) return figuresOnly(request);
  switch (request.kind) {
    case 'launch':
      return supervisor.launch(request.lease);
    case 'stop-attempt':
      if (await supervisor.stop(request)) return { kind: 'stopping' };
      return failed('unknown-attempt', `there is no ${request.attempt} here that this fence may stop`);
    case 'read-log':
      return supervisor.readLog(request).then(
        (slice) => ({ kind: 'log', slice }),
        (failure: unknown) => {
          if (failure instanceof LogNotThere) return failed('log-not-there', failure.message);
          throw failure;
        },
      );
    case 'clean-logs':
      return { kind: 'logs-cleaned', ...(await supervisor.cleanLogs(request.limits)) };
    case 'order-gpus':
      return supervisor.orderGpus(request).then(
        (uuids) => ({ kind: 'ordered', uuids }),
        (failure: unknown) => {
          if (failure instanceof OwnerProgramError) return failed('program', failure.message);
          throw failure;
        },
      );
  }
}

function figuresOnly({ kind }: SupervisionRequest): AgentAnswer {
  const message = 'this agent shows figures only: it executes no tasks';
  return kind === 'launch'
    ? { kind: 'refused', code: 'failed', message, remarks: null }
    : failed('no-supervisor', message);
}

const failed = (code: string, message: string): AgentAnswer => ({
  kind: 'failed',
  code,
  message: message.slice(0, MAX_MESSAGE_CHARACTERS),
});
