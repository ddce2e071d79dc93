/** Who holds the GPUs of one machine: a line per process, largest memory first, and what no process accounts for. */
import { hasUnaccountedRow } from '../fleet/memorySegments.ts';
import type { Gpu } from '../model/gpu.ts';
import type { GpuProcess } from '../model/process.ts';
import type { Cell } from './text/cell.ts';
import { commandCell } from './text/commandCell.ts';
import { MISSING, percent, ranges, size, span } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';
import type { Words } from './words/words.ts';

interface Held {
  gpus: number[];
  memoryBytes: number | null;
  process: GpuProcess;
}

/** Null where nobody holds anything. */
export function gpuProcessTable(gpus: readonly Gpu[], nowMs: number, terminal: Terminal): string | null {
  const { words } = terminal;
  const { heading } = words;
  const rows = [
    ...heldByProcess(gpus).map((held) => processRow(held, nowMs, terminal)),
    ...gpus.filter(hasUnaccountedRow).map((gpu) => unaccountedRow(gpu, words)),
  ];
  if (rows.length === 0) return null;
  return table(
    [
      { title: 'GPU', align: 'right' },
      { title: heading.memory, align: 'right' },
      { title: heading.owner },
      { title: 'PID', align: 'right' },
      { title: 'SM', align: 'right', rarity: 2 },
      { title: heading.running, align: 'right', rarity: 1 },
      { title: heading.where, rarity: 3 },
      { title: heading.command, cutTo: 24 },
    ],
    rows,
    { ...terminal, indent: '  ' },
  );
}

/** A process that holds several GPUs is one line, with what it holds on all of them. */
function heldByProcess(gpus: readonly Gpu[]): Held[] {
  const byPid = new Map<number, Held>();
  for (const gpu of gpus) {
    for (const process of gpu.processes) {
      const held = byPid.get(process.pid);
      if (!held) {
        byPid.set(process.pid, { gpus: [gpu.index], memoryBytes: process.memoryUsedBytes, process });
        continue;
      }
      held.gpus.push(gpu.index);
      held.memoryBytes =
        held.memoryBytes === null || process.memoryUsedBytes === null
          ? (held.memoryBytes ?? process.memoryUsedBytes)
          : held.memoryBytes + process.memoryUsedBytes;
    }
  }
  return [...byPid.values()].sort((a, b) => (b.memoryBytes ?? -1) - (a.memoryBytes ?? -1));
}

function processRow({ gpus, memoryBytes, process }: Held, nowMs: number, terminal: Terminal): Cell[] {
  const { words } = terminal;
  return [
    ranges(gpus),
    size(memoryBytes),
    process.owner ?? process.user ?? { text: words.state.nobody, style: 'faint' },
    String(process.pid),
    // Of one GPU: over several there is no one figure.
    gpus.length === 1 ? percent(process.smUtilizationPercent) : MISSING,
    process.startedAtMs === null ? MISSING : span(words, nowMs - process.startedAtMs),
    process.task ?? process.container ?? process.session ?? '',
    commandCell(process, terminal),
  ];
}

const unaccountedRow = (gpu: Gpu, words: Words): Cell[] => [
  String(gpu.index),
  size(gpu.memoryUnaccountedBytes),
  { text: words.state.unaccounted, style: 'warn' },
  '',
  '',
  '',
  '',
  { text: words.status.unaccountedGuess, style: 'faint' },
];
