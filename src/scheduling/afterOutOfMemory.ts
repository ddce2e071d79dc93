/**
 * What an attempt that ran out of GPU memory teaches (scheduling.md, 6). Never the same attempt again unchanged: it goes
 * elsewhere, or is promised more, or needs a bigger card, or is impossible.
 *
 *   victim            it kept to its promise, and a stranger or a neighbour left it less: elsewhere, promise unchanged
 *   asked too little  promise = max(peak + "tried to allocate", promise × 1.25)
 *   bigger card       that is more than this card can give, so it goes where there is more; nowhere: impossible
 */

export interface OutOfMemoryFacts {
  /** Promised per card; null: it had the whole card. */
  promisedBytes: number | null;
  /** The most it was seen to hold on the card; null: never seen. */
  peakBytes: number | null;
  /** What it last asked for; null: the text did not tell. */
  triedBytes: number | null;
  /** Of the card that it ran on: total − headroom; null: not known. */
  capacityBytes: number | null;
  /** The most that strangers and neighbours held there while it ran; null: not known. */
  othersBytes: number | null;
  /** What they were counted for when it started (external + committed to ours). */
  othersAtStartBytes: number | null;
  /** The most per card that a node with so many could ever give (Candidates.mostBytes); null: not known. */
  largestBytes: number | null;
}

export interface OutOfMemoryLesson {
  kind: 'victim' | 'asked-too-little' | 'bigger-card' | 'impossible';
  /** What the next attempt is promised; null: as before. */
  promisedBytes: number | null;
  /** One sentence with its arithmetic, for the story. */
  message: string;
  figures: Record<string, number>;
}

const GROWTH = 1.25;
/** What a process holds beside what its framework counts, and what is missed between two looks. */
const SLACK_BYTES = 64 * 1024 * 1024;

/** The lesson of an attempt that ran out of GPU memory. */
export function afterOutOfMemory(facts: OutOfMemoryFacts): OutOfMemoryLesson {
  const { promisedBytes, peakBytes, triedBytes, capacityBytes, othersBytes, largestBytes } = facts;
  const figures = numbersOf(facts);
  if (isVictim(facts)) {
    return {
      kind: 'victim',
      promisedBytes: null,
      message: `Others left it too little: it held ${gib(peakBytes ?? 0)} GiB of its ${gib(roomOf(facts) ?? 0)}, they held ${gib(othersBytes ?? 0)}. It goes elsewhere with the same promise.`,
      figures,
    };
  }
  // Where nothing was promised or seen, the card itself is what was too little.
  const hadBytes =
    promisedBytes ??
    (othersBytes !== null && capacityBytes !== null ? capacityBytes - othersBytes : capacityBytes);
  const seenBytes = peakBytes === null ? null : peakBytes + (triedBytes ?? 0);
  const grownBytes = hadBytes === null ? null : Math.ceil(hadBytes * GROWTH);
  const wanted = Math.max(seenBytes ?? 0, grownBytes ?? 0);
  if (wanted === 0) {
    return {
      kind: 'asked-too-little',
      promisedBytes: null,
      message: 'It ran out of GPU memory; how much it took was not seen. It is given a whole card again.',
      figures,
    };
  }
  const arithmetic = arithmeticOf(facts, hadBytes, grownBytes, wanted);
  if (largestBytes !== null && wanted > largestBytes) {
    // All that the largest card can give may still do, where it has not had that.
    const hadAll = hadBytes !== null && hadBytes >= largestBytes - SLACK_BYTES;
    if (!hadAll && (seenBytes ?? 0) <= largestBytes) {
      return {
        kind: 'bigger-card',
        promisedBytes: largestBytes,
        message: `${arithmetic}; the largest GPU can give ${gib(largestBytes)} GiB, which it gets.`,
        figures: { ...figures, nextPromisedBytes: largestBytes },
      };
    }
    return {
      kind: 'impossible',
      promisedBytes: wanted,
      message: `${arithmetic}; the largest GPU can give ${gib(largestBytes)} GiB.`,
      figures: { ...figures, nextPromisedBytes: wanted },
    };
  }
  const isBigger = capacityBytes !== null && wanted > capacityBytes;
  return {
    kind: isBigger ? 'bigger-card' : 'asked-too-little',
    promisedBytes: wanted,
    message: `${arithmetic}${isBigger ? `: a bigger GPU than this one, which can give ${gib(capacityBytes)} GiB` : ''}.`,
    figures: { ...figures, nextPromisedBytes: wanted },
  };
}

/** It would have kept to what it was given, and others had left less than that. */
function isVictim(facts: OutOfMemoryFacts): boolean {
  const { peakBytes, triedBytes, capacityBytes, othersBytes, othersAtStartBytes } = facts;
  const room = roomOf(facts);
  if (room === null || peakBytes === null || othersBytes === null) return false;
  const wanted = peakBytes + (triedBytes ?? 0);
  if (wanted > room) return false;
  const grewBytes = othersBytes - (othersAtStartBytes ?? 0);
  if (grewBytes <= SLACK_BYTES) return false;
  // Without a figure in the text, that others grew is all there is to go by.
  if (triedBytes === null || capacityBytes === null) return true;
  return capacityBytes - othersBytes < wanted + SLACK_BYTES;
}

/** What it was given: its promise, or all that the card had left when it started. */
function roomOf({ promisedBytes, capacityBytes, othersAtStartBytes }: OutOfMemoryFacts): number | null {
  if (promisedBytes !== null) return promisedBytes;
  return capacityBytes === null ? null : capacityBytes - (othersAtStartBytes ?? 0);
}

/** `Promised next time: the larger of 21.4 + 5.0 = 26.4 and 21.6 × 1.25 = 27.0 GiB`. */
function arithmeticOf(
  { peakBytes, triedBytes }: OutOfMemoryFacts,
  hadBytes: number | null,
  grownBytes: number | null,
  wanted: number,
): string {
  const seen =
    peakBytes === null
      ? null
      : triedBytes === null
        ? `${gib(peakBytes)} (its peak)`
        : `${gib(peakBytes)} + ${gib(triedBytes)} = ${gib(peakBytes + triedBytes)}`;
  const grown =
    hadBytes === null || grownBytes === null ? null : `${gib(hadBytes)} × ${GROWTH} = ${gib(grownBytes)}`;
  if (seen !== null && grown !== null) return `Promised next time: the larger of ${seen} and ${grown} GiB`;
  return `Promised next time: ${seen ?? grown ?? gib(wanted)} GiB`;
}

function numbersOf(facts: OutOfMemoryFacts): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(facts)) if (typeof value === 'number') numbers[key] = value;
  return numbers;
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
