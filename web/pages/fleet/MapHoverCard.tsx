/** What one cell of the map stands for, beside it and never over it. */
import { clockWord } from '../../../src/fleet/gpuWords.ts';
import { shortModelName } from '../../../src/fleet/modelName.ts';
import { conditionOf } from '../../../src/fleet/summary.ts';
import type { FleetGpu, FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { lineAt, spanOf } from '../../live/recent.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { GpuNote, GpuState } from '../../parts/GpuState.tsx';
import { MemoryBar, MemoryLegend } from '../../parts/MemoryBar.tsx';
import { gib, gibOfWhole, MISSING, percent, whole } from '../../words/figures.ts';
import { lastWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

interface MapHoverCardProps {
  node: FleetNode;
  gpu: FleetGpu;
  origin: { x: number; y: number };
  cell: number;
  width: number;
}

const CARD_WIDTH = 316;
const GAP = 10;

export function MapHoverCard({ node, gpu, origin, cell, width }: MapHoverCardProps) {
  const words = useWords();
  const store = useLiveStore();
  const recent = useRecent(node.id);
  const condition = conditionOf(node, gpu);
  const past = condition === 'offline' || condition === 'no-answer';
  const right = origin.x + cell + GAP;
  const x = right + CARD_WIDTH <= width ? right : Math.max(0, origin.x - CARD_WIDTH - GAP);
  const model = shortModelName(gpu);
  const clock = clockWord(gpu);
  return (
    <div className="hover-card" style={{ transform: `translate(${x}px, ${origin.y}px)` }} aria-hidden="true">
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
      <MemoryBar gpu={gpu} height={14} past={past} />
      <MemoryLegend gpu={gpu} />
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
