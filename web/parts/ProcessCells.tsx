/** One process as the cells of a row: on which card, whose, what it takes, where it runs and what it is. */
import { visible } from '../../src/lib/displayText.ts';
import { shortCommand } from '../../src/lib/shortCommand.ts';
import { useHubNow } from '../live/hubClock.ts';
import { tasksPath } from '../router.ts';
import { gib, MISSING, percent, size, span } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { Link } from './Link.tsx';
import { OwnerSquare } from './MemoryBar.tsx';
import type { ProcessRow } from './processRows.ts';

interface ProcessCellsProps {
  row: ProcessRow;
  showMachine: boolean;
  withSm: boolean;
}

/**
 * Without the row and its box, which are the table's. Memory that nobody accounts for has no process: words in place of
 * person and command, dashes for what only a process has.
 */
export function ProcessCells({ row, showMachine, withSm }: ProcessCellsProps) {
  const words = useWords();
  const { process } = row;
  const owner = process?.owner ?? process?.user ?? null;
  return (
    <>
      {showMachine && <td className="machine-cell ellipsis">{visible(row.nodeName)}</td>}
      <td className="gpu-cell">{row.gpus.length > 0 ? row.gpus.join(', ') : MISSING}</td>
      <td className="owner-cell ellipsis">
        <OwnerSquare
          owner={owner}
          kind={process === null ? 'unaccounted' : owner === null ? 'nobody' : 'owner'}
        />
        <span className={process === null ? 'quiet' : 'ink'}>
          {process === null ? words.gpu.nobody : visible(owner ?? words.gpu.unknownOwner)}
        </span>
      </td>
      <td className="figure memory-cell">
        <strong>{row.gpuMemoryBytes === null ? MISSING : `${gib(row.gpuMemoryBytes)}\u2009GiB`}</strong>
      </td>
      {withSm && <td className="figure sm-cell">{percent(row.smUtilizationPercent)}</td>}
      <td className="figure cpu-cell">{percent(process?.cpuPercent ?? null)}</td>
      <td className="figure ram-cell">{size(process?.hostMemoryBytes ?? null)}</td>
      <td className="figure running-cell">
        <Running sinceMs={process?.startedAtMs ?? null} />
      </td>
      <td className="where-cell ellipsis">
        {process?.task == null ? (
          whereWords(words, row)
        ) : (
          <Link
            href={tasksPath({ task: process.task })}
            className="task-chip mono"
            tabIndex={-1}
            onClick={(event) => event.stopPropagation()}
          >
            {visible(process.task)}
          </Link>
        )}
      </td>
      <td
        className="command-cell ellipsis mono"
        title={process?.command ? visible(process.command) : undefined}
      >
        {process === null ? (
          <span className="plain quiet">{words.process.unaccountedGuess(gib(row.gpuMemoryBytes))}</span>
        ) : (
          visible(
            process.command ? shortCommand(process.command) : (process.name ?? words.process.notReadable),
          )
        )}
      </td>
      <td className="figure pid-cell quiet mono">{row.pid ?? MISSING}</td>
    </>
  );
}

function Running({ sinceMs }: { sinceMs: number | null }) {
  const words = useWords();
  const nowMs = useHubNow();
  return sinceMs === null ? MISSING : span(words, nowMs - sinceMs);
}

function whereWords(words: ReturnType<typeof useWords>, { process }: ProcessRow): string {
  if (process === null) return MISSING;
  if (process.container !== null) return words.process.container(visible(process.container));
  return process.session === null ? MISSING : visible(process.session.replace(':', ' '));
}
