/**
 * Where the members of a json table's objects are, so that a value can be replaced and everything beside it kept: order of
 * keys, indentation, `1.0` that is not `1`.
 *
 *   [
 *     {"lr": 1e-3, "run_num": 0},       value of run_num: the one character 0
 *   ]
 *
 * The text is known to be JSON when it comes here (JSON.parse took it).
 */

export interface JsonMember {
  key: string;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
}

export interface JsonObject {
  /** Of the brace that opens it. */
  start: number;
  members: JsonMember[];
}

/** The objects of an array, or where something else stands: its first character and number in the array, from 1; 0: not an array. */
export function scanJson(
  text: string,
): { objects: JsonObject[] } | { unexpectedAt: number; element: number } {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const skipSpace = (): void => {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  };
  skipSpace();
  if (text[at] !== '[') return { unexpectedAt: at, element: 0 };
  at += 1;
  const objects: JsonObject[] = [];
  for (;;) {
    skipSpace();
    if (text[at] === ']' || at >= text.length) return { objects };
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    if (text[at] !== '{') return { unexpectedAt: at, element: objects.length + 1 };
    const object: JsonObject = { start: at, members: [] };
    at += 1;
    for (;;) {
      skipSpace();
      if (text[at] === '}' || at >= text.length) break;
      if (text[at] === ',') {
        at += 1;
        continue;
      }
      const keyStart = at;
      const keyEnd = endOfString(text, at);
      at = keyEnd;
      skipSpace();
      at += 1;
      skipSpace();
      const valueStart = at;
      at = endOfValue(text, at);
      object.members.push({
        key: String(JSON.parse(text.slice(keyStart, keyEnd))),
        keyStart,
        keyEnd,
        valueStart,
        valueEnd: at,
      });
    }
    at += 1;
    objects.push(object);
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let at = start;
  let depth = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      depth += 1;
      at += 1;
    } else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else if (depth === 0 && /[,\s]/.test(character ?? '')) return at;
    else at += 1;
    if (depth === 0 && text[at - 1] !== undefined && /["}\]]/.test(text[at - 1] ?? '')) return at;
  }
  return at;
}
