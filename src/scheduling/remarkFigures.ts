/** Figures as remarks say them in any language. */

/** Of a memory size in GiB, with a tenth. */
export const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);

/** `21.4 + 5.0 = 26.4`, `21.4 (its peak)`, `5.0 (asked for)`; null where nothing of it is known. */
export function seenNeed(
  heldBytes: number | null,
  triedBytes: number | null,
  peak: string,
  asked: string,
): string | null {
  if (heldBytes === null) return triedBytes === null ? null : `${gib(triedBytes)} (${asked})`;
  if (triedBytes === null) return `${gib(heldBytes)} (${peak})`;
  return `${gib(heldBytes)} + ${gib(triedBytes)} = ${gib(heldBytes + triedBytes)}`;
}
