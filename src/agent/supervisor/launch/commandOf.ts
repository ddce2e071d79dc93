/** The argv of a lease: rendered here, or asked of the owner's program. */
import { parseAttemptId } from '../../../model/task.ts';
import { COMMAND_DEADLINE_MS } from '../../../protocol/ownerProgram.ts';
import type { Lease } from '../../../protocol/supervision.ts';
import { OwnerProgramError, type OwnerPrograms } from '../owner/ownerPrograms.ts';
import { argvOf, ownersEnvironment, startFacts } from './payload.ts';

/**
 * @throws OwnerProgramError where its program answers no command
 */
export async function commandOf(lease: Lease, programs: OwnerPrograms): Promise<string[]> {
  const { command, gpus, parameters, workingDirectory, taskName } = lease;
  const facts = startFacts(lease);
  if (command.kind !== 'program') return argvOf(command, facts);
  const environment = Object.fromEntries(ownersEnvironment(lease));
  const parts = parseAttemptId(lease.attempt);
  const answer = await programs.ask(
    { program: command.program, workingDirectory, environment },
    {
      kind: 'command',
      row: Object.fromEntries(parameters),
      name: taskName,
      gpu: gpus[0]?.index ?? null,
      gpus: gpus.map(({ index }) => index).sort((a, b) => a - b),
      gpuUuids: gpus.map(({ uuid }) => uuid),
      task: facts.task,
      run: parts?.run ?? 1,
      attempt: parts?.attempt ?? 1,
    },
    COMMAND_DEADLINE_MS,
  );
  if ('error' in answer) throw new OwnerProgramError(answer.error);
  if ('argv' in answer) return answer.argv;
  if ('shell' in answer)
    return argvOf({ kind: 'shell', script: answer.shell, parameters: answer.parameters }, facts);
  throw new OwnerProgramError('the program answered with an order of GPUs where a command was asked for');
}
