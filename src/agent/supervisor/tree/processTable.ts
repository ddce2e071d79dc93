/**
 * The processes of this machine as an attempt's tree is found in them: by the mark that each attempt's environment
 * carries (also children that left their parent and session carry it), by session and by parents. One reading serves
 * everybody who asks within a few milliseconds: two hundred attempts that end at once read /proc once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readKernelFile } from '../../collectors/kernelFile.ts';
import { type ProcessStat, parseProcessStat } from '../../collectors/processes/processText.ts';
import { isOver, readThreadCount } from '../../collectors/processes/threads.ts';

export interface TableEntry {
  pid: number;
  parentPid: number;
  sessionId: number;
  startTicks: number;
  name: string;
  /** `D`: waits in the kernel. Ones that ended and wait to be collected are not in the table. */
  state: string;
  residentPages: number;
  /** Of its environment; null where it has none, or may not be read. */
  mark: string | null;
}

export interface ProcessTable {
  /** Every process that runs now, at most some milliseconds old. */
  read(): ReadonlyMap<number, TableEntry>;
  /** The same, read after the call: who asks within some milliseconds shares one reading. */
  readAnew(): Promise<ReadonlyMap<number, TableEntry>>;
  /** One process, read now; null where it is gone, or ended and waits to be collected. */
  readOne(pid: number): Pick<TableEntry, 'startTicks' | 'state' | 'name'> | null;
}

/** The variable by which the processes of an attempt are found; its value is random, for two hubs may both have a t1.1.1. */
export const MARK_VARIABLE = 'FLOWLINE_ATTEMPT_MARK';

const SHARED_MS = 15;
/** Between fork and exec a process still has its parent's environment: a young one without a mark is looked at again. */
const YOUNG_MS = 2000;

interface KnownMark {
  startTicks: number;
  mark: string | null;
  /** When it was first seen, as performance.now() tells. */
  seenAtMs: number;
}

/** A table over /proc. */
export function createProcessTable(): ProcessTable {
  const marks = new Map<number, KnownMark>();
  let newest: ReadonlyMap<number, TableEntry> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;

  function markOf(pid: number, startTicks: number, state: string, nowMs: number): string | null {
    const known = marks.get(pid);
    const isKnown = known?.startTicks === startTicks;
    if (isKnown && (known.mark !== null || known.seenAtMs < nowMs - YOUNG_MS)) return known.mark;
    // The kernel may wait for a process in state D before it shows its environment.
    if (state === 'D') return null;
    const mark = readMark(pid);
    marks.set(pid, { startTicks, mark, seenAtMs: isKnown ? known.seenAtMs : nowMs });
    return mark;
  }

  let reading: Promise<ReadonlyMap<number, TableEntry>> | null = null;

  function readNow(): ReadonlyMap<number, TableEntry> {
    const nowMs = performance.now();
    const table = new Map<number, TableEntry>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const text = readKernelFile(`/proc/${pid}/stat`, 2048) ?? '';
      const stat = parseProcessStat(text);
      if (stat === null || stat.isKernelThread || isGone(pid, stat)) continue;
      const { parentPid, startTicks, state, residentPages } = stat;
      table.set(pid, {
        pid,
        parentPid,
        sessionId: parseSessionId(text),
        startTicks,
        name: stat.name,
        state,
        residentPages,
        mark: markOf(pid, startTicks, state, nowMs),
      });
    }
    for (const pid of marks.keys()) if (!table.has(pid)) marks.delete(pid);
    newest = table;
    readAtMs = nowMs;
    return table;
  }

  return {
    read: () => (performance.now() - readAtMs <= SHARED_MS ? newest : readNow()),
    readAnew() {
      const waitMs = Math.max(0, readAtMs + SHARED_MS - performance.now());
      reading ??= new Promise<void>((resolve) => {
        if (waitMs === 0) setImmediate(resolve);
        else setTimeout(resolve, waitMs);
      }).then(() => {
        reading = null;
        return readNow();
      });
      return reading;
    },
    readOne(pid) {
      const stat = parseProcessStat(readKernelFile(`/proc/${pid}/stat`, 2048) ?? '');
      return stat === null || isGone(pid, stat) ? null : stat;
    },
  };
}

const isGone = (pid: number, stat: ProcessStat): boolean => isOver(stat, () => readThreadCount('', pid));

/** The sixth field: `7048 (cat) R parent group session …` */
function parseSessionId(text: string): number {
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ', 4)[3] ?? 0);
}

const MARK = new RegExp(`(?:^|\\0)${MARK_VARIABLE}=([0-9a-f]{32})(?:\\0|$)`);

function readMark(pid: number): string | null {
  try {
    return MARK.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1] ?? null;
  } catch {
    return null;
  }
}
