/**
 * What an Xid says, in a few words of our own: the driver's error numbers as NVIDIA's "Xid Errors" page lists them.
 * Known ones are those that people meet and can act on; any other is told by its number.
 */
export function xidMeaning(code: number): string {
  return meanings[code] ?? `Xid ${code}: see NVIDIA's list of Xid errors`;
}

const meanings: Record<number, string> = {
  8: 'the GPU stopped processing commands',
  13: 'a program did something illegal in a kernel: mostly an error of the program',
  31: 'a program touched memory that is not its own: mostly an error of the program',
  32: 'a corrupted command buffer: the bus or the driver',
  38: 'the driver or its firmware failed',
  43: 'the GPU stopped answering a program and ended it: mostly an error of the program',
  45: 'running work was removed, as a consequence of another error or of a kill',
  48: 'an uncorrectable memory error (double bit ECC)',
  61: 'the internal microcontroller hit a breakpoint: reset the GPU',
  62: 'the internal microcontroller halted: reset the GPU',
  63: 'a bad memory page or row was retired: it takes effect at the next reset',
  64: 'a bad memory page or row could not be retired: reset, and watch this card',
  68: 'the video processor failed',
  69: 'the graphics engine failed: a program, the driver or the card',
  74: 'an NVLink error: the link, its cable or the other GPU',
  79: 'the GPU has fallen off the bus: power, heat or its seat',
  92: 'many corrected memory errors: watch this card',
  94: 'an uncorrectable memory error was contained: only the programs that used it were hit',
  95: 'an uncorrectable memory error was not contained: reset the GPU',
  109: 'switching between programs took too long',
  119: 'the firmware of the GPU did not answer: reset the GPU',
  120: 'the firmware of the GPU failed: reset the GPU',
  140: 'memory errors that ECC could not recover: reset the GPU',
  143: 'the GPU could not be initialised',
  154: 'the driver asks for a recovery action',
};
