/**
 * The map's cells as pixels: each look is drawn once, and copied to wherever a cell has it. A canvas that is told of 8,000
 * rectangles spends most of its time on being told; copying the same pixels takes a quarter of it, and only what changed
 * since the last paint is copied and handed over.
 */

/** A square of pixels, row by row, with its edge in pixels of the screen. */
export interface Stamp {
  edge: number;
  pixels: Uint32Array;
}

/** A rectangle in pixels of the screen. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Nothing has this look: such a cell is painted whatever comes. */
const UNPAINTED = 255;

export class MapPixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  /** The code of the look of each cell, by its number. */
  readonly #codes: Uint8Array;
  readonly #stamp: (code: number) => Stamp;
  #left = Number.POSITIVE_INFINITY;
  #top = Number.POSITIVE_INFINITY;
  #right = 0;
  #bottom = 0;

  /** `pixels` has width times height of them and is empty; `stamp` gives the pixels of a look, by its code below 255. */
  constructor(pixels: Uint32Array, width: number, cells: number, stamp: (code: number) => Stamp) {
    this.pixels = pixels;
    this.width = width;
    this.height = pixels.length / width;
    this.#codes = new Uint8Array(cells).fill(UNPAINTED);
    this.#stamp = stamp;
  }

  /** Gives a cell a look, its upper left corner in pixels of the screen; what hangs over the edge is cut off. */
  set(cell: number, x: number, y: number, code: number): void {
    if (this.#codes[cell] === code) return;
    this.#codes[cell] = code;
    const { edge, pixels } = this.#stamp(code);
    const columns = Math.min(edge, this.width - x);
    const rows = Math.min(edge, this.height - y);
    for (let row = 0; row < rows; row++) {
      const from = row * edge;
      const to = (y + row) * this.width + x;
      // Rows are short: copying by hand is faster than a view and a call for each.
      for (let column = 0; column < columns; column++) {
        this.pixels[to + column] = pixels[from + column] ?? 0;
      }
    }
    this.#left = Math.min(this.#left, x);
    this.#top = Math.min(this.#top, y);
    this.#right = Math.max(this.#right, x + columns);
    this.#bottom = Math.max(this.#bottom, y + rows);
  }

  /** The area around everything that changed since the last call; null where nothing did. */
  takeChanged(): Area | null {
    if (this.#right === 0) return null;
    const area = {
      x: this.#left,
      y: this.#top,
      width: this.#right - this.#left,
      height: this.#bottom - this.#top,
    };
    this.#left = this.#top = Number.POSITIVE_INFINITY;
    this.#right = this.#bottom = 0;
    return area;
  }
}
