/** Why a task waits, or what came of it: the last column of its row. Memory is told with the bar and its arithmetic. */
import { useContext } from 'react';
import { isPassedOver } from '../../../src/fleet/taskWords.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { Attempt } from '../../../src/model/task.ts';
import type { WaitingReason } from '../../../src/model/waiting.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { remarksText } from '../../../src/scheduling/remarkText.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { OwnerColours } from '../../parts/MemoryBar.tsx';
import { gib } from '../../words/figures.ts';
import { gibOf, memoryBarLabel, waitingParts } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';
import { TimeLeft } from './TimeToCome.tsx';

/** A waiting row whose reason has a second line is taller. */
export const isTall = (task: Task | null): boolean => task?.waiting?.kind === 'memory' && waits(task);

export const waits = (task: Task): boolean =>
  task.state === 'queued' || task.state === 'held' || task.state === 'impossible';

interface ReasonProps {
  task: Task;
  /** In one line, the arithmetic in the title. */
  short: boolean;
  onDecide: (action: 'kill' | 'release') => void;
}

/**
 * A task that waits says why, every other tells of its newest attempt. `onDecide` hears only of a task whose row left
 * its table: dropped, or kept.
 */
export function Reason({ task, short, onDecide }: ReasonProps) {
  if (waits(task) && task.waiting !== null) {
    return task.waiting.kind === 'held' && task.waiting.by === 'row-removed' ? (
      <RowRemoved onDecide={onDecide} />
    ) : (
      <Waiting reason={task.waiting} short={short} isBad={task.state === 'impossible'} />
    );
  }
  if (task.waitingReason !== null && waits(task)) return <span>{visible(task.waitingReason)}</span>;
  const attempt = task.attempts.at(-1);
  return attempt ? <Outcome task={task} attempt={attempt} /> : <NoAttempt task={task} />;
}

function NoAttempt({ task }: { task: Task }) {
  const words = useWords();
  if (task.state === 'cancelled') return <span className="quiet">{words.tasks.cancelled}</span>;
  if (!isPassedOver(task)) return null;
  return <span className="quiet">{words.passedOver(task.runNum, task.needRunNum)}</span>;
}

function RowRemoved({ onDecide }: { onDecide: (action: 'kill' | 'release') => void }) {
  const words = useWords();
  const { before, drop, or, keep, after } = words.tasks.removed;
  const button = (action: 'kill' | 'release', text: string) => (
    <button
      type="button"
      tabIndex={-1}
      className="text-button free"
      onClick={(event) => {
        event.stopPropagation();
        onDecide(action);
      }}
    >
      <strong>{text}</strong>
    </button>
  );
  return (
    <span>
      {before}
      {button('kill', drop)}
      {or}
      {button('release', keep)}
      {after}
    </span>
  );
}

interface WaitingProps {
  reason: WaitingReason;
  short: boolean;
  isBad?: boolean;
}

/** `isBad` is for what can never run, all in red. Only a reason of memory has the bar. */
export function Waiting({ reason, short, isBad = false }: WaitingProps) {
  const words = useWords();
  const nowMs = useHubNow();
  const { lead, strong, rest, second } = waitingParts(words, reason, nowMs);
  return (
    <span className={`reason ${isBad ? 'bad' : ''}`} title={short && second !== null ? second : undefined}>
      <span className="reason-first">
        <span className="ellipsis">
          {lead}
          {isBad ? strong : <strong>{strong}</strong>}
          {rest !== '' && (
            <span className={isBad ? '' : 'quiet'}>{rest.startsWith(' ') ? rest : ` · ${rest}`}</span>
          )}
        </span>
        {reason.kind === 'memory' && <ReasonBar reason={reason} />}
      </span>
      {!short && second !== null && <span className="reason-second ellipsis">{second}</span>}
    </span>
  );
}

