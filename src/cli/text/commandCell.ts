/** A process's command line as a cell: in a terminal, where it is cut, without the folder of its program. */
import { shortCommand } from '../../lib/shortCommand.ts';
import type { ProcessDetails } from '../../model/process.ts';
import type { Cell } from './cell.ts';
import type { Terminal } from './terminal.ts';

/** A pipe gets the whole. */
export function commandCell(
  { command, name }: Pick<ProcessDetails, 'command' | 'name'>,
  { columns, words }: Terminal,
): Cell {
  const known = command || name;
  if (!known) return { text: words.status.notReadable, style: 'faint' };
  return columns === null ? known : shortCommand(known);
}
