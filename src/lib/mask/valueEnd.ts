/** Where a value inside shell text, JSON or code ends. One pass, by hand: what no input can make slow. Pure. */

const ENDS = /[\s;&|]/;
const QUOTE = /\\{0,8}["']/y;
const ANY_QUOTE = /(\\*)(["'])/g;

/**
 * The position behind the value that begins at `from`: a word, with quotes (also those that never end, or stand escaped in
 * an outer text) and brackets in it taken whole. `from` itself where there is none.
 */
export function findValueEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (ENDS.test(character)) break;
    const quote = quoteAt(text, at);
    // A shell's way to write a quote between single quotes: 'it'\''s'.
    if (quote === "\\'" && at > from && text[at - 1] === "'") at += quote.length;
    else if (quote !== '') at = behindQuoted(text, at + quote.length, quote);
    else if (character === '[' || character === '{') at = behindBracket(text, at);
    else at += character === '\\' ? 2 : 1;
  }
  return Math.min(at, text.length);
}

function quoteAt(text: string, at: number): string {
  QUOTE.lastIndex = at;
  return QUOTE.exec(text)?.[0] ?? '';
}

/** Behind the quote that closes one, or behind the text. */
function behindQuoted(text: string, from: number, opening: string): number {
  const mark = opening.slice(-1);
  const depth = opening.length - 1;
  ANY_QUOTE.lastIndex = from;
  for (let found = ANY_QUOTE.exec(text); found !== null; found = ANY_QUOTE.exec(text)) {
    const [, escapes = '', quote] = found;
    // A shell's single quotes know no escapes; double ones end where an even number of them stands.
    const closes = depth > 0 ? escapes.length <= depth : mark === "'" || escapes.length % 2 === 0;
    if (quote === mark && closes) return ANY_QUOTE.lastIndex;
  }
  return text.length;
}

/** Behind the bracket that closes this one, or behind the text; which kind it is does not matter to what must be hidden. */
function behindBracket(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const quote = quoteAt(text, at);
    if (quote !== '') {
      at = behindQuoted(text, at + quote.length, quote);
      continue;
    }
    const character = text[at++];
    if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && --depth === 0) return at;
  }
  return at;
}
