/**
 * The folder of one attempt, DATA/attempts/t42.1.2 (0700), and everything in it. Ours: the lease with its environment
 * (0600), a stop that was asked for, the newest report. The wrapper's: see wrapper/wrapperScript.ts. Each is parsed by a
 * schema when it is read; one that is damaged counts as absent and is said.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../../io/atomicFile.ts';
import { parseJson } from '../../../lib/json.ts';
import { StopReason } from '../../../model/endRemark.ts';
import { amount, count, instantMs, path, pid } from '../../../model/fields.ts';
import { AttemptReport, Lease } from '../../../protocol/supervision.ts';

export const KeptLease = z.object({
  lease: Lease,
  /** What its processes carry in their environment. */
  mark: z.string().regex(/^[0-9a-f]{32}$/),
  writtenAtMs: instantMs,
  bootId: z.string().nullable(),
  /** The control group that was made for it. */
  groupFolder: path.nullable(),
  /** Processes of this machine that the kernel had ended for want of memory until then; null where it does not tell. */
  kernelOomKills: count.nullable(),
});
export type KeptLease = z.infer<typeof KeptLease>;

export const KeptStop = z.object({ reason: StopReason, graceSeconds: amount, askedAtMs: instantMs });
export type KeptStop = z.infer<typeof KeptStop>;

const Start = z.object({ pid, startTicks: count, bootId: z.string(), uptimeSeconds: amount });
export type Start = z.infer<typeof Start>;

const Exit = z.object({
  code: z.int().min(0).max(255),
  uptimeSeconds: amount,
  user: z.string().max(64),
  system: z.string().max(64),
});
export type Exit = z.infer<typeof Exit>;

export interface AttemptFiles {
  folder: string;
  /** On disk when it resolves. */
  writeLease(kept: KeptLease): Promise<void>;
  readLease(): KeptLease | null;
  writeStop(stop: KeptStop): Promise<void>;
  readStop(): KeptStop | null;
  /** @param isFinal on disk when it resolves; else it may be lost with the machine's power. */
  writeReport(report: AttemptReport, isFinal: boolean): Promise<void>;
  readReport(): AttemptReport | null;
  /** True where nobody had it: then nothing of the attempt ever executed, and nothing will. */
  takeClaim(): boolean;
  readStart(): Start | null;
  /** `isWrapperGone`: then also what it wrote and could not name any more. */
  readExit(isWrapperGone: boolean): Exit | null;
  /** When the wrapper wrote it, by the clock of then; null where it did not. */
  exitWrittenAtMs(): number | null;
  readRefusal(): string | null;
  remove(): Promise<void>;
}

const GONE = 'gone-';

/** Removes what an agent that was killed had begun to remove. */
export async function removeGone(attemptsFolder: string): Promise<void> {
  for (const name of await readdir(attemptsFolder))
    if (name.startsWith(GONE)) await rm(join(attemptsFolder, name), { recursive: true, force: true });
}

/** The files of an attempt; nothing is made yet. */
export function attemptFiles(attemptsFolder: string, attempt: string): AttemptFiles {
  const folder = join(attemptsFolder, attempt);
  const at = (name: string) => join(folder, name);
  const read = (name: string): string | null => {
    try {
      return readFileSync(at(name), 'utf8');
    } catch {
      return null;
    }
  };
  function parsed<Value>(name: string, schema: z.ZodType<Value>): Value | null {
    const text = read(name);
    const result = text === null ? null : schema.safeParse(parseJson(text));
    return result?.success ? result.data : null;
  }
  return {
    folder,
    async writeLease(kept) {
      await mkdir(folder, { mode: 0o700 }).catch(unlessThere);
      await writeFileAtomically(at('lease.json'), JSON.stringify(kept));
    },
    readLease: () => parsed('lease.json', KeptLease),
    writeStop: (stop) => writeFileAtomically(at('stop.json'), JSON.stringify(stop)),
    readStop: () => parsed('stop.json', KeptStop),
    async writeReport(report, isFinal) {
      const text = JSON.stringify(report);
      if (isFinal) return writeFileAtomically(at('report.json'), text);
      await writeFile(at('report.new'), text, { mode: 0o600 });
      await rename(at('report.new'), at('report.json'));
    },
    readReport: () => parsed('report.json', AttemptReport),
    takeClaim() {
      try {
        mkdirSync(at('claim'));
        return true;
      } catch (failure) {
        if (failure instanceof Error && 'code' in failure && failure.code === 'EEXIST') return false;
        throw failure;
      }
    },
    readStart: () => parsed('start.json', Start),
    readExit: (isWrapperGone) =>
      parsed('exit.json', Exit) ?? (isWrapperGone ? parsed('exit.new', Exit) : null),
    exitWrittenAtMs() {
      const mtimeMs = statSync(at('exit.json'), { throwIfNoEntry: false })?.mtimeMs;
      return mtimeMs === undefined ? null : Math.round(mtimeMs);
    },
    readRefusal: () => read('refused')?.trim().slice(0, 100) ?? null,
    async remove() {
      // In one stroke: half a folder would tell half a story to the next agent.
      const aside = join(attemptsFolder, `${GONE}${attempt}-${randomBytes(4).toString('hex')}`);
      try {
        await rename(folder, aside);
      } catch (failure) {
        if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return;
        throw failure;
      }
      await rm(aside, { recursive: true, force: true });
    },
  };
}

function unlessThere(failure: NodeJS.ErrnoException): void {
  if (failure.code !== 'EEXIST') throw failure;
}

/** Processor time as `times` tells it, `0m1.230s`, in seconds; null where it is none. */
export function parseTimes(text: string): number | null {
  const match = /^(\d+)m(\d+(?:[.,]\d+)?)s$/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]?.replace(',', '.')) : null;
}
