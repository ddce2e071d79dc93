/** What would happen to rows if they were queued now, and what the first of them run. */
import type * as z from 'zod';
import { visible } from '../../../../src/lib/displayText.ts';
import { renderWord, StartFact, type StartFacts, type TaskCommand } from '../../../../src/model/command.ts';
import type { SubmittedRow, tableApi } from '../../../../src/protocol/tableApi.ts';
import { useHubNow } from '../../../live/hubClock.ts';
import { whole } from '../../../words/figures.ts';
import { waitingParts } from '../../../words/waiting.ts';
import { useWords } from '../../../words/words.ts';
import { ranges } from '../where.ts';

export type Tried = z.output<(typeof tableApi)['submitTable']['response']>;

const PLACEHOLDERS = Object.fromEntries(StartFact.options.map((fact) => [fact, `{${fact}}`])) as StartFacts;
const MOST_REASONS = 4;
const MOST_ARGUMENT = 200;

/**
 * `rows` are all there are: only a first batch was tried, and for those beyond it stands what the hub says of such
 * rows, if anything. The four commonest reasons at most.
 */
export function Plan({ tried, rows }: { tried: Tried; rows: readonly SubmittedRow[] }) {
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
  // Rows beyond those that were sent ask the same, and wait for the same (tableApi.submitTable).
  const sent = new Set(tried.plan.map(({ key }) => key));
  const beyond = rows.filter(({ key, runNum, needRunNum }) => !sent.has(key) && runNum < needRunNum).length;
  const planned = tried.others === null ? tried.plan.length : tried.plan.length + beyond;
  const count = (text: string, rows: number): void => {
    reasons.set(text, (reasons.get(text) ?? 0) + rows);
  };
  const groups = [...tried.plan.map((row) => ({ ...row, rows: 1 }))];
  if (tried.others !== null) groups.push({ ...tried.others, key: '', rows: beyond });
  for (const { node, reason, waiting, rows } of groups) {
    if (node !== null || reason === null) continue;
    const parts = waiting === null ? null : waitingParts(words, waiting, nowMs);
    const text =
      parts === null
        ? newTask.isDone
        : [`${parts.lead}${parts.strong}${parts.rest === '' ? '' : ` ${parts.rest}`}`, parts.second]
            .filter((part) => part !== null)
            .join(' · ');
    count(text, rows);
  }
  const shown = [...reasons].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  return (
    <div className="hint-bar" role="status">
      <strong>{newTask.would(now.length, planned)}</strong>
      {told !== '' && newTask.wouldOn(told)}
      {tried.others === null && beyond > 0 && <p>{newTask.notTried(whole(beyond))}</p>}
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
