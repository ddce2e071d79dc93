/**
 * What older collectors push: checked for its outline and its size, its command lines masked, and kept as it came, so that
 * whoever read the older server finds every field. A collector is nobody that we know: how much is kept is bounded, and
 * nothing of it is trusted.
 */
import * as z from 'zod';
import { firstIssue } from '../../lib/firstIssue.ts';
import { MAX_GPUS_PER_NODE, MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import { pythonJson } from '../python.ts';
import { maskedCommand } from '../reading/witnessSample.ts';
import { FRACTIONS, machineText, type ReportText } from './report.ts';

/** A machine with 2,000 processes needs some 600 kB. */
export const MAX_REPORT_BYTES = 1024 * 1024;
const MAX_PROCESSES = 10_000;
const MAX_HOSTS = 1000;
const MAX_KEPT_CHARACTERS = 64 * 1024 * 1024;
/** As the older server: a report that is older than this is of a machine that is away. */
const ONLINE_MS = 10_000;

// A process that ended, or that its collector may not look at, has a field that is null; a list of words is a command line too.
const Process = z.looseObject({ cmdline: z.union([z.string(), z.array(z.string())]).nullish() });
const Processes = z.array(Process).max(MAX_PROCESSES).nullish();
const PushedReport = z.looseObject({
  hostname: z.string().min(1).max(MAX_NAME_CHARACTERS),
  timestamp: z.string().max(MAX_NAME_CHARACTERS).nullish(),
  gpu_data: z
    .array(z.looseObject({ processes: Processes }))
    .max(MAX_GPUS_PER_NODE)
    .nullish(),
  system_info: z.looseObject({ processes: Processes }).nullish(),
});
/** Masked. */
export type PushedReport = z.infer<typeof PushedReport>;

export interface PushedReports {
  /** Keeps it. @throws Error that says what is wrong with it. */
  take(body: unknown): PushedReport;
  /** Machines in the order in which they became known, each with the text of its answer. */
  machines(): [hostname: string, text: string][];
  has(hostname: string): boolean;
  forget(hostname: string): void;
}

/** What it calls its machine, before anything else of it is looked at; null where it says no name. */
export function hostnameOf(body: unknown): string | null {
  const isObject = typeof body === 'object' && body !== null;
  return isObject && 'hostname' in body && typeof body.hostname === 'string' ? body.hostname : null;
}

/** None yet. */
export function pushedReports(nowMs: () => number): PushedReports {
  const kept = new Map<string, { text: ReportText; atMs: number; characters: number }>();
  let characters = 0;
  const forget = (hostname: string): void => {
    characters -= kept.get(hostname)?.characters ?? 0;
    kept.delete(hostname);
  };
  const forgetOldest = (besides: string): void => {
    let oldest: string | null = null;
    for (const [hostname, { atMs }] of kept) {
      if (hostname !== besides && (oldest === null || atMs < (kept.get(oldest)?.atMs ?? 0)))
        oldest = hostname;
    }
    if (oldest !== null) forget(oldest);
  };
  return {
    take(body) {
      const parsed = PushedReport.safeParse(body);
      if (!parsed.success) throw new Error(firstIssue(parsed.error));
      const report = masked(parsed.data);
      const { hostname } = report;
      const text = textOf(report);
      characters += text.before.length + text.after.length - (kept.get(hostname)?.characters ?? 0);
      kept.set(hostname, { text, atMs: nowMs(), characters: text.before.length + text.after.length });
      while (kept.size > MAX_HOSTS || (characters > MAX_KEPT_CHARACTERS && kept.size > 1))
        forgetOldest(hostname);
      return report;
    },
    machines: () =>
      [...kept].map(([hostname, { text, atMs }]) => [
        hostname,
        machineText(text, Math.abs(nowMs() - atMs) <= ONLINE_MS),
      ]),
    has: (hostname) => kept.has(hostname),
    forget,
  };
}

function masked(report: PushedReport): PushedReport {
  const mask = <Holder extends { processes?: z.infer<typeof Processes> }>(holder: Holder): Holder =>
    holder.processes == null
      ? holder
      : {
          ...holder,
          processes: holder.processes.map((process) =>
            process.cmdline == null
              ? process
              : { ...process, cmdline: maskedCommand([process.cmdline].flat().join(' ')) ?? '' },
          ),
        };
  return {
    ...report,
    ...(report.gpu_data ? { gpu_data: report.gpu_data.map(mask) } : {}),
    ...(report.system_info ? { system_info: mask(report.system_info) } : {}),
  };
}

function textOf(report: PushedReport): ReportText {
  const { is_online: _ours, ...rest } = report;
  const names = Object.keys(rest).sort();
  const part = (wanted: (name: string) => boolean): string =>
    pythonJson(sorted(Object.fromEntries(names.filter(wanted).map((name) => [name, rest[name]]))), FRACTIONS);
  const after = part((name) => name > 'is_online').slice(1);
  return {
    before: part((name) => name < 'is_online').slice(0, -1),
    after: after === '}' ? '"timestamp":null}' : after,
  };
}

/** Flask writes names in their order, at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
