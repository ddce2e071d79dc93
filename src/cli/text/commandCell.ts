/** A process's command line as a cell: in a terminal, where it is cut, without the folder of its program. */
import type { ProcessDetails } from '../../model/process.ts';
import type { Cell } from './cell.ts';
import type { Terminal } from './terminal.ts';

/** `/opt/conda/envs/torch/bin/python3.11 train.py` is `python3.11 train.py`; a pipe gets the whole. */
export function commandCell(
  { command, name }: Pick<ProcessDetails, 'command' | 'name'>,
  { columns, words }: Terminal,
): Cell {
  const known = command || name;
  if (!known) return { text: words.status.notReadable, style: 'faint' };
  return columns === null ? known : known.replace(/^\/\S*\/(?=[^/\s])/, '');
}
