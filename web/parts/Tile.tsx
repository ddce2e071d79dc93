/** One GPU in the least space that still tells state, figure, memory by owner and who: the list's unit. */
import { memo } from 'react';
import type { GpuCondition } from '../../src/fleet/gpuCondition.ts';
import { isSlowed } from '../../src/fleet/gpuCondition.ts';
import type { FleetGpu } from '../../src/fleet/view.ts';
import { ailmentWords } from '../../src/fleet/words.ts';
import { visible } from '../../src/lib/displayText.ts';
import { useGpuLedger } from '../live/tasks.ts';
import { useJustChanged } from '../live/useJustChanged.ts';
import { gibShort, MISSING, percent } from '../words/figures.ts';
import { gpuLabel, newestXid } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { Glyph } from './Glyph.tsx';
import { toTake } from './GpuCard.tsx';
import { MemoryBar, OwnerSquare } from './MemoryBar.tsx';
import './tile.css';

interface TileProps {
  gpu: FleetGpu;
  condition: GpuCondition;
  /** "atlas", for the name that a screen reader says. */
  machine: string;
  /** One tile of a machine is reached by Tab, the others by the arrows. */
  inTabOrder: boolean;
  onOpen: (index: number) => void;
}

export const Tile = memo(function Tile({ gpu, condition, machine, inTabOrder, onOpen }: TileProps) {
  const words = useWords();
  const ledger = useGpuLedger(gpu.uuid);
  const slowed = condition === 'working' && isSlowed(gpu);
  const isNew = useJustChanged(condition);
  const past = condition === 'offline' || condition === 'no-answer';
  const word = slowed ? words.condition.slowed : words.condition[condition];
  return (
    <button
      type="button"
      className={`tile is-${slowed ? 'slowed' : condition}${isNew ? ' is-new' : ''}`}
      data-gpu={gpu.index}
      tabIndex={inTabOrder ? 0 : -1}
      onClick={() => onOpen(gpu.index)}
      title={condition in words.rule ? words.rule[condition as keyof typeof words.rule] : word}
    >
      <span className="visually-hidden">{gpuLabel(words, machine, gpu, condition)}</span>
      <span className="tile-head" aria-hidden="true">
        <Glyph name={condition} />
        <strong>{gpu.index}</strong>
        {slowed && <Glyph name="slowed" />}
        {(condition !== 'working' || slowed) && (
          <span className={`tile-word ellipsis ${slowed ? 'warn' : ''}`}>
            {condition === 'sick' && gpu.state !== 'ok' ? words.gpuState[gpu.state] : word}
          </span>
        )}
        <span className="grow" />
        <strong className="tile-figure">
          {condition === 'free' ? gibShort(toTake(gpu, ledger)) : figure(gpu, condition)}
          {condition === 'free' && <span className="tile-unit">&#8201;GiB</span>}
        </strong>
      </span>
      <MemoryBar gpu={gpu} height={8} past={past} isTold />
      <span className="tile-foot" aria-hidden="true">
        <TileOwners gpu={gpu} condition={condition} past={past} />
        <span className="tile-memory">
          {(condition === 'sick' ? newestXid(words, gpu) : null) ??
            (gpu.memoryTotalBytes === null && gpu.memoryUsedBytes === null ? MISSING : null) ?? (
              <>
                {gibShort(gpu.memoryUsedBytes)}
                <span className="tile-total"> / {gibShort(gpu.memoryTotalBytes)}</span> G
              </>
            )}
        </span>
      </span>
    </button>
  );
});

/** Utilisation; a free card shows what can be had instead. */
function figure(gpu: FleetGpu, condition: GpuCondition): string {
  if (condition === 'working' || condition === 'holding-idle' || condition === 'maintenance')
    return percent(gpu.utilizationPercent);
  return MISSING;
}

function TileOwners({ gpu, condition, past }: { gpu: FleetGpu; condition: GpuCondition; past: boolean }) {
  const words = useWords();
  if (condition === 'sick' && gpu.holders.length === 0) {
    return <span className="ellipsis">{ailmentWords(words, gpu)}</span>;
  }
  const [first, second, ...more] = gpu.holders;
  if (!first) return <span className="ellipsis">{condition === 'free' ? '' : words.gpu.nobody}</span>;
  const others = gpu.holders.length - 1;
  return (
    <span className="tile-owners ellipsis">
      {!past && <OwnerSquare owner={first.owner} />}
      {!past && second && <OwnerSquare owner={second.owner} />}
      {!past && more[0] && <OwnerSquare owner={more[0].owner} />}
      {visible(first.owner ?? words.gpu.unknownOwner)}
      {others > 0 && ` +${others}`}
    </span>
  );
}
