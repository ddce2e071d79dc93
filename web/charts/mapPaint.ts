/** Paints the map's cells on a canvas: each state has its own form, so that it is told without colour. */
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

/** What a cell shows; two looks that are alike need no painting. */
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
export function figureShare(gpu: FleetGpu, figure: MapFigure): number | null {
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

/** Paints one cell whose upper left corner is at (x, y). */
export function paintCell(
  context: CanvasRenderingContext2D,
  colours: MapColours,
  look: CellLook,
  x: number,
  y: number,
  size: number,
): void {
  const fill = (colour: string): void => {
    context.fillStyle = colour;
    context.fillRect(x, y, size, size);
  };
  const outline = (colour: string, dash: number[] = []): void => {
    context.strokeStyle = colour;
    context.lineWidth = size > 7 ? 1.5 : 1;
    context.setLineDash(dash);
    context.strokeRect(x + 0.75, y + 0.75, size - 1.5, size - 1.5);
    context.setLineDash([]);
  };
  const stroke = (colour: string, width: number, points: [number, number][]): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [px, py] of points) context.lineTo(x + px * size, y + py * size);
    context.stroke();
  };
  context.clearRect(x - 0.5, y - 0.5, size + 1, size + 1);
  switch (look.condition) {
    case 'free':
      outline(colours.accent);
      return;
    case 'holding-idle':
      outline(colours.idle);
      context.fillStyle = colours.idle;
      context.fillRect(x, y, size / 2, size);
      return;
    case 'sick':
      fill(colours.sick);
      stroke(colours.bg, size > 7 ? 1.8 : 1, [
        [0.28, 0.28],
        [0.72, 0.72],
      ]);
      stroke(colours.bg, size > 7 ? 1.8 : 1, [
        [0.72, 0.28],
        [0.28, 0.72],
      ]);
      return;
    case 'no-answer':
      fill(colours.heat[1] ?? colours.off);
      outline(colours.sick);
      stroke(colours.ink, 1.2, [
        [0.12, 0.88],
        [0.88, 0.12],
      ]);
      return;
    case 'working':
      fill(colours.heat[look.heat] ?? colours.off);
      if (look.slowed && size > 7)
        stroke(colours.bg, 1.8, [
          [0.28, 0.42],
          [0.5, 0.64],
          [0.72, 0.42],
        ]);
      if (look.slowed && size <= 7)
        stroke(colours.idle, 2, [
          [0, 0.85],
          [1, 0.85],
        ]);
      return;
    default:
      outline(colours.off, [2.5, 2]);
  }
}