/** 110 × 10: grey what others use, in its owner's colour what is promised, dashed what is asked. */
function ReasonBar({ reason }: { reason: Extract<WaitingReason, { kind: 'memory' }> }) {
  const words = useWords();
  const colours = useContext(OwnerColours);
  const taken = reason.externalBytes + reason.promisedBytes + reason.headroomBytes;
  const whole = Math.max(reason.totalBytes, taken + reason.askedBytes, 1);
  const share = (bytes: number) => ({ width: `${(100 * bytes) / whole}%` });
  const owner = reason.holder?.task != null ? reason.holder.owner : null;
  const place = owner === null ? 3 : (colours.get(owner) ?? 3);
  const label = memoryBarLabel(words, reason);
  return (
    <span className="reason-bar" role="img" aria-label={label} title={label}>
      <span className="is-used" style={share(reason.externalBytes)} />
      <span className={`o${place}`} style={share(reason.promisedBytes)} />
      <span className="is-kept" style={share(reason.headroomBytes)} />
      <span className="is-asked" style={share(reason.askedBytes)} />
    </span>
  );
}

/** What an attempt did, or does. */
function Outcome({ task, attempt }: { task: Task; attempt: Attempt }) {
  const words = useWords();
  const { state } = task;
  const peak = largest(attempt.gpus.map((gpu) => gpu.peakBytes));
  const promised = largest(attempt.gpus.map((gpu) => gpu.promisedBytes));
  const again = attempt.number > 1 ? `${words.tasks.attemptNumber(attempt.number)} · ` : '';
  switch (state) {
    case 'starting':
      return <span>{attempt.gpus.length > 0 ? words.tasks.firstMemory : ''}</span>;
    case 'stopping':
      return <span>{words.tasks.stopping}</span>;
    case 'unreachable':
      return <span>{words.tasks.silent(visible(attempt.node))}</span>;
    case 'lost':
      return <span className="bad">{words.tasks.lost(visible(attempt.node))}</span>;
    case 'running': {
      const before = task.attempts.at(-2);
      const was = before?.class === 'gpu_oom' ? largest(before.gpus.map((gpu) => gpu.promisedBytes)) : null;
      return (
        <span>
          {again}
          {was !== null && promised !== null
            ? words.tasks.learned(gibOf(was), gibOf(promised))
            : peak !== null && promised !== null
              ? words.tasks.ofPromised(gib(peak), gib(promised))
              : ''}
          {task.needRunNum > 1 && ` · ${words.tasks.runs(attempt.run, task.needRunNum)}`}
          <TimeLeft task={task} follows={peak !== null || task.needRunNum > 1 || again !== ''} />
        </span>
      );
    }
    case 'succeeded':
    case 'queued':
    case 'held':
      return (
        <span>
          {again}
          {attempt.exitCode === null ? '' : words.tasks.exit(attempt.exitCode)}
          {peak !== null && ` · ${words.tasks.peak(gib(peak))}`}
        </span>
      );
    default:
      return <EndWords attempt={attempt} />;
  }
}

/** A bad end: the kind of it, the exit code, and its sentence. */
export function EndWords({ attempt }: { attempt: Attempt }) {
  const words = useWords();
  // That it was stopped says by whom, or by its limit; a program's failure speaks for itself.
  const isStop = attempt.remarks?.[0]?.kind === 'stopped';
  const kind =
    attempt.class === null || attempt.class === 'program' || isStop ? null : words.endClass[attempt.class];
  const code =
    attempt.signal !== null
      ? visible(attempt.signal)
      : attempt.exitCode === null
        ? null
        : words.tasks.exit(attempt.exitCode);
  const isOwnWords = attempt.remarks === null || attempt.remarks.some(({ kind }) => kind === 'text');
  const isSentence = attempt.class !== 'program' || !isOwnWords;
  const said = remarksText(attempt.remarks, attempt.message, words.remarks);
  return (
    <span className={attempt.class === 'user_kill' ? '' : 'bad'}>
      {[kind, code].filter((part) => part !== null).join(' · ')}
      {said !== null && (
        <>
          {' '}
          <span className={isSentence ? 'quiet' : 'mono'}>
            {isSentence ? '· ' : ''}
            {visible(said)}
          </span>
        </>
      )}
    </span>
  );
}

/** The largest that is known. */
export const largest = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((most, value) => (value === null ? most : Math.max(most ?? 0, value)), null);
