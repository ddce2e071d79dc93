/** What a decision of the scheduler costs with a long queue and a large fleet: in a process of its own, so that its memory is its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface DecisionCost {
  queued: number;
  gpus: number;
  /** Milliseconds of a processor a decision, by situation: what else runs on the machine does not count. */
  situations: { what: string; p50Ms: number; p95Ms: number; starts: number }[];
  /** Of all decisions but the first of an idle fleet, which happens once. */
  p95Ms: number;
  /** Private memory of the process with line and fleet, and of one without. */
  privateMiB: number;
  emptyMiB: number;
  /** Of that what is alive. */
  heapMiB: number;
  /** When 200 rows of one table of so many start, as a page of them asks. */
  turnsP50Ms: number;
  turnsP95Ms: number;
  /** What one row costs in the line when it comes, with its place in the heap. */
  setMicroseconds: number;
}

/** With memory to spare V8 lets old garbage stand, up to four times what lives; a bound shows what is needed. */
const V8_OPTIONS = ['--expose-gc', '--max-semi-space-size=8', '--max-old-space-size=256'];

/** Measures decisions over so many rows in the queue. */
export async function measureDecisions(queued: number, decisions: number): Promise<DecisionCost> {
  const child = join(import.meta.dirname, 'support', 'decisions.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...V8_OPTIONS, child, String(queued), String(decisions)],
    { maxBuffer: 1 << 20 },
  );
  return JSON.parse(stdout) as DecisionCost;
}
