/** A GPU model's name without the words that say nothing: "NVIDIA GeForce RTX 4090" is "RTX 4090". */

const EMPTY_WORDS = /\b(?:NVIDIA|GeForce|Tesla|Quadro|Graphics Device|HBM\d?e?|PCIe|SXM\d?)\b/gi;
const GIB = 2 ** 30;

/** Memory sizes as makers sell them. A card with ECC tells up to 7 % less: an L4 of 24 GB tells 22.5 GiB. */
const SOLD_GIB = [
  2, 4, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 94, 96, 128, 141, 144, 180, 192, 288,
];
const MOST_KEPT_BACK = 1.08;

/**
 * Short name with the memory that its maker prints on the box: "H100 80 GB". Cards that differ only in memory stay apart.
 * Null where the driver told no name.
 */
export function shortModelName(gpu: { name: string | null; memoryTotalBytes: number | null }): string | null {
  if (gpu.name === null) return null;
  const named = gpu.name
    .replace(EMPTY_WORDS, ' ')
    .replace(/\b\d+\s?GB\b/i, ' ')
    .replaceAll('-', ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const short = named === '' ? gpu.name : named;
  return gpu.memoryTotalBytes === null ? short : `${short} ${soldGib(gpu.memoryTotalBytes / GIB)} GB`;
}

function soldGib(toldGib: number): number {
  const sold = SOLD_GIB.find((size) => size >= toldGib - 0.5);
  return sold !== undefined && sold <= toldGib * MOST_KEPT_BACK ? sold : Math.round(toldGib);
}
