/**
 * What a full paint of the map costs: 1,000 machines with 8 GPUs each, in a real Chromium without a graphics card; beside
 * it as many plain rectangles. `npm run bench -- --only map`.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { fleetNode } from '../src/fleet/view.ts';
import { chromiumPath, openBrowser } from '../test/support/browser.ts';
import { imagineMany } from '../test/support/imaginedPlaces.ts';
import { percentile, rounded } from './support/figures.ts';

interface Spread {
  p50Ms: number;
  p95Ms: number;
}

export interface MapCost {
  cells: number;
  /** Edge of a cell, in pixels of the page. */
  cell: number;
  /** Pixels of the screen for each of the page. */
  pixelRatio: number;
  map: Spread;
  /** As many rectangles of one colour. */
  plain: Spread;
  /** How many times as long as those, in the median. */
  timesAsLong: number;
}

const MACHINES = 1000;
const GPUS = 8;
/** The first paints find code that is not compiled yet. */
const FIRST = 5;

/** Paints on a screen of common and of doubled density; null without a Chromium. */
export async function measureMap(): Promise<MapCost[] | null> {
  if (chromiumPath === null) return null;
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'web', 'charts', 'mapTiming.ts')],
    bundle: true,
    write: false,
    format: 'iife',
  });
  const fleet = imagineMany(MACHINES)(Date.now())
    .map(fleetNode)
    .map((node) => ({ ...node, sample: node.sample && { ...node.sample, gpus: eightOf(node.sample.gpus) } }));
  const browser = await openBrowser();
  const costs: MapCost[] = [];
  for (const pixelRatio of [1, 2]) {
    const page = await browser.newPage({ deviceScaleFactor: pixelRatio });
    await page.evaluate(
      (text) => Object.assign(globalThis, { fleet: JSON.parse(text) }),
      JSON.stringify(fleet),
    );
    await page.evaluate(outputFiles[0]?.text ?? '');
    const told = await page.evaluate<{ cells: number; cell: number; map: number[]; plain: number[] }>('told');
    const [map, plain] = [spread(told.map.slice(FIRST)), spread(told.plain.slice(FIRST))];
    const timesAsLong = rounded(map.p50Ms / plain.p50Ms);
    costs.push({ cells: told.cells, cell: told.cell, pixelRatio, map, plain, timesAsLong });
    await page.close();
  }
  await browser.close();
  return costs;
}

/** The GPUs of a machine over again until there are eight; one without any has none. */
const eightOf = <Gpu>(gpus: readonly Gpu[]): Gpu[] =>
  gpus.length === 0 ? [] : Array.from({ length: GPUS }, (_, place) => gpus[place % gpus.length] as Gpu);

const spread = (paintsMs: readonly number[]): Spread => ({
  p50Ms: rounded(percentile(paintsMs, 50)),
  p95Ms: rounded(percentile(paintsMs, 95)),
});
