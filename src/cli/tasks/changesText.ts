/** What holds of tasks after an edit, in a terminal's words: `20 GiB per GPU, priority -5`. */
import type * as z from 'zod';
import type { taskApi } from '../../protocol/taskApi.ts';
import { size, span } from '../text/figures.ts';
import type { Words } from '../words/words.ts';

type TaskChanges = z.input<(typeof taskApi)['editTasks']['body']>['changes'];

/** Of what was changed, in the order in which `--help` names it; null takes a limit away. */
export function changesText(changes: TaskChanges, words: Words): string {
  const { tasks: say } = words;
  const { now } = say;
  const { memoryBytes, gpus, model, node, priority, needRunNum, timeLimitSeconds, retries } = changes;
  const { name, before, behind } = changes;
  const part = <Value>(value: Value | undefined, text: (value: Value) => string): string[] =>
    value === undefined ? [] : [text(value)];
  return [
    ...part(memoryBytes, (bytes) => (bytes === null ? now.memoryLearned : now.memory(size(bytes)))),
    ...part(gpus, say.gpus),
    ...part(model, (wanted) => (wanted === null ? now.anyModel : say.ofModel(wanted))),
    ...part(node, (wanted) => (wanted === null ? now.anyNode : say.onNode(wanted))),
    ...part(priority, say.priority),
    ...part(needRunNum, now.runs),
    ...part(timeLimitSeconds, (seconds) =>
      seconds === null ? now.noTimeLimit : say.timeLimit(span(words, seconds * 1000)),
    ),
    ...part(retries, say.retries),
    ...part(name, now.name),
    ...part(before, (task) => (task === 'first' ? now.first : now.before(task))),
    ...part(behind, (task) => (task === 'last' ? now.last : now.behind(task))),
  ].join(words.comma);
}
