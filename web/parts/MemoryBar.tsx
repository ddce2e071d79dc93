/**
 * The page's signature: a GPU's memory stacked by owner, largest first, what nobody accounts for hatched, free as bare
 * track. The same object at every size; colours are those of the whole fleet (OwnerColours).
 */
import { createContext, memo, useContext } from 'react';
import { type MemorySegment, memorySegments, promisedAhead } from '../../src/fleet/memorySegments.ts';
import type { FleetGpu } from '../../src/fleet/view.ts';
import { visible } from '../../src/lib/displayText.ts';
import { useGpuLedger } from '../live/tasks.ts';
import type { Words } from '../words/en.ts';
import { gib, gibOfWhole } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import './memoryBar.css';

/** The palette place of everybody who holds a GPU. */
export const OwnerColours = createContext<ReadonlyMap<string, number>>(new Map());

interface MemoryBarProps {
  gpu: FleetGpu;
  height: 8 | 12 | 14 | 16;
  /** The last truth of a machine or driver that does not answer: drawn in grey. */
  past?: boolean;
  /** What it stands in says the same to a screen reader. */
  isTold?: boolean;
}

export const MemoryBar = memo(function MemoryBar({
  gpu,
  height,
  past = false,
  isTold = false,
}: MemoryBarProps) {
  const words = useWords();
  const colours = useContext(OwnerColours);
  const segments = memorySegments(gpu);
  const ledger = useGpuLedger(gpu.uuid);
  const ahead = past || ledger === null ? 0 : promisedAhead(gpu, ledger);
  const label = memoryLabel(words, gpu, segments, ahead);
  return (
    <div
      className={`memory-bar h${height}${past ? ' past' : ''}`}
      {...(isTold ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      title={label}
    >
      {segments.map((segment) => (
        <span
          key={segment.owner ?? segment.kind}
          className={`moves ${segment.kind === 'owner' ? `o${colours.get(segment.owner ?? '') ?? 0}` : segment.kind}`}
          style={{ width: `${100 * segment.share}%` }}
        />
      ))}
      {ahead > 0 && gpu.memoryTotalBytes !== null && (
        <span className="moves promised" style={{ width: `${(100 * ahead) / gpu.memoryTotalBytes}%` }} />
      )}
    </div>
  );
});

/** "GPU 4, 61.0 of 80.0 GiB: wang.ll 38.2, lin.wei 21.6, unaccounted 1.2, promised 12.6" */
function memoryLabel(words: Words, gpu: FleetGpu, segments: MemorySegment[], ahead: number): string {
  const parts = segments.map((segment) => `${segmentName(words, segment)} ${gib(segment.bytes)}`);
  if (ahead > 0) parts.push(`${words.gpu.promised} ${gib(ahead)}`);
  return words.gpu.barLabel(
    gpu.index,
    gib(gpu.memoryUsedBytes),
    gibOfWhole(gpu.memoryTotalBytes),
    parts.join(', '),
  );
}

function segmentName(words: Words, segment: MemorySegment): string {
  if (segment.kind === 'owner') return visible(segment.owner ?? '');
  return segment.kind === 'nobody' ? words.gpu.unknownOwner : words.gpu.unaccounted;
}

/** From this size on a segment is named under the bar. */
const LEGEND_BYTES = 0.8 * 2 ** 30;

/** Names and GiB of the segments, under a bar. */
export function MemoryLegend({ gpu }: { gpu: FleetGpu }) {
  const words = useWords();
  const segments = memorySegments(gpu).filter((segment) => segment.bytes >= LEGEND_BYTES);
  const ledger = useGpuLedger(gpu.uuid);
  const ahead = ledger === null ? 0 : promisedAhead(gpu, ledger);
  return (
    <ul className="memory-legend">
      {segments.map((segment) => (
        <li key={segment.owner ?? segment.kind} className="ellipsis">
          <OwnerSquare owner={segment.owner} kind={segment.kind} />
          {segmentName(words, segment)} {gib(segment.bytes)}
        </li>
      ))}
      {ahead >= LEGEND_BYTES && (
        <li className="ellipsis">
          <span className="owner-square promised" aria-hidden="true" />
          {words.gpu.promised} {gib(ahead)}
        </li>
      )}
    </ul>
  );
}

/** The 8 px square before a name. */
export function OwnerSquare({
  owner,
  kind = 'owner',
}: {
  owner: string | null;
  kind?: MemorySegment['kind'];
}) {
  const colours = useContext(OwnerColours);
  const place = owner === null ? undefined : colours.get(owner);
  return (
    <span
      className={`owner-square ${place !== undefined ? `o${place}` : kind === 'owner' ? 'colourless' : kind}`}
      aria-hidden="true"
    />
  );
}
