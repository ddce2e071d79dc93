/** A share as a bar of blocks, to an eighth of a column. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** @param share 0 to 1; null gives an empty bar. Something above nothing is never drawn as nothing. */
export function bar(share: number | null, columns: number): { full: string; empty: string } {
  const bounded = Math.min(1, Math.max(0, share ?? 0));
  const eighths = bounded === 0 ? 0 : Math.max(1, Math.round(bounded * columns * 8));
  const full = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return { full, empty: '·'.repeat(columns - full.length) };
}
