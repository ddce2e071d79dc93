/** The word that was meant by a slip of the pen: `hots` for `host`. */

/** The nearest of the words that is near enough to be meant; null where none is. */
export function nearestWord(slip: string, words: readonly string[]): string | null {
  let nearest: { word: string; steps: number } | null = null;
  for (const word of words) {
    const steps = stepsBetween(slip.toLowerCase(), word.toLowerCase());
    if (steps <= Math.max(1, Math.floor(word.length / 3)) && (!nearest || steps < nearest.steps))
      nearest = { word, steps };
  }
  return nearest?.word ?? null;
}

/** How many letters are put in, left out, changed or swapped with their neighbour (optimal string alignment). */
function stepsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8 || a.length > 64) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, place) => place)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(a.length, b.length);
}
