/** Whether the wrapper of an attempt lives: a child of this very agent, or one that an earlier agent started. */
import type { Clock } from '../../../io/clock.ts';
import type { AttemptFiles, Start } from '../files/attemptFiles.ts';
import type { ProcessTable } from '../tree/processTable.ts';

/** The wrapper as a child of this very agent. */
export interface OwnWrapper {
  pid: number;
  /** Null while it lives. */
  exit: { code: number | null; signal: string | null } | null;
}

export interface WrapperLife {
  /** What it wrote when it began; null before that. Read again with `readStart`. */
  start(): Start | null;
  readStart(): Start | null;
  isGone(): boolean;
  /** Resolves when it is gone, or after half a second: from its last word to its end it takes a moment. */
  untilGone(): Promise<void>;
  pids(): number[];
}

export interface WrapperLifeOptions {
  files: Pick<AttemptFiles, 'readStart'>;
  own: OwnWrapper | null;
  isOtherBoot: boolean;
  table: ProcessTable;
  /** True where no process carries the attempt's mark. */
  isTreeEmpty: () => boolean;
  clock: Clock;
}

const END_MS = 500;

/** Nothing is read before it is asked. */
export function wrapperLife({
  files,
  own,
  isOtherBoot,
  table,
  isTreeEmpty,
  clock,
}: WrapperLifeOptions): WrapperLife {
  let start: Start | null = null;
  const readStart = (): Start | null => {
    start ??= files.readStart();
    return start;
  };
  const isGone = (): boolean => {
    if (isOtherBoot) return true;
    if (own !== null) return own.exit !== null;
    const known = readStart();
    if (known !== null) return table.readOne(known.pid)?.startTicks !== known.startTicks;
    return isTreeEmpty();
  };
  return {
    start: () => start,
    readStart,
    isGone,
    async untilGone() {
      const untilMs = performance.now() + END_MS;
      while (!isGone() && performance.now() < untilMs) {
        await new Promise<void>((resolve) => clock.after(2, resolve));
      }
    },
    pids: () => [start?.pid ?? [], own?.pid ?? []].flat(),
  };
}
