/** Sentences about a GPU or a machine, put together from the words: what is wrong, since when, what a node's state means. */
import type { Concern } from '../../src/fleet/concerns.ts';
import type { FleetGpu, FleetNode } from '../../src/fleet/view.ts';
import type { Words } from './en.ts';
import { clockTime, MISSING, visible } from './figures.ts';

/** Name of a machine as people say it. */
export const nodeName = (node: Pick<FleetNode, 'name'>): string => visible(node.name);

/** What is wrong with a sick GPU, in few words; the driver's own sentence is left to the detail. */
export function sickWords(words: Words, gpu: FleetGpu): string {
  const { sick } = words;
  if (gpu.state === 'lost') return sick.lost;
  if (gpu.state === 'missing') return sick.missing;
  if (gpu.state === 'failed') return sick.failed;
  if (gpu.remappedRows.failed === true) return sick.rowsFailed;
  if (gpu.recoveryAction === 'gpu-reset' || gpu.recoveryAction === 'drain-and-reset') return sick.reset;
  if (gpu.recoveryAction === 'node-reboot') return sick.reboot;
  if (gpu.recoveryAction === 'drain-p2p') return sick.drain;
  if (gpu.remappedRows.pending === true) return sick.rowsPending;
  if (gpu.retiredPages.pending === true) return sick.pagesPending;
  return sick.ecc(gpu.ecc.volatileUncorrected ?? 0);
}

/** The newest Xid of a GPU as "Xid 79"; null where there was none. */
export function newestXid(words: Words, gpu: FleetGpu): string | null {
  const event = gpu.xidEvents[0];
  return event ? words.sick.xid(event.code) : null;
}

/** Why a machine is not there. */
export function absenceWords(words: Words, node: FleetNode, nowMs: number): string {
  const when = clockTime(node.lastSeenAtMs, nowMs);
  if (node.absence === 'maintenance') return words.node.maintenance;
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
    case 'gpu-sick': {
      const xid = newestXid(words, concern.gpu);
      const what = sickWords(words, concern.gpu);
      return words.node.gpuSick(concern.gpu.index, xid === null ? what : `${what}, ${xid}`);
    }
    case 'disk':
      return words.node.diskFull(visible(concern.disk.mount), Math.floor(concern.percent));
    case 'slowed':
      return words.node.slowed(concern.gpus.map((gpu) => gpu.index).join(', '));
  }
}
