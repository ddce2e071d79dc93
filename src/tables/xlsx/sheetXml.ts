/**
 * Puts values into cells of a worksheet's XML; everything else of it stays, character for character.
 *
 *   <row r="2" spans="1:9"><c r="A2" s="1" t="s"><v>9</v></c><c r="F2"><v>0</v></c></row>
 *
 * Rows and cells may leave out their `r` and then follow the one before; names may have a prefix (`<x:c>`). A cell with a
 * formula is its owner's and is left alone.
 */

/** Rows and columns of a sheet, from 0. */
export type SheetValues = ReadonlyMap<number, ReadonlyMap<number, string | number>>;

interface XmlCell {
  column: number;
  start: number;
  end: number;
  style: string;
  hasFormula: boolean;
}

const ROW = /<((?:\w+:)?)row\b([^>]*?)(\/?)>/g;

/** The XML with the values in their cells. */
export function editSheetXml(xml: string, values: SheetValues, headRow: number): string {
  const pieces: string[] = [];
  let from = 0;
  let row = -1;
  let widest = -1;
  ROW.lastIndex = 0;
  for (let match = ROW.exec(xml); match; match = ROW.exec(xml)) {
    const [opening, prefix = '', attributes = '', selfClosing] = match;
    const named = attribute(attributes, 'r');
    row = named === null ? row + 1 : Number(named) - 1;
    if (selfClosing === '/') continue;
    const contentStart = match.index + opening.length;
    const contentEnd = xml.indexOf(`</${prefix}row>`, contentStart);
    if (contentEnd === -1) break;
    ROW.lastIndex = contentEnd;
    const texts = values.get(row);
    if (!texts || texts.size === 0) continue;
    const edited = editRow(xml.slice(contentStart, contentEnd), prefix, row, texts, row === headRow);
    widest = Math.max(widest, ...texts.keys());
    // A hint for readers that would be wrong now.
    const cleaned = edited.isWider ? opening.replace(/\s+spans="[^"]*"/, '') : opening;
    pieces.push(xml.slice(from, match.index), cleaned, edited.content);
    from = contentEnd;
  }
  pieces.push(xml.slice(from));
  return widenDimension(pieces.join(''), widest);
}

function editRow(
  content: string,
  prefix: string,
  row: number,
  texts: ReadonlyMap<number, string | number>,
  isHead: boolean,
): { content: string; isWider: boolean } {
  const cells = cellsOf(content, prefix);
  const lastColumn = cells.at(-1)?.column ?? -1;
  const pieces: string[] = [];
  let from = 0;
  const wanted = [...texts].sort(([a], [b]) => a - b);
  for (const [column, value] of wanted) {
    const cell = cells.find((one) => one.column === column);
    if (cell?.hasFormula) continue;
    if (cell) {
      pieces.push(content.slice(from, cell.start), cellXml(prefix, row, column, value, cell.style));
      from = cell.end;
    } else {
      const next = cells.find((one) => one.column > column);
      const at = next ? next.start : (cells.at(-1)?.end ?? 0);
      // A column that is added to the head looks like its neighbour.
      const style = isHead ? (cells.at(-1)?.style ?? '') : '';
      pieces.push(content.slice(from, at), cellXml(prefix, row, column, value, style));
      from = at;
    }
  }
  pieces.push(content.slice(from));
  return { content: pieces.join(''), isWider: wanted.some(([column]) => column > lastColumn) };
}

function cellsOf(content: string, prefix: string): XmlCell[] {
  const cells: XmlCell[] = [];
  const opening = new RegExp(`<${prefix}c\\b([^>]*?)(/?)>`, 'g');
  const closing = `</${prefix}c>`;
  let column = -1;
  for (let match = opening.exec(content); match; match = opening.exec(content)) {
    const [whole, attributes = '', selfClosing] = match;
    const named = attribute(attributes, 'r');
    column = named === null ? column + 1 : columnOf(named);
    const closedAt = selfClosing === '/' ? -1 : content.indexOf(closing, match.index + whole.length);
    const end = closedAt === -1 ? match.index + whole.length : closedAt + closing.length;
    const inner = content.slice(match.index + whole.length, Math.max(closedAt, match.index + whole.length));
    const style = attribute(attributes, 's');
    cells.push({
      column,
      start: match.index,
      end,
      style: style === null ? '' : ` s="${style}"`,
      hasFormula: new RegExp(`<${prefix}f\\b`).test(inner),
    });
    opening.lastIndex = end;
  }
  return cells;
}

function cellXml(prefix: string, row: number, column: number, value: string | number, style: string): string {
  const place = `r="${columnName(column)}${row + 1}"${style}`;
  if (value === '') return `<${prefix}c ${place}/>`;
  if (typeof value === 'number') return `<${prefix}c ${place}><${prefix}v>${value}</${prefix}v></${prefix}c>`;
  return `<${prefix}c ${place} t="inlineStr"><${prefix}is><${prefix}t xml:space="preserve">${escaped(value)}</${prefix}t></${prefix}is></${prefix}c>`;
}

/** XML has no control characters; spreadsheets write them, and what looks like them, as `_x001B_`. */
const escaped = (text: string): string =>
  text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g, (character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      return `_x${code}_`;
    })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const attribute = (attributes: string, name: string): string | null =>
  new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? null;

/** 5 of `F2`. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.replace(/\d+$/, '').toUpperCase())
    column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** `F` of 5. */
function columnName(column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

/** `<dimension ref="A1:I61"/>` must not end before a column that was added. */
const widenDimension = (xml: string, widest: number): string =>
  xml.replace(
    /(<(?:\w+:)?dimension\b[^>]*?ref=")([A-Z]+\d+):([A-Z]+)(\d+)(")/,
    (whole, before: string, first: string, last: string, row: string, after: string) =>
      columnOf(last) >= widest ? whole : `${before}${first}:${columnName(widest)}${row}${after}`,
  );
