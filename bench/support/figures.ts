/** Arithmetic over what was measured: middle values, percentiles, and rounding for people. */

/** The value that so many percent of the others do not exceed; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Three digits that mean something. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
