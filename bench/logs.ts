/**
 * How soon a line that a run prints is on the page, through the whole program and a real Chromium; beside it the same lines
 * through a bare pipe, which tells what starting `date` and waking a reader cost just then.
 */
import { spawn } from 'node:child_process';
import { chromiumPath } from '../test/support/browser.ts';
import { measureLogLines, STAMPS } from '../test/support/logLines.ts';
import { percentile, rounded } from './support/figures.ts';

interface Spread {
  p50Ms: number;
  p95Ms: number;
}

export interface LogCost {
  lines: number;
  /** From before the line is printed until it is in the page's document; null: no Chromium here. */
  page: Spread | null;
  /** The same lines read from a pipe by one process. */
  pipe: Spread;
}

const LINES = 150;

/** Measures both, one after the other. */
export async function measureLogs(lines = LINES): Promise<LogCost> {
  const pipe = spread(await pipeLatencies(lines));
  if (chromiumPath === null) console.error('Chromium is not installed: the page is not measured');
  const page = chromiumPath === null ? null : spread((await measureLogLines(lines)).latenciesMs);
  return { lines, page, pipe };
}

/** How many times as long as through a pipe. */
export const logRatio = ({ page, pipe }: LogCost): number | null =>
  page === null ? null : rounded(page.p50Ms / pipe.p50Ms);

async function pipeLatencies(lines: number): Promise<number[]> {
  const latenciesMs: number[] = [];
  const child = spawn('sh', ['-c', STAMPS], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const data of child.stdout) {
    const nowMs = performance.timeOrigin + performance.now();
    for (const [, stamp] of String(data).matchAll(/stamp-(\d{19})/g))
      latenciesMs.push(nowMs - Number(stamp) / 1e6);
    if (latenciesMs.length >= lines) break;
  }
  child.kill();
  return latenciesMs.slice(0, lines);
}

const spread = (latenciesMs: readonly number[]): Spread => ({
  p50Ms: rounded(percentile(latenciesMs, 50)),
  p95Ms: rounded(percentile(latenciesMs, 95)),
});
