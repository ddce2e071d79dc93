/** What a task's story tells of its attempts. */
import type { Remark } from '../../../model/remark.ts';
import type { LiveAttempt } from './records.ts';
import type { Story, Verdict } from './taskBook.ts';

/** Where it started. */
export function startStory(live: LiveAttempt): Story {
  const { attempt } = live;
  const promised = attempt.gpus[0]?.promisedBytes ?? null;
  return {
    kind: 'started',
    run: attempt.run,
    attempt: attempt.number,
    by: null,
    remarks: [{ kind: 'started', node: attempt.node, gpus: attempt.gpus.map((gpu) => gpu.index) }],
    figures: promised === null ? null : { promisedBytes: promised },
  };
}

/** How it ended, what was learned, and what comes next. */
export function endStories(live: LiveAttempt, verdict: Verdict, again: boolean, by: string | null): Story[] {
  const { attempt } = live;
  const about = { run: attempt.run, attempt: attempt.number, by: null, figures: null };
  const how: Remark = {
    kind: 'ended',
    class: verdict.class,
    signal: attempt.signal,
    exitCode: attempt.exitCode,
  };
  const stories: Story[] = [
    { ...about, by, kind: 'ended', remarks: [how, ...verdict.remarks], figures: verdict.figures ?? null },
  ];
  if (verdict.learnedBytes !== undefined) {
    const figures = {
      promisedBytesAfter: verdict.learnedBytes,
      ...(attempt.gpus[0]?.promisedBytes == null
        ? {}
        : { promisedBytesBefore: attempt.gpus[0].promisedBytes }),
    };
    stories.push({ ...about, kind: 'learned', remarks: [{ kind: 'other-promise' }], figures });
  }
  if (verdict.isImpossible === true)
    stories.push({ ...about, kind: 'impossible', remarks: [{ kind: 'no-card', asked: null }] });
  else if (again)
    stories.push({ ...about, kind: 'queued-again', remarks: [{ kind: 'queued-again', isFresh: false }] });
  return stories;
}
