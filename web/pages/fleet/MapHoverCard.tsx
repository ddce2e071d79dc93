/** What one cell of the map stands for, beside it and never over it; it stays while the pointer is on it. */
import { useLayoutEffect, useRef } from 'react';
import { clockWord } from '../../../src/fleet/gpuWords.ts';
import { shortModelName } from '../../../src/fleet/modelName.ts';
import { conditionOf } from '../../../src/fleet/summary.ts';
import type { FleetGpu, FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import { type CardPlace, cardPlace, type MapCell, type MapLayout } from '../../charts/mapLayout.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { lineAt, spanOf } from '../../live/recent.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { GpuNote, GpuState } from '../../parts/GpuState.tsx';
import { MachineColours } from '../../parts/MachineColours.tsx';
import { MemoryBar, MemoryLegend } from '../../parts/MemoryBar.tsx';
import { gib, gibOfWhole, MISSING, percent, whole } from '../../words/figures.ts';
import { lastWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

interface MapHoverCardProps {
  node: FleetNode;
  gpu: FleetGpu;
  layout: MapLayout;
  at: MapCell;
  /** Of the map. */
  width: number;
  /** The pointer came onto the card, or left it. */
  onPoint: (pointed: boolean) => void;
  onOpen: () => void;
}

const CARD_WIDTH = 316;

/**
 * Hidden from screen readers, which hear the cell of MapGrid. Of a GPU that is away the last figures stand there, its
 * utilisation as a dash. A click anywhere on it opens the machine.
 */
export function MapHoverCard({ node, gpu, layout, at, width, onPoint, onOpen }: MapHoverCardProps) {
  const words = useWords();
  const store = useLiveStore();
  const recent = useRecent(node.id);
  const card = useRef<HTMLDivElement>(null);
  const condition = conditionOf(node, gpu);
  const past = condition === 'offline' || condition === 'no-answer';
  const to = cardPlace(layout, at, width, CARD_WIDTH);
  useLayoutEffect(() => {
    if (card.current) settle(card.current, to, layout.cell);
  });
  const model = shortModelName(gpu);
  const clock = clockWord(gpu);
  return (
    <div
      ref={card}
      className="hover-card"
      aria-hidden="true"
      onPointerEnter={() => onPoint(true)}
      onPointerLeave={() => onPoint(false)}
      onClick={onOpen}
    >
      <p>
        <strong>
          {nodeName(node)} · GPU {gpu.index}
        </strong>
      </p>
      <p className="quiet">
        {[model, node.address]
          .filter((part) => part !== null)
          .map((part) => visible(part ?? ''))
          .join(' · ')}
      </p>
      <p className="hover-state">
        <GpuState gpu={gpu} condition={condition} />
      </p>
      <MachineColours node={node}>
        <MemoryBar gpu={gpu} height={14} past={past} />
        <MemoryLegend gpu={gpu} />
      </MachineColours>
      <div className="hover-line">
        <Sparkline
          values={recent ? lineAt(recent, recent.gpus[gpuIdentity(gpu)] ?? [], store.hubNowMs()) : []}
          height={24}
        />
        <strong>{past ? MISSING : percent(gpu.utilizationPercent)}</strong>
        <span className="quiet">{lastWords(words, recent && spanOf(recent))}</span>
      </div>
      <p className="hover-figures">
        <span>
          {words.gpu.memory}{' '}
          <b>{`${words.per(gib(gpu.memoryUsedBytes), gibOfWhole(gpu.memoryTotalBytes))} GiB`}</b>
        </span>
        <span>
          {words.gpu.temperatureShort} <b>{whole(gpu.temperatureCelsius)} °C</b>
        </span>
        <span>
          {words.gpu.power} <b>{words.per(whole(gpu.powerWatts), whole(gpu.powerLimitWatts))} W</b>
        </span>
        <span>
          {words.gpu.clock} <b>{whole(gpu.graphicsClockMHz)} MHz</b>{' '}
          {clock === null ? '' : words.clockShort[clock]}
        </span>
      </p>
      <p className="ellipsis">
        <GpuNote gpu={gpu} condition={condition} recent={recent} />
      </p>
    </div>
  );
}

/** Puts the card where it belongs, and up from the lower edge of what is seen of the map. */
function settle(card: HTMLElement, { x, y, beside }: CardPlace, cell: number): void {
  card.style.transform = `translate(${x}px, ${y}px)`;
  const seen = card.closest('.page-body');
  const legend = seen?.querySelector('.map-legend');
  if (!seen) return;
  const bottom = seen.getBoundingClientRect().bottom - (legend?.clientHeight ?? 0) - 8;
  const { bottom: low, height } = card.getBoundingClientRect();
  if (low <= bottom) return;
  const up = beside ? low - bottom : height + cell + 2 * 10;
  card.style.transform = `translate(${x}px, ${Math.max(0, y - up)}px)`;
}
