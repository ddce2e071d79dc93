/** The sentences of a task's story about its attempts. */
import type { EndClass, RunState } from '../../../model/task.ts';
import type { LiveAttempt } from './records.ts';
import type { Story, Verdict } from './taskBook.ts';

const CLASS_WORDS: Record<EndClass, string> = {
  ok: 'succeeded',
  program: 'failed',
  gpu_oom: 'ran out of GPU memory',
  host_oom: "ran out of the machine's memory",
  infra: 'failed through no fault of its own',
  preempted: 'made room for another run',
  timeout: 'ran into its time limit',
  user_kill: 'was stopped',
};

/** Where it started. */
export function startWords(live: LiveAttempt): Story {
  const { attempt } = live;
  const gpus = attempt.gpus.map((gpu) => gpu.index);
  const where = gpus.length === 0 ? '' : `, GPU ${gpus.join(', ')}`;
  const promised = attempt.gpus[0]?.promisedBytes ?? null;
  return {
    kind: 'started',
    run: attempt.run,
    attempt: attempt.number,
    by: null,
    text: `started on ${attempt.node}${where}`,
    figures: promised === null ? null : { promisedBytes: promised },
  };
}

/** How it ended, what was learned, and what comes next. */
export function endWords(live: LiveAttempt, verdict: Verdict, again: boolean, by: string | null): Story[] {
  const { attempt } = live;
  const about = { run: attempt.run, attempt: attempt.number, by: null, figures: null };
  const how = attempt.signal ?? (attempt.exitCode ? `exit code ${attempt.exitCode}` : null);
  const words = CLASS_WORDS[verdict.class] + (how === null ? '' : ` (${how})`);
  const stories: Story[] = [
    {
      ...about,
      by,
      kind: 'ended',
      text: verdict.message === null ? words : `${words}: ${verdict.message}`,
      figures: verdict.figures ?? null,
    },
  ];
  if (verdict.learnedBytes !== undefined) {
    const figures = {
      promisedBytesAfter: verdict.learnedBytes,
      ...(attempt.gpus[0]?.promisedBytes == null
        ? {}
        : { promisedBytesBefore: attempt.gpus[0].promisedBytes }),
    };
    stories.push({ ...about, kind: 'learned', text: 'its next attempt promises another amount', figures });
  }
  if (verdict.isImpossible === true)
    stories.push({ ...about, kind: 'impossible', text: 'no GPU that is known could hold it' });
  else if (again) stories.push({ ...about, kind: 'queued-again', text: 'queued again, behind the others' });
  return stories;
}

const SENTENCES: Partial<Record<RunState, string>> = {
  succeeded: 'it has succeeded',
  failed: 'it has failed',
  cancelled: 'it was cancelled',
  timed_out: 'it ran into its time limit',
  impossible: 'no GPU that is known could hold it',
  lost: 'it was lost',
};

/** How a task stands, for whoever wanted something of it. */
export const stateSentence = (state: RunState): string =>
  SENTENCES[state] ?? `it is ${state.replaceAll('_', ' ')}`;
