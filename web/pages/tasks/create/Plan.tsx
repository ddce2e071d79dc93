/** What would happen to rows if they were queued now, and what the first of them run. */
import type * as z from 'zod';
import { visible } from '../../../../src/lib/displayText.ts';
import { renderWord, StartFact, type StartFacts, type TaskCommand } from '../../../../src/model/command.ts';
import type { SubmittedRow, taskApi } from '../../../../src/protocol/taskApi.ts';
import { useHubNow } from '../../../live/hubClock.ts';
import { whole } from '../../../words/figures.ts';
import { waitingParts } from '../../../words/waiting.ts';
import { useWords } from '../../../words/words.ts';
import { ranges } from '../where.ts';

export type Tried = z.output<(typeof taskApi)['submitTable']['response']>;

const PLACEHOLDERS = Object.fromEntries(StartFact.options.map((fact) => [fact, `{${fact}}`])) as StartFacts;
const MOST_REASONS = 4;
const MOST_ARGUMENT = 200;

export function Plan({ tried }: { tried: Tried }) {
  const words = useWords();
  const { newTask } = words;
  const now = tried.plan.filter(({ node }) => node !== null);
  const nowMs = useHubNow();
  const places = now.map(({ node, gpus }) =>
    gpus.length === 0
      ? words.tasks.noGpu(visible(node ?? ''))
      : words.tasks.gpuOf(visible(node ?? ''), ranges(gpus)),
  );
  const told = places.slice(0, MOST_REASONS).join(newTask.comma) + (places.length > MOST_REASONS ? ' …' : '');
  const reasons = new Map<string, number>();
  for (const { node, reason, waiting } of tried.plan) {
    if (node !== null || reason === null) continue;
    const parts = waiting === null ? null : waitingParts(words, waiting, nowMs);
    const text =
      parts === null
        ? newTask.isDone
        : [`${parts.lead}${parts.strong}${parts.rest === '' ? '' : ` ${parts.rest}`}`, parts.second]
            .filter((part) => part !== null)
            .join(' · ');
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const shown = [...reasons].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  return (
    <div className="hint-bar" role="status">
      <strong>{newTask.would(now.length, tried.plan.length)}</strong>
      {told !== '' && newTask.wouldOn(told)}
      {shown.length > 0 && (
        <>
          {now.length > 0 && <p>{newTask.others}</p>}
          <ul>
            {shown.map(([reason, amount]) => (
              <li key={reason}>
                {amount > 1 && newTask.times(amount)} {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** A cell may hold a page of text: what it begins with, and how much more there is. */
function shortened(text: string): string {
  return text.length <= MOST_ARGUMENT
    ? text
    : `${text.slice(0, MOST_ARGUMENT)}… +${whole(text.length - MOST_ARGUMENT)}`;
}

/** The first rows' commands, each argument apart, so that a space within one is seen. */
export function CommandPreview({ rows }: { rows: readonly SubmittedRow[] }) {
  const words = useWords();
  return (
    <>
      <h3>{words.newTask.preview}</h3>
      <ol className="argv-list">
        {rows.slice(0, 3).map((row) => (
          <li key={row.key}>
            <Argv command={row.command} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Argv({ command }: { command: TaskCommand }) {
  const words = useWords();
  const rendered =
    command.kind === 'argv'
      ? command.words
      : command.kind === 'shell'
        ? [command.script, ...command.parameters]
        : command.program;
  return (
    <>
      {command.kind === 'shell' && <span className="quiet">{words.newTask.previewShell} </span>}
      {rendered.map((word, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: arguments have no other name than their place.
        <code key={place} className="argument">
          {shortened(visible(renderWord(word, PLACEHOLDERS)))}
        </code>
      ))}
    </>
  );
}
