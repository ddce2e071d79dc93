/** A thin bar for one share of a whole, beside its figure; amber and red where it is nearly full. */
import './meter.css';

interface MeterProps {
  percent: number | null;
  /** From these shares on it warns and alarms; without them it never does. */
  warnAt?: number;
  alarmAt?: number;
}

/** Null is an empty track without a warning. Hidden from screen readers, which have the figure. */
export function Meter({ percent, warnAt = 101, alarmAt = 101 }: MeterProps) {
  const share = percent ?? 0;
  const level = share >= alarmAt ? ' alarm' : share >= warnAt ? ' warns' : '';
  return (
    <span className={`meter${level}`} aria-hidden="true">
      <span className="moves" style={{ width: `${Math.min(100, share)}%` }} />
    </span>
  );
}
