/** A line of figures over time as one SVG path; a missing figure is a gap, never a flat line. Pure. */

export interface LineBox {
  width: number;
  height: number;
  /** Values at the bottom and the top of the box. */
  low: number;
  high: number;
}

/**
 * The path of evenly spaced values, oldest first, the last at the right edge, at most `points` of them (each the mean
 * of those it stands for). A single value between gaps is drawn as a short dash, so that it is not lost.
 */
export function linePath(values: readonly (number | null)[], box: LineBox, points = 70): string {
  const buckets = means(values, points);
  const step = buckets.length > 1 ? box.width / (buckets.length - 1) : 0;
  const range = box.high - box.low || 1;
  let path = '';
  let drawing = false;
  for (const [place, value] of buckets.entries()) {
    if (value === null) {
      drawing = false;
      continue;
    }
    const share = Math.min(1, Math.max(0, (value - box.low) / range));
    const x = round(place * step);
    const y = round(box.height * (1 - share));
    const lone = !drawing && (buckets[place + 1] ?? null) === null;
    path += lone ? `M${round(x - 0.75)} ${y}h1.5` : `${drawing ? 'L' : 'M'}${x} ${y}`;
    drawing = true;
  }
  return path;
}

/** At most `points` means over neighbouring values; null where all of them are missing. */
export function means(values: readonly (number | null)[], points: number): (number | null)[] {
  if (values.length <= points) return [...values];
  return Array.from({ length: points }, (_, place) => {
    const from = Math.floor((place * values.length) / points);
    const until = Math.floor(((place + 1) * values.length) / points);
    let sum = 0;
    let known = 0;
    for (let index = from; index < until; index++) {
      const value = values[index] ?? null;
      if (value === null) continue;
      sum += value;
      known += 1;
    }
    return known === 0 ? null : sum / known;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
