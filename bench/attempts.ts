/**
 * What supervision adds to a task on its node, without a hub: from the lease to the program's first word, from its last
 * word to the report (on disk by then), and how many attempts a second begin and end when many come at once.
 * `node bench/attempts.ts` prints it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSupervisor } from '../src/agent/supervisor/startSupervisor.ts';
import { systemClock } from '../src/io/clock.ts';
import { silentLog } from '../src/io/log.ts';
import type { AttemptReport } from '../src/protocol/supervision.ts';
import { leaseOf } from '../test/support/supervisorBed.ts';

interface Spread {
  p50Ms: number;
  p95Ms: number;
}

export interface AttemptCost {
  attempts: number;
  /** Lease to the program's first word; its last word to the report. One after the other. */
  toFirstWord: Spread;
  toReport: Spread;
  /** The same with `together` at once: begun and ended a second. */
  together: number;
  perSecond: number;
}

const nowMs = () => performance.timeOrigin + performance.now();

/** Measures once, on the disk of FLOWLINE_BENCH_FOLDER or the one for temporary files. */
export async function measureAttempts(attempts = 100, together = 200): Promise<AttemptCost> {
  const folder = mkdtempSync(join(process.env.FLOWLINE_BENCH_FOLDER ?? tmpdir(), 'flowline-bench-attempts-'));
  const supervisor = await startSupervisor({
    dataFolder: folder,
    environment: {},
    readGpus: async () => {
      throw new Error('no cards');
    },
    clock: systemClock,
    log: silentLog,
  });
  const waiting = new Map<string, (report: AttemptReport) => void>();
  supervisor.onReport((reports) => {
    for (const report of reports) if (report.state === 'ended') waiting.get(report.attempt)?.(report);
  });
  const run = async (id: string, script: string) => {
    const ended = new Promise<AttemptReport>((resolve) => waiting.set(id, resolve));
    await supervisor.launch(leaseOf(id, script));
    supervisor.acknowledge([await ended]);
  };
  try {
    const begun: number[] = [];
    const told: number[] = [];
    for (let n = 1; n <= attempts; n++) {
      const id = `t${n}.1.1`;
      const leasedAtMs = nowMs();
      await run(id, 'date +%s%N; sleep 0.05; date +%s%N');
      const toldAtMs = nowMs();
      const log = await supervisor.readLog({
        attempt: id,
        stream: 'out',
        place: { fromByte: 0 },
        maxBytes: 100,
        waitMs: 0,
      });
      const [firstNs = '', lastNs = ''] = Buffer.from(log.base64, 'base64').toString().split('\n');
      begun.push(Number(firstNs) / 1e6 - leasedAtMs);
      told.push(toldAtMs - Number(lastNs) / 1e6);
    }
    const beganMs = nowMs();
    await Promise.all(Array.from({ length: together }, (_, n) => run(`t${n + 1}.2.1`, ':')));
    const perSecond = Math.round((together * 1000) / (nowMs() - beganMs));
    return { attempts, toFirstWord: spreadOf(begun), toReport: spreadOf(told), together, perSecond };
  } finally {
    await supervisor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

if (import.meta.main) console.log(JSON.stringify(await measureAttempts(), null, 2));
