/** JSON for people and scripts: the same values, and nothing in it that a terminal would obey. */

/** As in lib/displayText.ts, but for what JSON itself escapes: C1 begins commands of terminals, others hide and reorder. */
const HIDDEN =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** Indented; a parser reads back exactly `value`. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(HIDDEN, (text) =>
    text
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
