/**
 * What an attempt that ran out of GPU memory teaches (scheduling.md, 6). Never the same attempt again unchanged: it goes
 * elsewhere, or is promised more, or needs a bigger card, or is impossible.
 *
 *   victim            what it held and asked for was within its promise, and a stranger or a neighbour left it less:
 *                     elsewhere, promise unchanged
 *   asked too little  promise = max(held + "tried to allocate", promise × 1.25)
 *   bigger card       that is more than this card can give, so it goes where there is more; nowhere: impossible
 */

export interface OutOfMemoryFacts {
  /** Promised per card; null: it had the whole card. */
  promisedBytes: number | null;
  /** The most it was seen to hold on the card; null: never seen. */
  peakBytes: number | null;
  /** What it last asked for; null: the text did not tell. */
  triedBytes: number | null;
  /** What it held when it asked, and what was free then, as its message says; null: it did not tell. */
  ownBytes: number | null;
  freeBytes: number | null;
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
  const { promisedBytes, capacityBytes, othersBytes, largestBytes } = facts;
  const figures = numbersOf(facts);
  if (isVictim(facts)) {
    const held = `it held ${gib(mostHeld(facts))} GiB of its ${gib(roomOf(facts) ?? 0)}`;
    return {
      kind: 'victim',
      promisedBytes: null,
      message: `Others left it too little: ${held}${leftWords(facts)}. It goes elsewhere with the same promise.`,
      figures,
    };
  }
  // Where nothing was promised or seen, the card itself is what was too little.
  const hadBytes =
    promisedBytes ??
    (othersBytes !== null && capacityBytes !== null ? capacityBytes - othersBytes : capacityBytes);
  const seenBytes = seenNeed(facts)?.bytes ?? null;
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

/**
 * It would have kept to what it was given, and others had left less than that. Told by its own message, which speaks of
 * the very moment, or by what was seen of the card.
 */
function isVictim(facts: OutOfMemoryFacts): boolean {
  const { peakBytes, ownBytes, triedBytes, freeBytes, capacityBytes, othersBytes, othersAtStartBytes } =
    facts;
  const room = roomOf(facts);
  // Nothing told and nothing seen: it may have held all of it for less than a second.
  if (room === null || (peakBytes === null && triedBytes === null)) return false;
  // The larger of the two: several processes of it may be on the card, of which the message tells one.
  const wanted = mostHeld(facts) + (triedBytes ?? 0);
  if (wanted > room) return false;
  if (ownBytes !== null && freeBytes !== null && triedBytes !== null && triedBytes > freeBytes) return true;
  if (othersBytes === null) return false;
  const grewBytes = othersBytes - (othersAtStartBytes ?? 0);
  if (grewBytes <= SLACK_BYTES) return false;
  // Without a figure in the text, that others grew is all there is to go by.
  if (triedBytes === null || capacityBytes === null) return true;
  return capacityBytes - othersBytes < wanted + SLACK_BYTES;
}

/** The most that it is known to have held; 0 for one that was denied its first memory. */
const mostHeld = ({ peakBytes, ownBytes }: OutOfMemoryFacts): number =>
  Math.max(peakBytes ?? 0, ownBytes ?? 0);

/**
 * What it is known to have needed, with its arithmetic: what it held when it asked, as it said, else its peak, and what it
 * asked for. Null where nothing is known.
 */
function seenNeed({
  peakBytes,
  ownBytes,
  triedBytes,
}: OutOfMemoryFacts): { bytes: number; words: string } | null {
  const held = ownBytes ?? peakBytes;
  if (held === null)
    return triedBytes === null ? null : { bytes: triedBytes, words: `${gib(triedBytes)} (asked for)` };
  if (triedBytes === null) {
    const most = Math.max(held, peakBytes ?? 0);
    return { bytes: most, words: `${gib(most)} (its peak)` };
  }
  const sum = held + triedBytes;
  if (peakBytes !== null && peakBytes > sum)
    return { bytes: peakBytes, words: `${gib(peakBytes)} (its peak)` };
  return { bytes: sum, words: `${gib(held)} + ${gib(triedBytes)} = ${gib(sum)}` };
}

/** `, asked for 2.0 and 0.3 was free`, or what others held. */
function leftWords({ triedBytes, freeBytes, ownBytes, othersBytes }: OutOfMemoryFacts): string {
  if (triedBytes !== null && freeBytes !== null && ownBytes !== null)
    return `, asked for ${gib(triedBytes)} more, and ${gib(freeBytes)} was free`;
  return `, they held ${gib(othersBytes ?? 0)}`;
}

/** What it was given: its promise, or all that the card had left when it started. */
function roomOf({ promisedBytes, capacityBytes, othersAtStartBytes }: OutOfMemoryFacts): number | null {
  if (promisedBytes !== null) return promisedBytes;
  return capacityBytes === null ? null : capacityBytes - (othersAtStartBytes ?? 0);
}

/** `Promised next time: the larger of 21.4 + 5.0 = 26.4 and 21.6 × 1.25 = 27.0 GiB`. */
function arithmeticOf(
  facts: OutOfMemoryFacts,
  hadBytes: number | null,
  grownBytes: number | null,
  wanted: number,
): string {
  const seen = seenNeed(facts)?.words ?? null;
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
