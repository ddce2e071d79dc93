/** The GPUs of one machine as a table: memory as a bar, the state as a word. */
import { type GpuCondition, gpuCondition, isSlowed } from '../fleet/gpuCondition.ts';
import { warmth } from '../fleet/gpuWords.ts';
import { shortModelName } from '../fleet/modelName.ts';
import { type FleetGpu, type FleetSample, fleetNode } from '../fleet/view.ts';
import { sickWords } from '../fleet/words.ts';
import type { NodeStatus } from '../model/node.ts';
import { bar } from './text/bar.ts';
import type { Cell } from './text/cell.ts';
import { amount, gib, MISSING, percent } from './text/figures.ts';
import type { Style } from './text/paint.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';
import type { Words } from './words/words.ts';

interface Look {
  glyph: string;
  style: Style;
}

/** One glyph and colour each, the same as the page's as far as a terminal has them. */
const LOOKS: Record<GpuCondition, Look> = {
  free: { glyph: '○', style: 'good' },
  working: { glyph: '●', style: 'busy' },
  'holding-idle': { glyph: '◐', style: 'warn' },
  sick: { glyph: '▲', style: 'bad' },
  'no-answer': { glyph: '▲', style: 'bad' },
  offline: { glyph: '◌', style: 'faint' },
  asleep: { glyph: '◔', style: 'faint' },
  starting: { glyph: '◔', style: 'faint' },
  maintenance: { glyph: '⊖', style: 'faint' },
  unknown: { glyph: '◌', style: 'faint' },
};

const WIDE_COLUMNS = 112;

/** A line for each GPU; null where the machine has none. */
export function gpuTable(node: NodeStatus, terminal: Terminal): string | null {
  const { sample } = fleetNode(node);
  if (!sample || sample.gpus.length === 0) return null;
  const { heading } = terminal.words;
  const isWide = (terminal.columns ?? WIDE_COLUMNS) >= WIDE_COLUMNS;
  return table(
    [
      { title: 'GPU', align: 'right' },
      { title: heading.model, rarity: 1 },
      { title: heading.memory },
      { title: 'GiB', align: 'right' },
      { title: heading.utilisation, align: 'right' },
      { title: heading.temperature, align: 'right' },
      { title: heading.power, align: 'right', rarity: 2 },
      { title: heading.state, cutTo: 16 },
    ],
    sample.gpus.map((gpu) => gpuRow(node, sample, gpu, terminal.words, isWide)),
    { ...terminal, indent: '  ' },
  );
}

function gpuRow(node: NodeStatus, sample: FleetSample, gpu: FleetGpu, words: Words, isWide: boolean): Cell[] {
  const condition = gpuCondition({
    nodeState: node.state,
    absence: node.absence,
    driver: sample.driver,
    gpu,
  });
  const look = LOOKS[condition];
  const { memoryUsedBytes: used, memoryTotalBytes: total } = gpu;
  const drawn = used === null || total === null || total === 0 ? null : bar(used / total, isWide ? 20 : 10);
  const warm = warmth(gpu);
  return [
    String(gpu.index),
    shortModelName(gpu) ?? MISSING,
    drawn === null
      ? ''
      : [
          { text: drawn.full, style: look.style },
          { text: drawn.empty, style: 'faint' },
        ],
    used === null && total === null ? MISSING : `${gib(used)} / ${gib(total)}`,
    // The whole of a divided card has none.
    gpu.migMode === true && gpu.utilizationPercent === null ? 'MIG' : percent(gpu.utilizationPercent),
    {
      text: amount(gpu.temperatureCelsius, '°C'),
      style: warm === 'hot' ? 'bad' : warm === 'warm' ? 'warn' : 'plain',
    },
    isWide && gpu.powerLimitWatts !== null ? powerText(gpu) : amount(gpu.powerWatts, 'W'),
    [
      { text: `${look.glyph} ${stateText(condition, gpu, words)}`, style: look.style },
      { text: isSlowed(gpu) ? words.bracketed(words.state.condition.slowed) : '', style: 'warn' },
    ],
  ];
}

const powerText = ({ powerWatts, powerLimitWatts }: FleetGpu): string =>
  `${powerWatts === null ? MISSING : Math.round(powerWatts)} / ${amount(powerLimitWatts, 'W')}`;

const stateText = (condition: GpuCondition, gpu: FleetGpu, { state, colon }: Words): string =>
  condition === 'sick'
    ? `${state.condition.sick}${colon}${sickWords(state, gpu)}`
    : state.condition[condition];
