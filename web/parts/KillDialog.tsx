/** Asks once before processes are ended, naming each; then says what became of each. */
import { useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../src/lib/displayText.ts';
import { isEnded } from '../../src/model/process.ts';
import type { hubApi } from '../../src/protocol/hubApi.ts';
import { killHindrance, useAccount } from '../live/account.ts';
import { askHub, type HubAnswer } from '../live/hub.ts';
import { gib } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { AgentSays } from './AgentSays.tsx';
import { CodeText } from './CodeText.tsx';
import { Dialog } from './Dialog.tsx';
import { Failure } from './Failure.tsx';
import { Icon } from './Icon.tsx';
import type { ProcessRow } from './processRows.ts';
import './killDialog.css';

type Killed = z.output<(typeof hubApi)['killProcesses']['response']>;

interface KillDialogProps {
  /** Only rows with a pid. */
  rows: readonly ProcessRow[];
  onEnded: () => void;
  onClose: () => void;
}

/**
 * Opens for who may not as well, with the button disabled and the reason. `onEnded` is called where at least one ended;
 * it closes only when told to.
 */
export function KillDialog({ rows, onEnded, onClose }: KillDialogProps) {
  const words = useWords();
  const hindrance = killHindrance(useAccount());
  const [answer, setAnswer] = useState<HubAnswer<Killed> | 'asked' | null>(null);
  const title = answer !== null && answer !== 'asked' ? words.kill.done : words.kill.title(rows.length);

  async function end(): Promise<void> {
    setAnswer('asked');
    const targets = rows.flatMap(({ nodeId, pid, process }) =>
      pid === null ? [] : [{ nodeId, pid, startedAtMs: process?.startedAtMs ?? null }],
    );
    const told = await askHub('killProcesses', { body: { targets } });
    setAnswer(told);
    if (told.ok && told.value.results.some(({ outcome }) => isEnded(outcome))) onEnded();
  }

  const results = answer !== null && answer !== 'asked' && answer.ok ? answer.value.results : [];
  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      <ul className="kill-list">
        {rows.map((row) => (
          <li key={row.key}>
            <KillLine
              row={row}
              result={results.find((result) => result.nodeId === row.nodeId && result.pid === row.pid)}
            />
          </li>
        ))}
      </ul>
      {answer === null && <p>{words.kill.explain}</p>}
      {answer === 'asked' && <p role="status">{words.kill.ending}</p>}
      {answer !== null && answer !== 'asked' && !answer.ok && <Failure failure={answer} />}
      {hindrance !== null && (
        <p className="hint-bar">
          <CodeText text={words.kill[hindrance]} />
        </p>
      )}
      <div className="dialog-actions">
        {answer === null || answer === 'asked' ? (
          <>
            <button type="button" className="button" data-first onClick={onClose}>
              {words.kill.cancel}
            </button>
            <button
              type="button"
              className="button danger"
              disabled={hindrance !== null || answer === 'asked'}
              onClick={end}
            >
              {words.kill.confirm(rows.length)}
            </button>
          </>
        ) : (
          <button type="button" className="button" ref={(button) => button?.focus()} onClick={onClose}>
            {words.kill.close}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function KillLine({ row, result }: { row: ProcessRow; result: Killed['results'][number] | undefined }) {
  const words = useWords();
  const { process } = row;
  return (
    <>
      <span className="kill-what">
        <strong>{visible(process?.owner ?? process?.user ?? words.gpu.unknownOwner)}</strong>{' '}
        <span className="mono">
          {visible(process?.command ?? process?.name ?? words.process.notReadable)}
        </span>
        <span className="quiet">
          {visible(row.nodeName)} · PID {row.pid}
          {row.gpuMemoryBytes !== null && ` · GPU ${row.gpus.join(', ')} · ${gib(row.gpuMemoryBytes)} GiB`}
        </span>
      </span>
      {result && (
        <span className={`kill-outcome ${isEnded(result.outcome) ? 'free' : 'bad'}`}>
          <Icon name={isEnded(result.outcome) ? 'check' : 'cross'} />
          {words.kill.outcome[result.outcome]}
        </span>
      )}
      {result && result.message !== '' && (
        <p className="kill-message quiet">
          <AgentSays
            own={words.kill.told(result.outcome, result.reason)}
            message={result.message}
            withMessage={result.outcome === 'not-allowed' || result.outcome === 'failed'}
          />
        </p>
      )}
    </>
  );
}
