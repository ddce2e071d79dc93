/** A small line of the last minutes: no axes, no fill, one path; the figure stands beside it. */
import { memo } from 'react';
import { linePath } from './linePath.ts';
import './sparkline.css';

interface SparklineProps {
  /** Oldest first; the last one is now. */
  values: readonly (number | null)[];
  height: number;
  low?: number;
  /** Null: the largest value. */
  high?: number | null;
  /** A dotted line at the top: 100 %. */
  ceiling?: boolean;
}

const WIDTH = 200;

export const Sparkline = memo(function Sparkline({
  values,
  height,
  low = 0,
  high = 100,
  ceiling,
}: SparklineProps) {
  const top = high ?? Math.max(low + 1, ...values.map((value) => value ?? low));
  const inner = height - 3;
  const path = linePath(values, { width: WIDTH, height: inner, low, high: top });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${height}`}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {ceiling && <path className="ceiling" d={`M0 .5H${WIDTH}`} />}
      <path className="floor" d={`M0 ${height - 0.5}H${WIDTH}`} />
      <path className="line" transform="translate(0 1)" d={path} />
    </svg>
  );
});
