/**
 * The driver's lists of the processes that hold a GPU, and of what each used of it, as it writes them into our bytes:
 * how much room it needs, and in which layout it wrote. What the lists mean together is processes.ts's.
 */
import { MAX_PROCESSES_PER_GPU } from '../../../model/limits.ts';
import { number64 } from './bytes.ts';
import { type Probe, second } from './probe.ts';
import { FUNCTION_NOT_FOUND, INSUFFICIENT_SIZE, SUCCESS } from './returns.ts';
import type { NvmlSymbol } from './symbols.ts';

/**
 * Layouts of a process in words of 4 bytes. nvmlProcessInfo_v1_t: pid, padding, memory; _v2_t: two instance ids more;
 * the driver's detail list: protected memory more. The calls named _v3 were published with the second, and yet some
 * drivers write the third (535.43 to 535.86: gpustat #161, nvitop #79) or the first (550.127: nvitop #226).
 */
const FIRST_STRIDE = 4;
const SECOND_STRIDE = 6;
const LARGEST_STRIDE = 8;
const strides = [FIRST_STRIDE, SECOND_STRIDE, LARGEST_STRIDE];

/** No driver writes it as the last word of a process: neither the upper half of an amount of memory nor an instance id. */
const UNTOUCHED = 0xa5a5a5a5;

/** Enough for most; grown when the driver says that it is not. The last place stays free: see `strideOf`. */
let entries = new Uint32Array(64 * LARGEST_STRIDE);
const count = second;

export interface Answer {
  /** nvmlReturn_t. */
  result: number;
  /** The bytes as words; valid until the next call. */
  words: Uint32Array;
  /** How many there are, and how many words each has. */
  length: number;
  stride: number;
}

/** What one of the process lists says, by the newer call or, in libraries that lack it, the first one. */
export function askForList(probe: Probe, newer: NvmlSymbol, first: NvmlSymbol): Answer {
  let expected = SECOND_STRIDE;
  let result = fill(probe, newer);
  if (result === FUNCTION_NOT_FOUND) {
    expected = FIRST_STRIDE;
    result = fill(probe, first);
  }
  return answer(result, (length) => strideOf(length, expected));
}

/** nvmlProcessUtilizationSample_t of every process that did something since: as many words as the largest layout. */
export function askForUtilization(probe: Probe, sinceUs: number): Answer {
  return answer(fill(probe, 'processUtilization', sinceUs), () => LARGEST_STRIDE);
}

/** Pid and memory of the process at a place of a list. */
export function processAt({ words, stride }: Answer, place: number): [pid: number, bytes: number | null] {
  return [words[place * stride] ?? 0, number64(words, place * stride + 2)];
}

function answer(result: number, tellStride: (length: number) => number): Answer {
  const length = result === SUCCESS ? Math.min(count[0] ?? 0, room()) : 0;
  return { result, words: entries, length, stride: length === 0 ? 0 : tellStride(length) };
}

/** As many of the largest: a driver that writes another layout than its call has must not write past the end. */
function room(): number {
  return entries.length / LARGEST_STRIDE - 1;
}

/** Calls until what the driver has to say fits; it may grow between two calls. */
function fill(probe: Probe, symbol: NvmlSymbol, ...more: number[]): number {
  const call = probe.nvml.calls[symbol];
  for (let attempt = 0; attempt < 3; attempt++) {
    entries.fill(UNTOUCHED);
    count[0] = room();
    const result =
      symbol === 'processUtilization'
        ? call(probe.device, entries, count, ...more)
        : call(probe.device, count, entries);
    if (result !== INSUFFICIENT_SIZE) return result;
    const needed = Math.min((count[0] ?? 0) + 16, 8 * MAX_PROCESSES_PER_GPU);
    entries = new Uint32Array(Math.max(needed * LARGEST_STRIDE, entries.length));
  }
  return INSUFFICIENT_SIZE;
}

/**
 * The layout is told by where the driver stopped writing: behind the last process in one of the three, or a pair of words
 * before, which it does not fill in. Where it stopped elsewhere, as one would that clears all the room it was given,
 * nothing is told, and it is the published one.
 */
function strideOf(length: number, published: number): number {
  let written = entries.length;
  while (written > 0 && entries[written - 1] === UNTOUCHED) written -= 1;
  const end = 2 * Math.ceil(written / 2);
  const exact = strides.find((stride) => stride * length === end);
  return exact ?? strides.find((stride) => stride * length - 2 === end) ?? published;
}
