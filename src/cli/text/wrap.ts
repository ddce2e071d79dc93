/** A sentence in lines no wider than the terminal. */
import { widthOf } from './width.ts';

/** Chinese has no spaces: a line may end after each of its characters, but no line begins with a mark. */
const BREAKS = /(?<=[\p{Script=Han}，。；：、）])(?=[^，。；：、）\s])/u;

/** Broken at spaces and between Chinese characters; a word that is wider than the line stands alone. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    let joint = line === '' ? '' : ' ';
    for (const piece of word.split(BREAKS)) {
      const longer = `${line}${joint}${piece}`;
      if (line !== '' && widthOf(longer) > columns) {
        lines.push(line);
        line = piece;
      } else line = longer;
      joint = '';
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The same with the lines after the first indented; as it is where nobody looks at it in a terminal. */
export function wrapped(text: string, columns: number | null, indent = 2): string[] {
  if (columns === null) return [text];
  return wrapWords(text, columns - indent).map((line, place) =>
    place === 0 ? line : `${' '.repeat(indent)}${line}`,
  );
}
