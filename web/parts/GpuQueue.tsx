/** What the queue does with a card: whose task runs there, and whether it may be used, which administrators switch. */
import { type ReactNode, useState } from 'react';
import type { FleetGpu } from '../../src/fleet/view.ts';
import { visible } from '../../src/lib/displayText.ts';
import { parseAttemptId } from '../../src/model/task.ts';
import { troubleText } from '../../src/scheduling/remarkText.ts';
import { askHub, type HubAnswer } from '../live/hub.ts';
import { useIsAdministrator } from '../live/taskActions.ts';
import { useGpuLedger } from '../live/tasks.ts';
import { tasksPath } from '../router.ts';
import { gib } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { Failure } from './Failure.tsx';
import { Link } from './Link.tsx';
import { OwnerSquare } from './MemoryBar.tsx';
import './gpuQueue.css';

const MOST_CHIPS = 4;

/** `t42`, `t42·r2`: the tasks that the queue runs there. */
export function TaskChips({ gpu, most = MOST_CHIPS }: { gpu: FleetGpu; most?: number }) {
  const words = useWords();
  const ledger = useGpuLedger(gpu.uuid);
  if (ledger === null || ledger.attempts.length === 0) return null;
  return (
    <span className="task-chips">
      {ledger.attempts.slice(0, most).map(({ attempt, task, owner }) => {
        const run = parseAttemptId(attempt)?.run ?? 1;
        return (
          <Link
            key={attempt}
            href={tasksPath({ task })}
            className="task-chip mono"
            title={`${words.gpuQueue.open(task)} · ${visible(owner)}`}
            onClick={(event) => event.stopPropagation()}
          >
            <OwnerSquare owner={owner} />
            {task}
            {run > 1 && `·r${run}`}
          </Link>
        );
      })}
      {ledger.attempts.length > most && (
        <span className="quiet">{words.gpuQueue.more(ledger.attempts.length - most)}</span>
      )}
    </span>
  );
}

interface GpuQueueProps {
  gpu: FleetGpu;
  /** Says also that nothing runs there and what is free, as the detail does. */
  withWords?: boolean;
  /** What else there is to say of the card, in the same line. */
  children?: ReactNode;
}

/** The line of a card: chips, what keeps the queue away or what else is to say, and the switch. */
export function GpuQueue({ gpu, withWords = false, children }: GpuQueueProps) {
  const words = useWords();
  const ledger = useGpuLedger(gpu.uuid);
  const isAdministrator = useIsAdministrator();
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  if (ledger === null) return children ? <p className="gpu-queue">{children}</p> : null;
  const { gpuQueue } = words;
  const name = words.gpu.name(gpu.index);
  const label = (ledger.isOn ? gpuQueue.switchOff : gpuQueue.switchOn)(name);
  const unusable =
    ledger.trouble === null ? visible(ledger.unusable ?? '') : troubleText(ledger.trouble, words.remarks);
  const flip = async (): Promise<void> => {
    const told = await askHub('switchGpus', { body: { gpus: [ledger.uuid], isOn: !ledger.isOn } });
    setFailure(told.ok ? null : told);
  };
  return (
    <div className="gpu-queue">
      {withWords && <span className="quiet">{gpuQueue.label}</span>}
      {!ledger.isOn ? (
        <span className="warn ellipsis">{gpuQueue.offLong}</span>
      ) : ledger.unusable !== null ? (
        <span className="quiet ellipsis" title={unusable}>
          {gpuQueue.unusable(unusable)}
        </span>
      ) : withWords && ledger.attempts.length === 0 ? (
        <span className="quiet ellipsis">
          {ledger.freeBytes !== null ? gpuQueue.free(gib(ledger.freeBytes)) : gpuQueue.nothing}
        </span>
      ) : null}
      <TaskChips gpu={gpu} most={withWords ? MOST_CHIPS : 2} />
      <span className="gpu-queue-note ellipsis">{ledger.isOn && ledger.unusable === null && children}</span>
      {isAdministrator && (
        <button
          type="button"
          role="switch"
          aria-checked={ledger.isOn}
          aria-label={label}
          title={label}
          className="queue-switch"
          onClick={flip}
        >
          <span aria-hidden="true" />
          {ledger.isOn ? gpuQueue.on : gpuQueue.off}
        </button>
      )}
      {failure && <Failure failure={failure} />}
    </div>
  );
}
