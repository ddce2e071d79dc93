/**
 * A machine that is known only by an older dialect: a witness. It has a namespaced id, is never taken for a machine with
 * an agent, and nothing is placed on it (trust.md, 7).
 */
import type { DialectName } from './dialect.ts';
import { MAX_NAME_CHARACTERS } from './limits.ts';
import type { NodeSample } from './node.ts';
import type { FoundProcess } from './process.ts';

/** What one answer or report of an older system says of its machine. */
export interface WitnessReading {
  sample: NodeSample;
  /** All processes of the machine, for searching; null where only those on GPUs are told. */
  processes: FoundProcess[] | null;
}

/**
 * The id of a polled one, from where it is read: `cluster-status:10.20.4.7:7080`.
 * @param host a name or an address; IPv6 without brackets.
 */
export const polledWitnessId = (dialect: DialectName, host: string, port: number): string =>
  `${dialect}:${host.includes(':') ? `[${host}]` : host}:${port}`.toLowerCase().slice(0, MAX_NAME_CHARACTERS);

/** The id of one that reports by itself, from the name that it gives. */
export const reportingWitnessId = (dialect: DialectName, hostname: string): string =>
  `${dialect}:${encodeURIComponent(hostname.toWellFormed())}`.slice(0, MAX_NAME_CHARACTERS);
