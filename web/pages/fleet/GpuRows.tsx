/** An expanded machine: each GPU as a row with its ten minutes, then its processes by memory. Replaces the tiles. */
import { memo, useMemo } from 'react';
import type { GpuCondition } from '../../../src/fleet/gpuCondition.ts';
import { clockWord, warmth } from '../../../src/fleet/gpuWords.ts';
import { conditionOf, memoryToTake } from '../../../src/fleet/summary.ts';
import type { FleetGpu, FleetNode } from '../../../src/fleet/view.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { lineAt, type Recent, spanOf } from '../../live/recent.ts';
import { useLiveStore, useWholeNode } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { AfterASecond } from '../../parts/AfterASecond.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { TaskChips } from '../../parts/GpuQueue.tsx';
import { GpuNote, GpuState } from '../../parts/GpuState.tsx';
import { MemoryBar } from '../../parts/MemoryBar.tsx';
import { ProcessTable } from '../../parts/ProcessTable.tsx';
import { rowsOfGpus } from '../../parts/processRows.ts';
import { gib, gibOfWhole, gibShort, MISSING, percent, whole } from '../../words/figures.ts';
import { lastWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import './gpuRows.css';

interface GpuRowsProps {
  node: FleetNode;
  onOpenGpu: (nodeId: string, index: number) => void;
}

/**
 * Asks for the whole machine for as long as it is drawn: processes may come after the rows, which do not wait for them.
 */
export function GpuRows({ node, onOpenGpu }: GpuRowsProps) {
  const words = useWords();
  const recent = useRecent(node.id);
  const whole = useWholeNode(node.id);
  const rows = useMemo(() => rowsOfGpus(node, whole?.sample?.gpus ?? []), [node, whole]);
  const name = nodeName(node);
  return (
    <>
      <table className="gpu-rows" aria-label={`GPUs · ${name}`}>
        <colgroup>
          {['gpu', 'state', 'bar', 'memory', 'line', 'use', 'temperature', 'power', 'clock', 'note'].map(
            (column) => (
              <col key={column} className={`${column}-column`} />
            ),
          )}
        </colgroup>
        <thead>
          <tr>
            <th>GPU</th>
            <th>{words.gpu.state}</th>
            <th colSpan={2}>{words.gpu.memoryByOwner}</th>
            <th colSpan={2}>
              {words.gpu.utilisation}{' '}
              <span className="quiet">{lastWords(words, recent && spanOf(recent))}</span>
            </th>
            <th className="figure">{words.gpu.temperatureShort}</th>
            <th className="figure">{words.gpu.power}</th>
            <th className="figure">{words.gpu.clock}</th>
            <th className="note-cell">{words.gpu.note}</th>
          </tr>
        </thead>
        <tbody>
          {(node.sample?.gpus ?? []).map((gpu) => (
            <GpuRow
              key={gpuIdentity(gpu)}
              gpu={gpu}
              condition={conditionOf(node, gpu)}
              recent={recent}
              onOpen={() => onOpenGpu(node.id, gpu.index)}
            />
          ))}
        </tbody>
      </table>
      {rows.length > 0 ? (
        <ProcessTable rows={rows} label={`${words.process.title} · ${name}`} />
      ) : (
        <p className="quiet no-processes">
          {whole ? words.process.none : <AfterASecond>{words.loading}</AfterASecond>}
        </p>
      )}
    </>
  );
}

interface GpuRowProps {
  gpu: FleetGpu;
  condition: GpuCondition;
  recent: Recent | null;
  onOpen: () => void;
}

const GpuRow = memo(function GpuRow({ gpu, condition, recent, onOpen }: GpuRowProps) {
  const words = useWords();
  const store = useLiveStore();
  const past = condition === 'offline' || condition === 'no-answer';
  const line = recent ? lineAt(recent, recent.gpus[gpuIdentity(gpu)] ?? [], store.hubNowMs()) : [];
  const warm = warmth(gpu);
  const clock = clockWord(gpu);
  const held = clock === 'held-by-heat' || clock === 'held-by-hardware';
  return (
    <tr className={past ? 'past' : ''}>
      <th scope="row">
        <button type="button" className="gpu-open" data-gpu={gpu.index} onClick={onOpen}>
          <Glyph name={condition} /> <strong>GPU {gpu.index}</strong>
        </button>
      </th>
      <td>
        <GpuState gpu={gpu} condition={condition} withGlyph={false} />
        {condition === 'free' && <span className="free"> · {gibShort(memoryToTake(gpu))}&#8201;GiB</span>}
      </td>
      <td className="bar-cell">
        <MemoryBar gpu={gpu} height={12} past={past} />
      </td>
      <td className="figure memory-figure">
        {words.per(gib(gpu.memoryUsedBytes), gibOfWhole(gpu.memoryTotalBytes))}&#8201;GiB
      </td>
      <td className="line-cell">
        <Sparkline values={line} height={22} />
      </td>
      <td className="figure use-figure">
        <strong>{past ? MISSING : percent(gpu.utilizationPercent)}</strong>
      </td>
      <td className={`figure ${warm === 'hot' && !past ? 'warn' : ''}`}>
        {gpu.temperatureCelsius === null ? MISSING : `${whole(gpu.temperatureCelsius)}\u2009°C`}
      </td>
      <td className="figure">
        <span className="ink">{whole(gpu.powerWatts)}</span>{' '}
        <span className="quiet">{words.per('', whole(gpu.powerLimitWatts)).trim()}&#8201;W</span>
      </td>
      <td className={`figure clock-cell ${held ? 'held' : ''}`}>
        <span className="ink">{whole(gpu.graphicsClockMHz)}</span>&#8201;MHz
        <small className={held ? 'warn' : 'quiet'}>{clock === null ? '' : words.clock[clock]}</small>
      </td>
      <td className="note-cell ellipsis">
        <TaskChips gpu={gpu} most={2} /> <GpuNote gpu={gpu} condition={condition} recent={recent} />
      </td>
    </tr>
  );
});
