/** Wires the readers of older nodes (dialects) to the hub's door for them. */
import { basename } from 'node:path';
import { CommandFailure, EXIT } from '../cli/context.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import {
  type Configuration,
  ConfigurationError,
  type ReadConfiguration,
} from '../dialects/configuration/configuration.ts';
import { eachOnce, readConfiguration } from '../dialects/configuration/readConfiguration.ts';
import { readReport } from '../dialects/gpuMonitor/readReport.ts';
import { addresses } from '../dialects/reading/addresses.ts';
import { pollNodes } from '../dialects/reading/pollNodes.ts';
import { READERS } from '../dialects/reading/readers.ts';
import type { Language } from '../fleet/words.ts';
import type { Witnesses } from '../hub/witnesses/witnesses.ts';
import type { Clock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';
import { stops } from '../lib/stops.ts';
import type { DialectName } from '../model/dialect.ts';

/** @throws CommandFailure that names the file, the place, and what to do */
export async function readConfigurations(
  files: readonly string[],
  password: string | null,
  language: Language,
): Promise<ReadConfiguration[]> {
  const configurations: ReadConfiguration[] = [];
  const taken = new Set<string>();
  for (const file of files)
    configurations.push(eachOnce(await readConfiguration(file, password).catch(asUsage(language)), taken));
  return configurations;
}

/** A file that cannot be used is a wrong usage, not a failure. */
export const asUsage =
  (language: Language) =>
  (failure: unknown): never => {
    if (!(failure instanceof ConfigurationError)) throw failure;
    const { what, hint } =
      language === 'zh' ? failure.inChinese() : { what: failure.message, hint: failure.hint };
    throw new CommandFailure(EXIT.usage, what, hint);
  };

/**
 * What is read, a line for each file; and where its older main listened, as long as nobody answers there in its stead.
 * @param served the dialects that this hub answers in
 */
export function readingLines(
  configurations: readonly ReadConfiguration[],
  served: readonly DialectName[],
  words: StartingWords,
): string[] {
  return configurations.flatMap(({ path, nodes, listened, repeated, unknownKeys }) => {
    const counts = Map.groupBy(nodes, ({ dialect }) => dialect);
    const read =
      [...counts].map(([dialect, { length }]) => words.nodesOf(length, dialect)).join(', ') || words.none;
    const lines = [`  ${words.readsOlder(basename(path), read)}`];
    if (repeated.length > 0) lines.push(`    ${words.repeated(few(repeated, words))}`);
    if (unknownKeys.length > 0) lines.push(`    ${words.passedOver(few(unknownKeys, words))}`);
    if (listened && !served.includes(listened.dialect))
      lines.push(`  ${words.listened(listened.dialect, `${listened.host}:${listened.port}`)}`);
    return lines;
  });
}

const few = (places: readonly string[], words: StartingWords): string =>
  places.length <= 3 ? places.join(', ') : words.andMore(places.slice(0, 3).join(', '), places.length - 3);

/** Reads the nodes of each file, with the name server of that file; the stop ends it. */
export async function startReading(
  door: Witnesses,
  configurations: readonly Configuration[],
  clock: Clock,
  log: Log,
): Promise<() => Promise<void>> {
  const stopping = stops();
  const ending = new AbortController();
  stopping.add(() => ending.abort());
  for (const { nodes, nameServer } of configurations) {
    const findAddress = addresses({
      privateServer: nameServer,
      nowMs: () => clock.nowMs(),
      ending: ending.signal,
    });
    stopping.add(await pollNodes({ nodes, readers: READERS, door, findAddress, clock, log }));
  }
  return () => stopping.stop();
}

/** Takes what collectors of gpu-monitor push (parsed from JSON), for whoever listens for them; `from` is the sender's address. */
export function takeReports(
  door: Witnesses,
  clock: Clock,
  log: Log,
): (report: unknown, from: string) => void {
  const before = (hostname: string) => door.lastSample('gpu-monitor', hostname);
  return (report, from) => {
    const read = readReport(report, clock.nowMs(), before);
    if ('problem' in read) return log.debug({ from, problem: read.problem }, 'a report was not taken');
    const { hostname, reading, address } = read;
    door
      .reported('gpu-monitor', hostname, reading, address ?? from, from)
      .catch((failure: unknown) => log.debug({ from, failure: String(failure) }, 'a report was not taken'));
  };
}
