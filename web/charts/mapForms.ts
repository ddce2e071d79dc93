/** What a cell of the map looks like: each state has its own form, so that it is told without colour. */
import type { GpuCondition } from '../../src/fleet/gpuCondition.ts';
import { isSlowed } from '../../src/fleet/gpuCondition.ts';
import { conditionOf } from '../../src/fleet/summary.ts';
import type { FleetGpu, FleetNode } from '../../src/fleet/view.ts';

export type MapFigure = 'utilisation' | 'memory' | 'temperature' | 'power';

/** The theme's colours, read once for each theme: asking the style for each cell would cost more than painting. */
export interface MapColours {
  heat: string[];
  accent: string;
  idle: string;
  sick: string;
  off: string;
  bg: string;
  ink: string;
  ink2: string;
  ink3: string;
}

/** As the theme is at this moment: what is read from a computed style is read again when the theme changes. */
export function readMapColours(style: CSSStyleDeclaration): MapColours {
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    heat: [0, 1, 2, 3, 4, 5].map((step) => read(`--h${step}`)),
    accent: read('--accent'),
    idle: read('--idle'),
    sick: read('--sick'),
    off: read('--line2'),
    bg: read('--bg'),
    ink: read('--ink'),
    ink2: read('--ink2'),
    ink3: read('--ink3'),
  };
}

export interface CellLook {
  condition: GpuCondition;
  slowed: boolean;
  /** 0 to 5: a colour of the scale. */
  heat: number;
}

/** What a cell shows; cells whose looks are alike are alike to the last pixel. */
export function cellLook(node: FleetNode, gpu: FleetGpu, figure: MapFigure): CellLook {
  const condition = conditionOf(node, gpu);
  const share = figureShare(gpu, figure) ?? 0;
  return {
    condition,
    slowed: condition === 'working' && isSlowed(gpu),
    heat: Math.min(5, Math.max(0, Math.round(share * 5))),
  };
}

/** A figure as a share of its range; null where it is missing. Temperature runs from 25 to 90 °C. */
function figureShare(gpu: FleetGpu, figure: MapFigure): number | null {
  const ratio = (value: number | null, of: number | null): number | null =>
    value === null || of === null || of === 0 ? null : value / of;
  switch (figure) {
    case 'utilisation':
      return ratio(gpu.utilizationPercent, 100);
    case 'memory':
      return ratio(gpu.memoryUsedBytes, gpu.memoryTotalBytes);
    case 'temperature':
      return gpu.temperatureCelsius === null ? null : (gpu.temperatureCelsius - 25) / 65;
    case 'power':
      return ratio(gpu.powerWatts, gpu.powerLimitWatts);
  }
}

/** A look as one small number, by which pixels are kept and compared. */
export const lookCode = ({ condition, slowed, heat }: CellLook): number =>
  condition === 'working' ? (slowed ? 6 : 0) + heat : 12 + FORMS.indexOf(condition);

/** Those that are told by their form alone. */
const FORMS: readonly GpuCondition[] = [
  'free',
  'holding-idle',
  'sick',
  'no-answer',
  'maintenance',
  'offline',
  'asleep',
  'starting',
  'unknown',
];

/** Up to this edge a mark of lines would be a smear: ground and a notch tell the state. */
const SMALL = 7;

/** Paints one cell of this edge, its upper left corner at the origin. */
export function paintCell(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  colours: MapColours,
  look: CellLook,
  size: number,
): void {
  const large = size > SMALL;
  const fill = (colour: string, width = size): void => {
    context.fillStyle = colour;
    context.fillRect(0, 0, width, size);
  };
  const notch = (y: number): void => {
    context.fillStyle = colours.bg;
    context.fillRect(0, y, 2, 2);
  };
  const outline = (colour: string, dash: number[] = []): void => {
    context.strokeStyle = colour;
    context.lineWidth = large ? 1.5 : 1;
    context.setLineDash(dash);
    const inset = context.lineWidth / 2;
    context.strokeRect(inset, inset, size - 2 * inset, size - 2 * inset);
    context.setLineDash([]);
  };
  const mark = (colour: string, width: number, ...line: readonly [x: number, y: number][]): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [right, down] of line) context.lineTo(right * size, down * size);
    context.stroke();
  };
  switch (look.condition) {
    case 'free':
      outline(colours.accent);
      return;
    case 'holding-idle':
      if (large) outline(colours.idle);
      fill(colours.idle, large ? size / 2 : size);
      if (!large) notch(size - 2);
      return;
    case 'sick':
      fill(colours.sick);
      if (!large) return notch(0);
      mark(colours.bg, 1.8, [0.28, 0.28], [0.72, 0.72]);
      mark(colours.bg, 1.8, [0.72, 0.28], [0.28, 0.72]);
      return;
    case 'no-answer':
      fill(colours.heat[1] ?? colours.off);
      outline(colours.sick);
      mark(colours.ink, 1.2, [0.12, 0.88], [0.88, 0.12]);
      return;
    case 'working':
      fill(colours.heat[look.heat] ?? colours.off);
      if (look.slowed && large) mark(colours.bg, 1.8, [0.28, 0.42], [0.5, 0.64], [0.72, 0.42]);
      if (look.slowed && !large) mark(colours.idle, 2, [0, 1 - 1 / size], [1, 1 - 1 / size]);
      return;
    case 'maintenance':
      outline(colours.ink3);
      mark(colours.ink3, large ? 1.8 : 1, [0.3, 0.5], [0.7, 0.5]);
      return;
    default:
      outline(colours.off, large ? [2.5, 2] : [2, 1.5]);
  }
}
