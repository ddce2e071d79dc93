/**
 * The figures of a message that says that GPU memory ran out: what it asked for, what it held itself, what the card had
 * left. They are the program's own at the very moment, where samples of the card come once a second.
 *
 *   … Tried to allocate 32.00 MiB. GPU 0 has a total capacity of 4.00 GiB of which 41.56 MiB is free. Process 17 has 414.00
 *   MiB memory in use. Including non-PyTorch memory, this process has 3.44 GiB memory in use. Of the allocated memory 2.58
 *   GiB is allocated by PyTorch, and 1.90 MiB is reserved by PyTorch but unallocated.
 *   … (GPU 0; 14.76 GiB total capacity; 8.77 GiB already allocated; 19.75 MiB free; 13.71 GiB reserved in total by PyTorch)
 */

export interface MemoryFigures {
  /** What it last asked for. */
  triedBytes: number | null;
  /** What the process held on the card, its context included. */
  ownBytes: number | null;
  /** What nobody held. */
  freeBytes: number | null;
}

const AMOUNT = '([\\d.,]{1,24}) ?([KMGT]?i?B|bytes)';
const figure = (text: string): RegExp => new RegExp(text.replaceAll('#', AMOUNT), 'i');

/** What `tried to allocate` is called. */
const TRIED: readonly RegExp[] = [
  figure('Tried to allocate #'),
  figure('^Requested +: #'),
  /(?:trying to allocate|allocating|to allocate|Cannot allocate|failed to allocate(?: request for)?|requested buffer of size|Requested size was|Requested amount of GPU memory \() ?([\d.,]{1,24}) ?([KMGT]i?B?|bytes|B)?\b/i,
  // vLLM takes its share of the card at once: `… (0.9, 19.84 GiB)`.
  figure('less than desired GPU memory utilization \\([\\d.]+, #\\)'),
];

/** What the whole process holds. */
const OWN = figure('\\bthis process has # memory in use');

/**
 * What its framework counts, as a sum of figures on one line. Not of XLA's and TensorFlow's allocators, which take most of
 * the card in advance and speak of what is used of that.
 */
const COUNTED: readonly (readonly RegExp[])[] = [
  [figure('# is allocated by PyTorch'), figure('# is reserved by PyTorch but unallocated')],
  [figure('# reserved in total by PyTorch')],
  [figure('# already allocated'), figure('# cached\\)')],
  [figure('^Currently allocated +: #')],
  // CuPy's pool.
  [figure('\\(allocated so far: #')],
  [figure('out of memory to allocate [\\d,]+ bytes \\(total #')],
];

const FREE: readonly RegExp[] = [
  figure('of which # is free'),
  figure('; # free;'),
  figure('^Free \\(according to CUDA\\) *: #'),
  figure('available memory is only #'),
  figure('Free memory on device \\S+ \\(([\\d.]+)/[\\d.]+ (GiB)\\)'),
];

/** What a process holds beside that: its context, the libraries' workspaces. From 300 MiB (older cards) to 600. */
const CONTEXT_BYTES = 512 * 2 ** 20;

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
/** No card has as much: a figure of a program gone wrong (`Tried to allocate more than 1EB`, `this process has 17179869184.00 GiB`) is no figure. */
const MOST_BYTES = 2 ** 40;

/** The figures on the line at `place`, each else on one of the lines around it: some break their message in two. */
export function memoryFigures(lines: readonly string[], place: number): MemoryFigures {
  const first = (steps: readonly number[], read: (line: string) => number | null): number | null => {
    for (const step of steps) {
      const bytes = read(lines[place + step] ?? '');
      if (bytes !== null) return bytes;
    }
    return null;
  };
  // What stands before it may be another process's.
  const below = [0, 1, 2, 3];
  return {
    triedBytes: first([0, 1, 2, -1, -2], (line) => positive(oneOf(line, TRIED))),
    ownBytes: first(below, (line) => bytesOf(line, OWN)) ?? first(below, countedBytes),
    freeBytes: first(below, (line) => oneOf(line, FREE)),
  };
}

function oneOf(line: string, patterns: readonly RegExp[]): number | null {
  for (const pattern of patterns) {
    const bytes = bytesOf(line, pattern);
    if (bytes !== null) return bytes;
  }
  return null;
}

function countedBytes(line: string): number | null {
  for (const [counted, ...more] of COUNTED) {
    const bytes = counted ? bytesOf(line, counted) : null;
    if (bytes !== null)
      return CONTEXT_BYTES + more.reduce((sum, pattern) => sum + (bytesOf(line, pattern) ?? 0), bytes);
  }
  return null;
}

function bytesOf(line: string, pattern: RegExp): number | null {
  const match = pattern.exec(line);
  if (!match?.[1]) return null;
  const number = Number(match[1].replaceAll(',', '').replace(/\.$/, ''));
  const unit = (match[2] ?? '').toLowerCase();
  const bytes = number * (UNITS[unit === 'bytes' || unit === 'b' ? '' : (unit[0] ?? '')] ?? 1);
  return Number.isFinite(bytes) && bytes >= 0 && bytes <= MOST_BYTES ? Math.round(bytes) : null;
}

const positive = (bytes: number | null): number | null => (bytes === 0 ? null : bytes);
