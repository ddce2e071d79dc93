/**
 * Refusals at the dialects' doors, for the audit trail. Strangers make them, as many as they like: so of one address, one
 * dialect and one reason the first is written at once and those of the minute after it as one line that counts them; and
 * of a minute only so many different ones have a line of their own.
 */
import type { Clock } from '../io/clock.ts';
import type { DeedOfDialect } from './main.ts';

export interface RefusalTrail {
  /** @param on what was asked for: a dialect, a verb and a route of its table. */
  tell(refused: { dialect: string; from: string; reason: string; on: string }): void;
  /** Writes what was counted and is not written yet. */
  stop(): void;
}

const COUNTED_FOR_MS = 60_000;
/** With their counts 42 lines a minute, some 10 MB a day while a flood lasts. */
const MAX_TOLD_APART = 20;

/** Nothing was refused yet. */
export function refusalTrail(audit: { write(deed: DeedOfDialect): void }, clock: Clock): RefusalTrail {
  /** Since the last count; the first of each is written already. */
  const counted = new Map<string, { deed: DeedOfDialect; times: number }>();
  let others = 0;
  let forgetCount: (() => void) | null = null;

  const count = (): void => {
    forgetCount?.();
    forgetCount = null;
    for (const { deed, times } of counted.values()) if (times > 0) audit.write({ ...deed, times });
    if (others > 0)
      audit.write({
        ...{
          who: 'nobody',
          what: 'refused',
          on: 'older dialects',
          result: 'of further addresses or reasons',
        },
        ...{ from: 'several', door: 'dialect', times: others },
      });
    counted.clear();
    others = 0;
  };

  return {
    tell({ dialect, from, reason, on }) {
      forgetCount ??= clock.after(COUNTED_FOR_MS, count);
      const key = JSON.stringify([dialect, from, reason]);
      const before = counted.get(key);
      if (before) before.times += 1;
      else if (counted.size >= MAX_TOLD_APART) others += 1;
      else {
        const deed = { who: 'nobody', what: 'refused', on, result: reason, from, door: 'dialect' } as const;
        counted.set(key, { deed, times: 0 });
        audit.write(deed);
      }
    },
    stop: count,
  };
}
