/** Where a text stops being JSON: V8's own message tells it only sometimes. */

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w))/y;

type Due = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end';

/** The line, counted from 1, with the first thing that does not belong; null where the text is JSON as far as it goes. */
export function faultyLine(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let due: Due | 'nothing' = 'value';
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (!token) {
      const rest = text.slice(from).search(/[^ \t\r\n]/);
      return rest === -1 && due === 'nothing'
        ? null
        : lineOf(text, rest === -1 ? text.trimEnd().length : from + rest);
    }
    const sign = token[1] ?? (token[0].trimStart().startsWith('"') ? 'text' : 'word');
    const next = after(sign, due, open);
    if (next === null) return lineOf(text, TOKEN.lastIndex - 1);
    due = next;
  }
}

/** What is due after a token; null where it is not due itself. */
function after(sign: string, due: Due | 'nothing', open: ('{' | '[')[]): Due | 'nothing' | null {
  const closed = (): Due | 'nothing' => (open.length === 0 ? 'nothing' : 'comma-or-end');
  const isValueDue = due === 'value' || due === 'value-or-end';
  const isKeyDue = due === 'key' || due === 'key-or-end';
  if (sign === 'text' && isKeyDue) return 'colon';
  if ((sign === 'text' || sign === 'word') && isValueDue) return closed();
  if (sign === '{' && isValueDue) return open.push('{') > 0 ? 'key-or-end' : null;
  if (sign === '[' && isValueDue) return open.push('[') > 0 ? 'value-or-end' : null;
  if (sign === ':' && due === 'colon') return 'value';
  if (sign === ',' && due === 'comma-or-end') return open.at(-1) === '{' ? 'key' : 'value';
  const opener = sign === '}' ? '{' : '[';
  const mayEnd = due === 'comma-or-end' || due === (sign === '}' ? 'key-or-end' : 'value-or-end');
  if ((sign === '}' || sign === ']') && mayEnd && open.at(-1) === opener) {
    open.pop();
    return closed();
  }
  return null;
}

const lineOf = (text: string, place: number): number => text.slice(0, place).split('\n').length;
