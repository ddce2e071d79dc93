/** What happened to a task, oldest first: each decision with its arithmetic, each attempt with its memory bar. */
import { visible } from '../../../src/lib/displayText.ts';
import { type Attempt, type EndClass, isFinal } from '../../../src/model/task.ts';
import type { TaskEvent } from '../../../src/protocol/taskApi.ts';
import { remarksText } from '../../../src/scheduling/remarkText.ts';
import { useHubNow } from '../../live/hubClock.ts';
import type { TaskDetail } from '../../live/tasks.ts';
import { useGpuLedger, useQueue } from '../../live/tasks.ts';
import { Icon } from '../../parts/Icon.tsx';
import { RunGlyph } from '../../parts/RunGlyph.tsx';
import { clockTime, span } from '../../words/figures.ts';
import { gibOf } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';
import { EndWords, largest, Waiting, waits } from './Reason.tsx';
import { StoryBar } from './StoryBar.tsx';
import { StartsIn } from './TimeToCome.tsx';
import { whereWords } from './where.ts';

/**
 * Ends with why it waits now, where it does. How much of the budget was used is told once memory ran out, and not where
 * there is no limit.
 */
export function Story({ detail }: { detail: TaskDetail }) {
  const words = useWords();
  const { task, events } = detail;
  const settings = useQueue()?.settings ?? null;
  const steps = events.map((event, place) => ({ event, key: `${event.atMs} ${event.kind} ${place}` }));
  const used = task.attempts.filter((attempt) => attempt.class === 'gpu_oom').length;
  const budget = settings?.budgets.gpu_oom;
  return (
    <section className="story" aria-labelledby="story-title">
      <header>
        <h3 id="story-title">{words.task.happened}</h3>
        <span className="grow" />
        {used > 0 && budget != null && (
          <span className="quiet">
            {words.task.retriesUsed(words.endClass.gpu_oom, Math.min(used, budget), String(budget))}
          </span>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <ol tabIndex={0} aria-label={words.task.happened}>
        {steps.map(({ event, key }) => (
          <Step key={key} event={event} detail={detail} />
        ))}
        {waits(task) && task.waiting !== null && (
          <li className="step">
            <RunGlyph state={task.state} />
            <div className="step-body">
              <strong>{words.task.waitsNow}</strong>
              <Waiting reason={task.waiting} short={false} isBad={task.state === 'impossible'} />
              <StartsIn task={task} />
            </div>
          </li>
        )}
      </ol>
    </section>
  );
}

function attemptOf({ task }: TaskDetail, event: TaskEvent): Attempt | null {
  return (
    task.attempts.find(
      (attempt) => attempt.number === event.attempt && (event.run === null || attempt.run === event.run),
    ) ?? null
  );
}

function Step({ event, detail }: { event: TaskEvent; detail: TaskDetail }) {
  const attempt = attemptOf(detail, event);
  return (
    <li className="step">
      <StepGlyph event={event} attempt={attempt} />
      <div className="step-body">
        {attempt && event.kind === 'started' ? (
          <Started event={event} attempt={attempt} detail={detail} />
        ) : attempt && event.kind === 'ended' ? (
          <Ended event={event} attempt={attempt} detail={detail} />
        ) : event.kind === 'learned' && afterOf(event) !== null ? (
          <Learned event={event} detail={detail} />
        ) : (
          <Plain event={event} detail={detail} />
        )}
      </div>
    </li>
  );
}

function StepGlyph({ event, attempt }: { event: TaskEvent; attempt: Attempt | null }) {
  if (event.kind === 'ended' && attempt?.class != null) return <RunGlyph state={stateOfEnd(attempt.class)} />;
  if (event.kind === 'started') return <RunGlyph state="running" />;
  if (event.kind === 'unreachable' || event.kind === 'impossible' || event.kind === 'held')
    return <RunGlyph state={event.kind} />;
  return (
    <span className="step-note">
      <Icon name="note" />
    </span>
  );
}

function stateOfEnd(kind: EndClass) {
  if (kind === 'ok') return 'succeeded' as const;
  if (kind === 'timeout') return 'timed_out' as const;
  return kind === 'user_kill' ? ('cancelled' as const) : ('failed' as const);
}

function Time({ atMs }: { atMs: number }) {
  const nowMs = useHubNow();
  return <time className="step-time">{clockTime(atMs, nowMs)}</time>;
}

/** An event that has no drawing: its kind, who did it, and its own sentence. */
function Plain({ event, detail }: { event: TaskEvent; detail: TaskDetail }) {
  const words = useWords();
  const asked =
    event.kind === 'submitted' ? (event.figures?.afterBytes ?? event.figures?.askedBytes) : undefined;
  const sentence =
    event.kind === 'submitted' && event.text === 'submitted'
      ? words.task.submittedBy(visible(event.by ?? detail.task.owner))
      : event.kind === 'queued-again'
        ? words.task.behindOthers
        : event.remarks === null && words.language === 'zh' && asked !== undefined
          ? words.task.askedBy[detail.task.askedBy]
          : (remarksText(event.remarks, event.text, words.remarks) ?? '');
  return (
    <>
      <p>
        <Time atMs={event.atMs} />
        <strong>{asked ? words.task.asks(gibOf(asked)) : words.task.kinds[event.kind]}</strong>
        {event.by !== null && event.kind !== 'submitted' && (
          <> {words.task.by(visible(words.account(event.by)))}</>
        )}
      </p>
      {sentence !== '' && <p className="step-text">{visible(sentence)}</p>}
    </>
  );
}

/** What the next attempt asks, where the event says so. */
const afterOf = ({ figures }: TaskEvent): number | null =>
  figures?.promisedBytesAfter ?? figures?.afterBytes ?? null;

function Learned({ event, detail }: { event: TaskEvent; detail: TaskDetail }) {
  const words = useWords();
  // How the attempt ended tells the figures that this was reckoned from.
  const ended = detail.events.find(
    (each) => each.kind === 'ended' && each.run === event.run && each.attempt === event.attempt,
  );
  const figures = { ...ended?.figures, ...event.figures };
  const before = figures.promisedBytesBefore ?? figures.beforeBytes ?? figures.promisedBytes;
  const { peakBytes, ownBytes, triedBytes } = figures;
  // As the arithmetic of the hub (scheduling/afterOutOfMemory.ts): what it said that it held, else its peak.
  const heldBytes = ownBytes ?? peakBytes;
  const told =
    before !== undefined &&
    heldBytes !== undefined &&
    triedBytes !== undefined &&
    (peakBytes ?? 0) <= heldBytes + triedBytes
      ? words.task.larger(
          gibOf(heldBytes),
          gibOf(triedBytes),
          gibOf(heldBytes + triedBytes),
          gibOf(before),
          gibOf(before * 1.25),
        )
      : visible(remarksText(event.remarks, event.text, words.remarks) ?? '');
  return (
    <>
      <p>
        <Time atMs={event.atMs} />
        <strong>{words.task.asksFromNow(gibOf(afterOf(event) ?? 0))}</strong>
      </p>
      <p className="step-text">{told}</p>
    </>
  );
}

interface AttemptStepProps {
  event: TaskEvent;
  attempt: Attempt;
  detail: TaskDetail;
}

function Started({ event, attempt, detail }: AttemptStepProps) {
  const words = useWords();
  const { attempt: name, on } = words.task.attemptOn(attempt.number);
  const before = detail.task.attempts.filter(
    (each) => each.run === attempt.run && each.number < attempt.number,
  );
  const queuedAtMs = before.at(-1)?.endedAtMs ?? detail.task.createdAtMs;
  const waited = attempt.leasedAtMs - queuedAtMs;
  const total = useTotal(event, attempt);
  const isNow = attempt.endedAtMs === null;
  const used = isNow ? largest(attempt.gpus.map((gpu) => gpu.peakBytes)) : null;
  const promised = largest(attempt.gpus.map((gpu) => gpu.promisedBytes));
  return (
    <>
      <p>
        <Time atMs={event.atMs} />
        <strong>{name}</strong>
        {on}
        <strong>{whereWords(words, attempt)}</strong>
        {total !== null && `, ${gibOf(total)}\u2009GiB`}
        {waited > 1000 && `, ${words.task.afterWaiting(span(words, waited))}`}
      </p>
      {isNow && total !== null && promised !== null && (
        <StoryBar
          owner={detail.task.owner}
          usedBytes={used ?? 0}
          moreBytes={Math.max(0, promised - (used ?? 0))}
          totalBytes={total}
          text={words.task.usedOf(gibOf(used ?? 0), gibOf(promised))}
        />
      )}
    </>
  );
}

function Ended({ event, attempt, detail }: AttemptStepProps) {
  const words = useWords();
  const kind = attempt.class ?? 'ok';
  const total = useTotal(event, attempt);
  const peak = largest(attempt.gpus.map((gpu) => gpu.peakBytes));
  const tried = attempt.outOfMemory?.triedBytes ?? null;
  // That and how it ended stands in the line above.
  const why =
    event.remarks === null
      ? withoutRepeat(event.text)
      : (remarksText(event.remarks.slice(1), null, words.remarks) ?? '');
  // What was learned stands in a step of its own, with its arithmetic.
  const isLearned = detail.events.some(
    (each) => each.kind === 'learned' && each.run === attempt.run && each.attempt === attempt.number,
  );
  return (
    <>
      <p>
        <Time atMs={event.atMs} />
        <strong>
          {words.task.attemptEnded(attempt.number)}
          <span className={kind === 'ok' ? 'free' : kind === 'user_kill' ? '' : 'bad'}>
            {words.task.ended[kind]}
          </span>
        </strong>
        {kind === 'gpu_oom' &&
          peak !== null &&
          total !== null &&
          ` ${words.task.at(gibOf(peak), gibOf(total))}`}
        {`, ${whereWords(words, attempt)}`}
      </p>
      {total !== null && peak !== null && (
        <StoryBar
          owner={detail.task.owner}
          usedBytes={peak}
          hatchBytes={tried ?? 0}
          totalBytes={total}
          text={tried === null ? words.tasks.peak(gibOf(peak)) : words.task.wantedMore(gibOf(tried))}
        />
      )}
      <p className="step-text">
        {kind !== 'gpu_oom' && kind !== 'ok' && (
          <>
            <EndWords attempt={attempt} /> ·{' '}
          </>
        )}
        {kind === 'gpu_oom' && !isLearned && why !== '' && `${visible(why)} · `}
        {attempt.startedAtMs !== null &&
          attempt.endedAtMs !== null &&
          words.task.ran(span(words, attempt.endedAtMs - attempt.startedAtMs))}
        {isFinal(detail.task.state) && attempt.exitCode === 0 && ` · ${words.tasks.exit(0)}`}
      </p>
    </>
  );
}

/** Of an earlier version, `ran out of GPU memory (exit code 1): Others left it too little…`, without what stands in the line above. */
const withoutRepeat = (text: string): string => text.replace(/^ran out of GPU memory[^:]*: /, '');

/** The size of the card: as the event tells it, else as the queue knows the card now. */
function useTotal(event: TaskEvent, attempt: Attempt): number | null {
  const ledger = useGpuLedger(attempt.gpus[0]?.uuid ?? null);
  return event.figures?.totalBytes ?? ledger?.totalBytes ?? null;
}
