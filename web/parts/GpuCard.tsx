/** One GPU as a card: state, one large figure, its last minutes, memory by owner, and heat, power and clock in words. */
import { memo } from 'react';
import type { GpuCondition } from '../../src/fleet/gpuCondition.ts';
import { isSlowed } from '../../src/fleet/gpuCondition.ts';
import { clockWord, warmth } from '../../src/fleet/gpuWords.ts';
import { promisedAhead } from '../../src/fleet/memorySegments.ts';
import { memoryToTake } from '../../src/fleet/summary.ts';
import type { FleetGpu } from '../../src/fleet/view.ts';
import { gpuIdentity } from '../../src/model/gpu.ts';
import type { GpuLedger } from '../../src/protocol/queueApi.ts';
import { Sparkline } from '../charts/Sparkline.tsx';
import { lineAt, type Recent } from '../live/recent.ts';
import { useGpuLedger } from '../live/tasks.ts';
import { useJustChanged } from '../live/useJustChanged.ts';
import { useLiveStore } from '../live/useLive.ts';
import { gib, gibOfWhole, MISSING, whole } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { GpuQueue } from './GpuQueue.tsx';
import { GpuNote, GpuState } from './GpuState.tsx';
import { MemoryBar, MemoryLegend } from './MemoryBar.tsx';
import './gpuCard.css';

interface GpuCardProps {
  gpu: FleetGpu;
  condition: GpuCondition;
  recent: Recent | null;
  onOpen: (index: number) => void;
}

export const GpuCard = memo(function GpuCard({ gpu, condition, recent, onOpen }: GpuCardProps) {
  const words = useWords();
  const store = useLiveStore();
  const slowed = condition === 'working' && isSlowed(gpu);
  const isNew = useJustChanged(condition);
  const past = condition === 'offline' || condition === 'no-answer';
  const line = recent ? lineAt(recent, recent.gpus[gpuIdentity(gpu)] ?? [], store.hubNowMs()) : [];
  return (
    <li
      className={`gpu-card is-${slowed ? 'slowed' : condition}${past ? ' past' : ''}${isNew ? ' is-new' : ''}`}
    >
      <div className="card-head">
        <h3>
          <button
            type="button"
            data-gpu={gpu.index}
            title={words.gpu.details}
            onClick={() => onOpen(gpu.index)}
          >
            {words.gpu.name(gpu.index)}
          </button>
        </h3>
        <GpuState gpu={gpu} condition={condition} />
        <span className="grow" />
        <Figure gpu={gpu} condition={condition} />
      </div>
      <div className="card-line">
        <Sparkline values={line} height={40} ceiling />
      </div>
      <p className="card-memory">
        <span>{words.gpu.memory}</span>
        <span>
          <strong>{gib(gpu.memoryUsedBytes)}</strong> {words.per('', gibOfWhole(gpu.memoryTotalBytes)).trim()}
          &#8201;GiB
        </span>
      </p>
      <MemoryBar gpu={gpu} height={16} past={past} />
      <div className="card-legend">
        <MemoryLegend gpu={gpu} />
      </div>
      <Vitals gpu={gpu} />
      <GpuQueue gpu={gpu}>
        <GpuNote gpu={gpu} condition={condition} recent={recent} />
      </GpuQueue>
    </li>
  );
});

/** What can still be had: free, and not promised to what the queue starts. */
export function toTake(gpu: FleetGpu, ledger: GpuLedger | null): number | null {
  const free = memoryToTake(gpu);
  return free === null || ledger === null ? free : Math.max(0, free - promisedAhead(gpu, ledger));
}

function Figure({ gpu, condition }: { gpu: FleetGpu; condition: GpuCondition }) {
  const words = useWords();
  const ledger = useGpuLedger(gpu.uuid);
  if (condition === 'free') {
    return (
      <span className="card-figure free">
        <strong>{gib(toTake(gpu, ledger))}</strong> {words.gpu.toTake}
      </span>
    );
  }
  const known = ['working', 'holding-idle', 'maintenance', 'unknown'].includes(condition);
  return (
    <span className="card-figure">
      <strong>{known ? whole(gpu.utilizationPercent) : MISSING}</strong> %
    </span>
  );
}

/** Heat, power and clock, each with its word. */
function Vitals({ gpu }: { gpu: FleetGpu }) {
  const words = useWords();
  const warm = warmth(gpu);
  const clock = clockWord(gpu);
  const held = clock === 'held-by-heat' || clock === 'held-by-hardware';
  return (
    <p className="card-vitals">
      <span className={warm === 'hot' ? 'warn' : ''}>
        <b>{gpu.temperatureCelsius === null ? MISSING : `${whole(gpu.temperatureCelsius)}\u2009°C`}</b>{' '}
        {warm === null ? '' : words.warmth[warm]}
      </span>
      <span>
        <b>{whole(gpu.powerWatts)}</b> {words.per('', whole(gpu.powerLimitWatts)).trim()}&#8201;W
      </span>
      <span className={held ? 'warn' : ''}>
        <b>{whole(gpu.graphicsClockMHz)}</b>&#8201;MHz {clock === null ? '' : words.clockShort[clock]}
      </span>
    </p>
  );
}
