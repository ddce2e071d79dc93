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

export interface Point {
  x: number;
  y: number;
}

/**
 * Paints cells that look alike, given by their upper left corners: one path for all of them, since a canvas spends its
 * time on changes of colour and on single strokes.
 */
export function paintCells(
  context: CanvasRenderingContext2D,
  colours: MapColours,
  look: CellLook,
  corners: readonly Point[],
  size: number,
): void {
  const large = size > 7;
  const fill = (colour: string, widthShare = 1): void => {
    context.fillStyle = colour;
    for (const { x, y } of corners) context.fillRect(x, y, size * widthShare, size);
  };
  const outline = (colour: string, dash: number[] = []): void => {
    context.strokeStyle = colour;
    context.lineWidth = large ? 1.5 : 1;
    context.setLineDash(dash);
    context.beginPath();
    for (const { x, y } of corners) context.rect(x + 0.75, y + 0.75, size - 1.5, size - 1.5);
    context.stroke();
    context.setLineDash([]);
  };
  const mark = (colour: string, width: number, line: readonly [x: number, y: number][]): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const { x, y } of corners) {
      for (const [place, [right, down]] of line.entries()) {
        if (place === 0) context.moveTo(x + right * size, y + down * size);
        else context.lineTo(x + right * size, y + down * size);
      }
    }
    context.stroke();
  };
  switch (look.condition) {
    case 'free':
      outline(colours.accent);
      return;
    case 'holding-idle':
      outline(colours.idle);
      fill(colours.idle, 0.5);
      return;
    case 'sick':
      fill(colours.sick);
      mark(colours.bg, large ? 1.8 : 1, FALLING);
      mark(colours.bg, large ? 1.8 : 1, RISING);
      return;
    case 'no-answer':
      fill(colours.heat[1] ?? colours.off);
      outline(colours.sick);
      mark(colours.ink, 1.2, DIAGONAL);
      return;
    case 'working':
      fill(colours.heat[look.heat] ?? colours.off);
      if (look.slowed && large) mark(colours.bg, 1.8, CHEVRON);
      if (look.slowed && !large) mark(colours.idle, 2, UNDERLINE);
      return;
    case 'maintenance':
      outline(colours.ink3);
      mark(colours.ink3, large ? 1.8 : 1, ACROSS);
      return;
    default:
      outline(colours.off, [2.5, 2]);
  }
}

/** Lines within a cell, in shares of its edge. */
const FALLING: [number, number][] = [
  [0.28, 0.28],
  [0.72, 0.72],
];
const RISING: [number, number][] = [
  [0.72, 0.28],
  [0.28, 0.72],
];
const DIAGONAL: [number, number][] = [
  [0.12, 0.88],
  [0.88, 0.12],
];
const ACROSS: [number, number][] = [
  [0.3, 0.5],
  [0.7, 0.5],
];
const CHEVRON: [number, number][] = [
  [0.28, 0.42],
  [0.5, 0.64],
  [0.72, 0.42],
];
const UNDERLINE: [number, number][] = [
  [0, 0.85],
  [1, 0.85],
];
