/** The same in TypeScript: flowline submit sweep.csv --flow ./flow.ts */
interface Gpu {
  memoryFreeBytes: number;
  utilizationPercent: number | null;
}

export function command(row: Record<string, string>, gpu: number | null): string[] {
  const words = Object.entries(row).map(([column, value]) => `--${column}=${value}`);
  return ['env', `CUDA_VISIBLE_DEVICES=${gpu}`, 'python', '-u', 'train.py', ...words];
}

/** Negative: `a` is taken first. */
export function compare(a: Gpu, b: Gpu): number {
  return b.memoryFreeBytes - a.memoryFreeBytes;
}
