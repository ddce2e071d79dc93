/**
 * Output of programs made harmless for a terminal: colours stay, everything else that a terminal would obey (titles,
 * cursor moves, clipboards) goes (trust.md, 15). Works on a stream: what a chunk leaves unfinished waits for the next.
 *
 *   "\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b[2Jx\n"  →  "\u001b[31mred\u001b[0m x\n"
 */

/** An escape sequence (ECMA-48): CSI …, OSC … until BEL or ST, other strings until ST, or a short one. */
const SEQUENCE = new RegExp(
  [
    '\\u001b\\[[0-?]*[ -/]*[@-~]',
    '\\u001b[\\]PX^_](?:[^\\u0007\\u001b]|\\u001b(?!\\\\))*(?:\\u0007|\\u001b\\\\)',
    '\\u001b[ -/]*[0-OQ-WYZ\\\\`-~]',
  ].join('|'),
  'g',
);
/** Select Graphic Rendition: colours and weights, nothing that moves. */
const COLOUR = /^\u001b\[[0-9;:]*m$/;
/** What may stay beside text: tab, line feed, and carriage return (progress bars). */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
/** An unfinished sequence is waited for up to this length; a longer one is no sequence. */
const LONGEST_UNFINISHED = 4096;

/** Takes chunks of output in order, answers each as it may be written to a terminal. */
export function harmlessLog(inColour: boolean): (chunk: string) => string {
  let unfinished = '';
  return (chunk) => {
    let text = unfinished + chunk;
    unfinished = '';
    const last = text.lastIndexOf('\u001b');
    if (last !== -1 && text.length - last < LONGEST_UNFINISHED && !startsWithSequence(text.slice(last))) {
      unfinished = text.slice(last);
      text = text.slice(0, last);
    }
    return text
      .replace(SEQUENCE, (sequence) => (inColour && COLOUR.test(sequence) ? sequence : ''))
      .replace(/\u001b(?!\[[0-9;:]*m)/g, '')
      .replace(CONTROL, '');
  };
}

function startsWithSequence(text: string): boolean {
  SEQUENCE.lastIndex = 0;
  return SEQUENCE.exec(text)?.index === 0;
}
