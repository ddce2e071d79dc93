/** The figures of one attempt, and what its task was asked to run with. */
import { visible } from '../../../src/lib/displayText.ts';
import type { Attempt } from '../../../src/model/task.ts';
import { useHubNow } from '../../live/hubClock.ts';
import type { TaskDetail } from '../../live/tasks.ts';
import { Facts } from '../../parts/Facts.tsx';
import { RunStateWord } from '../../parts/RunGlyph.tsx';
import { clockTime, gib, MISSING, size, span, whole } from '../../words/figures.ts';
import { gibOf } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';

/** What is not known is a dash; of each GPU its peak and what was promised, in GiB. Until it ends its time runs on. */
export function AttemptFigures({ attempt }: { attempt: Attempt }) {
  const words = useWords();
  const nowMs = useHubNow();
  const { figures } = words.task;
  const took = attempt.startedAtMs === null ? null : (attempt.endedAtMs ?? nowMs) - attempt.startedAtMs;
  return (
    <Facts
      facts={[
        [figures.state, <RunStateWord key="state" state={attempt.state} />],
        [figures.class, attempt.class === null ? MISSING : words.endClass[attempt.class]],
        [figures.node, visible(attempt.node)],
        ...attempt.gpus.map((gpu): [string, string] => [
          figures.gpu(gpu.index),
          `${gib(gpu.peakBytes)}, ${gib(gpu.promisedBytes)}\u2009GiB`,
        ]),
        [figures.cpu, attempt.cpuSeconds === null ? MISSING : span(words, attempt.cpuSeconds * 1000)],
        [figures.hostMemory, size(attempt.hostMemoryPeakBytes)],
        [figures.took, span(words, took)],
        [figures.leased, clockTime(attempt.leasedAtMs, nowMs, true)],
        [figures.started, clockTime(attempt.startedAtMs, nowMs, true)],
        [figures.ended, clockTime(attempt.endedAtMs, nowMs, true)],
        [figures.exit, attempt.exitCode === null ? MISSING : String(attempt.exitCode)],
        [figures.signal, attempt.signal === null ? MISSING : visible(attempt.signal)],
        [figures.pid, attempt.pid === null ? MISSING : String(attempt.pid)],
        ...(attempt.outOfMemory?.line == null
          ? []
          : [[figures.oomLine, visible(attempt.outOfMemory.line)] as [string, string]]),
      ]}
    />
  );
}

/** What it asks, and the cells of its row. */
export function TaskParameters({ detail }: { detail: TaskDetail }) {
  const words = useWords();
  const nowMs = useHubNow();
  const { task, options, workingDirectory } = detail;
  const names = words.task.parameters;
  return (
    <>
      <h3>{names.row}</h3>
      {task.parameters.length === 0 ? (
        <p className="quiet">{words.task.noParameters}</p>
      ) : (
        <Facts facts={task.parameters.map(([name, value]) => [visible(name), visible(value)])} />
      )}
      <h3>{names.asked}</h3>
      <Facts
        facts={[
          [names.gpus, whole(options.ask.gpus)],
          [
            names.memory,
            `${task.askedBytes === null ? MISSING : `${gibOf(task.askedBytes)}\u2009GiB`} · ${words.task.askedBy[task.askedBy]}`,
          ],
          [names.model, options.ask.model === null ? words.task.any : visible(options.ask.model)],
          [names.node, options.ask.node === null ? words.task.any : visible(options.ask.node)],
          [names.priority, String(task.priority)],
          [names.retries, String(options.retries)],
          [
            names.timeLimit,
            options.timeLimitSeconds === null
              ? words.task.none
              : span(words, options.timeLimitSeconds * 1000),
          ],
          [
            names.after,
            options.after.length === 0
              ? words.task.none
              : options.after.map((each) => `${each.wanted}:${each.task}`).join(', '),
          ],
          [
            names.notBefore,
            options.startAfterMs === null ? words.task.none : clockTime(options.startAfterMs, nowMs),
          ],
          [names.grace, span(words, options.graceSeconds * 1000)],
          [names.idempotent, options.isIdempotent ? words.task.yes : words.task.no],
          [names.directory, visible(workingDirectory)],
        ]}
      />
    </>
  );
}
