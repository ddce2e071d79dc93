/**
 * What an attempt that ran out of GPU memory teaches (scheduling.md, 6). Never the same attempt again unchanged: it goes
 * elsewhere, or is promised more, or needs a bigger card, or is impossible.
 *
 *   victim            what it held and asked for was within its promise, and a stranger or a neighbour left it less:
 *                     elsewhere, promise unchanged
 *   asked too little  promise = max(held + "tried to allocate", promise × 1.25)
 *   bigger card       that is more than this card can give, so it goes where there is more; nowhere: impossible
 */
import type { EndRemark } from '../model/endRemark.ts';

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
  /** What of it is told in the story, with its arithmetic. */
  remark: EndRemark;
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
    const { triedBytes, freeBytes, ownBytes } = facts;
    return {
      kind: 'victim',
      promisedBytes: null,
      remark: {
        kind: 'victim',
        heldBytes: mostHeld(facts),
        roomBytes: roomOf(facts) ?? 0,
        othersBytes,
        denied:
          triedBytes !== null && freeBytes !== null && ownBytes !== null ? { triedBytes, freeBytes } : null,
      },
      figures,
    };
  }
  // Where nothing was promised or seen, the card itself is what was too little.
  const hadBytes =
    promisedBytes ??
    (othersBytes !== null && capacityBytes !== null ? capacityBytes - othersBytes : capacityBytes);
  const seen = seenNeed(facts);
  const seenBytes = seen?.bytes ?? null;
  const grownBytes = hadBytes === null ? null : Math.ceil(hadBytes * GROWTH);
  const wanted = Math.max(seenBytes ?? 0, grownBytes ?? 0);
  if (wanted === 0) {
    return {
      kind: 'asked-too-little',
      promisedBytes: null,
      remark: { kind: 'memory-not-seen' },
      figures,
    };
  }
  const nextPromise = (beyond: Extract<EndRemark, { kind: 'next-promise' }>['beyond']): EndRemark => ({
    kind: 'next-promise',
    heldBytes: seen?.heldBytes ?? null,
    triedBytes: seen?.triedBytes ?? null,
    hadBytes,
    grownBytes,
    growth: GROWTH,
    wantedBytes: wanted,
    beyond,
  });
  if (largestBytes !== null && wanted > largestBytes) {
    // All that the largest card can give may still do, where it has not had that.
    const hadAll = hadBytes !== null && hadBytes >= largestBytes - SLACK_BYTES;
    if (!hadAll && (seenBytes ?? 0) <= largestBytes) {
      return {
        kind: 'bigger-card',
        promisedBytes: largestBytes,
        remark: nextPromise({ what: 'largest-which-it-gets', bytes: largestBytes }),
        figures: { ...figures, nextPromisedBytes: largestBytes },
      };
    }
    return {
      kind: 'impossible',
      promisedBytes: wanted,
      remark: nextPromise({ what: 'largest', bytes: largestBytes }),
      figures: { ...figures, nextPromisedBytes: wanted },
    };
  }
  const isBigger = capacityBytes !== null && wanted > capacityBytes;
  return {
    kind: isBigger ? 'bigger-card' : 'asked-too-little',
    promisedBytes: wanted,
    remark: nextPromise(isBigger ? { what: 'this-card', bytes: capacityBytes } : null),
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

interface SeenNeed {
  bytes: number;
  /** What it held; null where it was denied its first memory. */
  heldBytes: number | null;
  /** What it asked for on top; null where its peak alone is known, or was more. */
  triedBytes: number | null;
}

/**
 * What it is known to have needed: what it held when it asked, as it said, else its peak, and what it asked for. Null where
 * nothing is known.
 */
function seenNeed({ peakBytes, ownBytes, triedBytes }: OutOfMemoryFacts): SeenNeed | null {
  const held = ownBytes ?? peakBytes;
  if (held === null) return triedBytes === null ? null : { bytes: triedBytes, heldBytes: null, triedBytes };
  const most = Math.max(held, peakBytes ?? 0);
  const sum = held + (triedBytes ?? 0);
  if (triedBytes === null || most > sum) return { bytes: most, heldBytes: most, triedBytes: null };
  return { bytes: sum, heldBytes: held, triedBytes };
}

/** What it was given: its promise, or all that the card had left when it started. */
function roomOf({ promisedBytes, capacityBytes, othersAtStartBytes }: OutOfMemoryFacts): number | null {
  if (promisedBytes !== null) return promisedBytes;
  return capacityBytes === null ? null : capacityBytes - (othersAtStartBytes ?? 0);
}

function numbersOf(facts: OutOfMemoryFacts): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(facts)) if (typeof value === 'number') numbers[key] = value;
  return numbers;
}
