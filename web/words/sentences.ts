/** Sentences about a GPU or a machine, put together from the words: what is wrong, since when, what a node's state means. */
import type { Concern } from '../../src/fleet/concerns.ts';
import { type GpuCondition, isSlowed } from '../../src/fleet/gpuCondition.ts';
import type { FleetGpu, FleetNode } from '../../src/fleet/view.ts';
import { sickWords } from '../../src/fleet/words.ts';
import { visible } from '../../src/lib/displayText.ts';
import type { HubAnswer } from '../live/hub.ts';
import type { Words } from './en.ts';
import { clockTime, gibShort, MISSING, span } from './figures.ts';

/** Name of a machine as people say it. */
export const nodeName = (node: Pick<FleetNode, 'name'>): string => visible(node.name);

/**
 * A GPU as a screen reader says it: "atlas GPU 6, holding idle, zhao.k, 47 of 80 GiB". Its utilisation is left out: it
 * changes each second, and whoever stands on the card would be told each time.
 */
export function gpuLabel(words: Words, machine: string, gpu: FleetGpu, condition: GpuCondition): string {
  const word =
    condition === 'sick' && gpu.state !== 'ok' ? words.gpuState[gpu.state] : words.condition[condition];
  const slowed = condition === 'working' && isSlowed(gpu) ? [words.condition.slowed] : [];
  const owners = gpu.holders.map(({ owner }) => visible(owner ?? words.gpu.unknownOwner));
  const isMemoryKnown = gpu.memoryUsedBytes !== null || gpu.memoryTotalBytes !== null;
  const memory = isMemoryKnown
    ? [`${words.per(gibShort(gpu.memoryUsedBytes), gibShort(gpu.memoryTotalBytes))} GiB`]
    : [];
  return [`${machine} GPU ${gpu.index}`, word, ...slowed, ...owners, ...memory].join(', ');
}

/** The newest Xid of a GPU as "Xid 79"; null where there was none. */
export function newestXid(words: Words, gpu: FleetGpu): string | null {
  const event = gpu.xidEvents[0];
  return event ? words.sick.xid(event.code) : null;
}

/** How much time a line shows: "last 40 s", "last 10 min"; nothing while nothing is known. */
export const lastWords = (words: Words, spanMs: number | null): string =>
  spanMs === null || spanMs < 1000 ? '' : words.summary.last(span(words, Math.max(10_000, spanMs)));

/** Since when, until when, by whom and what for a machine is in maintenance; null where it is not. */
export function maintenanceWords(words: Words, node: FleetNode, nowMs: number): string | null {
  if (!node.maintenance) return null;
  const { sinceMs, untilMs, by, message } = node.maintenance;
  const said = words.node.maintenance(
    clockTime(sinceMs, nowMs),
    untilMs === null ? null : clockTime(untilMs, nowMs),
    visible(words.account(by)),
    message === null ? null : visible(message),
  );
  const isThere = node.state === 'online' || node.state === 'stale';
  return isThere ? said : `${said} ${words.node.notConnected}`;
}

/** What went wrong and what to do: in this language's words where it has some for the code, else in the hub's. */
export function failureWords(
  words: Words,
  { code, message, hint }: Extract<HubAnswer<unknown>, { ok: false }>,
): { message: string; hint: string | null } {
  const { error } = words;
  if (code === 'unreachable') return { message: error.notReached, hint: error.notReachedHint };
  if (code === 'strange') return { message: error.strange, hint: error.strangeHint };
  const own = words.hubSays(code);
  return { message: own?.what ?? visible(message), hint: own?.hint ?? hint };
}

/** Why a machine is not there. */
function absenceWords(words: Words, node: FleetNode, nowMs: number): string {
  const maintenance = maintenanceWords(words, node, nowMs);
  if (maintenance !== null) return maintenance;
  const when = clockTime(node.lastSeenAtMs, nowMs);
  const problem = node.source?.problem;
  if (problem) {
    const why = words.reading.problem[problem.kind];
    return when === MISSING ? words.node.notRead(why) : words.node.notReadSince(when, why);
  }
  if (node.state === 'unknown' || when === MISSING) return words.node.neverSeen;
  if (node.absence === 'goodbye') return words.node.goodbye(when);
  if (node.absence === 'rebooting') return words.node.rebooting(when);
  return words.node.silentSince(when);
}

/** What asks for attention, in one line. */
export function concernWords(words: Words, concern: Concern, nowMs: number): string {
  switch (concern.kind) {
    case 'absent':
      return absenceWords(words, concern.node, nowMs);
    case 'driver': {
      const driver = concern.node.sample?.driver;
      if (!driver) return MISSING;
      return driver.state === 'unresponsive' && driver.answeredAtMs !== null
        ? words.node.driverSilent(clockTime(driver.answeredAtMs, nowMs, true))
        : words.node.driver[driver.state];
    }
    case 'gpu-sick':
      return words.node.gpuSick(concern.gpu.index, sickWords(words, concern.gpu));
    case 'disk':
      return words.node.diskFull(visible(concern.disk.mount), Math.floor(concern.percent));
    case 'slowed':
      return words.node.slowed(concern.gpus.map((gpu) => gpu.index).join(', '));
  }
}
