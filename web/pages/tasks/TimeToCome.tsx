/** When a waiting run starts and a running one is done, as far as that is known; each with its error. */
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { span } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';

/** An error of less is not worth a word. */
const LEAST_ERROR_MS = 1000;
/** Nearer than this an estimate has nothing more to say: 0.1 s would be a pretence. */
const SOON_MS = 10_000;
const isSoon = (atMs: number, nowMs: number): boolean => atMs - nowMs < SOON_MS;

/** `≈ 25 min left ± 3 min`; nothing where the hub knows of no run like it, or it runs longer than each of them did. */
export function TimeLeft({ task, follows }: { task: Task; follows: boolean }) {
  const words = useWords();
  const nowMs = useHubNow();
  if (task.doneAtMs === null || task.doneAtMs <= nowMs) return null;
  return (
    <span>
      {follows && ' · '}
      {isSoon(task.doneAtMs, nowMs)
        ? words.tasks.soonDone
        : words.tasks.left(span(words, task.doneAtMs - nowMs))}
      <PlusMinus errorMs={task.doneErrorMs} />
    </span>
  );
}

interface StartsInProps {
  task: Pick<Task, 'startsAtMs' | 'startsErrorMs'>;
  /** Where nothing is known of its kind, or its time has come and nothing more was heard. */
  otherwise?: string | null;
}

/** `starts in ≈ 20 min ± 3 min`. */
export function StartsIn({ task, otherwise = null }: StartsInProps) {
  const words = useWords();
  const nowMs = useHubNow();
  if (task.startsAtMs === null || task.startsAtMs <= nowMs) return otherwise;
  return (
    <span className="starts-in quiet">
      {isSoon(task.startsAtMs, nowMs)
        ? words.tasks.startsSoon
        : words.tasks.startsIn(span(words, task.startsAtMs - nowMs))}
      <PlusMinus errorMs={task.startsErrorMs} />
    </span>
  );
}

function PlusMinus({ errorMs }: { errorMs: number | null }) {
  const words = useWords();
  if (errorMs === null || errorMs < LEAST_ERROR_MS) return null;
  return <span className="quiet estimate-error"> {words.tasks.error(span(words, errorMs))}</span>;
}
