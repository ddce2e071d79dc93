/** The route of logs: asked of the attempt's node, which alone has them; the hub checks who may read. */
import { attemptIdOf, isFinal, taskIdOf } from '../../model/task.ts';
import { HubError } from '../errors.ts';
import { expectKind, type Handlers, type HubParts, REQUEST_PATIENCE_MS } from './call.ts';
import { findTask, sightOf } from './taskAccess.ts';

/** Its handler. */
export function taskLogHandlers({ queue, links, hubUser }: HubParts): Pick<Handlers, 'log'> {
  const { book } = queue;
  return {
    async log(call) {
      const { run, attempt: number, stream, fromByte, lastBytes, maxBytes, waitMs } = call.query;
      const task = findTask(book, sightOf(call.caller, hubUser), call.parameters.id);
      const id = taskIdOf(task.number);
      const attempts = (await book.attempts([task.number])).get(task.number) ?? [];
      const wanted = attempts.filter(
        (attempt) =>
          (run === undefined || attempt.run === run) && (number === undefined || attempt.number === number),
      );
      // One whose node never executed it has no log; the one before it may say what is wrong.
      const attempt = wanted.findLast(({ startedAtMs }) => startedAtMs !== null) ?? wanted.at(-1);
      if (!attempt) {
        const isWaiting = attempts.length === 0 && !isFinal(task.state);
        throw new HubError(
          404,
          isWaiting ? 'not-started' : 'no-attempt',
          attempts.length > 0
            ? `${id} has no such run or attempt`
            : isFinal(task.state)
              ? `nothing of ${id} was run: it is ${task.state.replaceAll('_', ' ')}`
              : `${id} has not started yet`,
          `\`flowline why ${id}\` says why; \`flowline show ${id}\` lists its attempts`,
        );
      }
      const answer = await links.ask(
        attempt.nodeId,
        {
          kind: 'read-log',
          attempt: attemptIdOf(id, attempt.run, attempt.number),
          stream,
          place:
            fromByte === undefined && lastBytes !== undefined ? { lastBytes } : { fromByte: fromByte ?? 0 },
          maxBytes,
          waitMs,
        },
        waitMs + REQUEST_PATIENCE_MS,
      );
      const { slice } = expectKind(answer, 'log');
      return { attempt: attemptIdOf(id, attempt.run, attempt.number), stream, slice };
    },
  };
}
