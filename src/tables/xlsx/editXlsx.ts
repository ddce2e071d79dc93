/**
 * Puts values into cells of an xlsx. Only the sheet's own XML is changed, and in it only those cells: other sheets,
 * styles, charts, names and all that no library knows of are carried over as the bytes they are.
 */
import type { GridEdit, ReadOptions } from '../grid.ts';
import { TableProblem } from '../problem.ts';
import { layOutXlsx } from './readXlsx.ts';
import { editSheetXml } from './sheetXml.ts';
import { openZip, type Zip } from './zip.ts';

/** Columns that hold numbers. */
const NUMBERS = new Set(['run_num', 'need_run_num', 'exit_code']);

/** The file's bytes with the edit in them. @throws TableProblem */
export async function editXlsx(bytes: Uint8Array, edit: GridEdit, options: ReadOptions): Promise<Uint8Array> {
  const { grid, sheetRows, headRow } = await layOutXlsx(bytes, options);
  const columns = new Map([...grid.columns, ...edit.addColumns].map((column, place) => [column, place]));
  const values = new Map<number, Map<number, string | number>>();
  const put = (row: number, column: string, value: string | number): void => {
    const place = columns.get(column);
    if (place === undefined) return;
    const texts = values.get(row) ?? new Map<number, string | number>();
    texts.set(place, value);
    values.set(row, texts);
  };
  for (const column of edit.addColumns) put(headRow, column, column);
  for (const [row, texts] of edit.cells) {
    const sheetRow = sheetRows[row];
    if (sheetRow === undefined) continue;
    for (const [column, text] of texts)
      put(sheetRow, column, NUMBERS.has(column) && /^\d{1,15}$/.test(text) ? Number(text) : text);
  }
  try {
    const zip = openZip(bytes);
    const path = await sheetPath(zip, grid.sheet ?? '');
    const xml = new TextDecoder('utf-8', { ignoreBOM: true }).decode((await zip.read(path)) ?? undefined);
    return await zip.replaced(path, new TextEncoder().encode(editSheetXml(xml, values, headRow)));
  } catch (failure) {
    const words = failure instanceof Error ? failure.message : String(failure);
    throw new TableProblem(
      { file: options.file, sheet: grid.sheet },
      'cannot be written: {words}',
      'save it once more as .xlsx, or as .csv',
      { words },
    );
  }
}

/** Where the archive keeps a sheet: its relation in the workbook, followed. */
async function sheetPath(zip: Zip, name: string): Promise<string> {
  const text = async (name: string): Promise<string> =>
    new TextDecoder().decode((await zip.read(name)) ?? undefined);
  const root =
    attributeOf(await text('_rels/.rels'), /<[^>]*officeDocument"[^>]*>/, 'Target') ?? 'xl/workbook.xml';
  const workbook = root.replace(/^\//, '');
  const folder = workbook.includes('/') ? workbook.slice(0, workbook.lastIndexOf('/') + 1) : '';
  const sheet = [...(await text(workbook)).matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)]
    .map(([element]) => element)
    .find((element) => unescaped(/\bname="([^"]*)"/.exec(element)?.[1] ?? '') === name);
  const id = /\b\w+:id="([^"]*)"/.exec(sheet ?? '')?.[1];
  const relations = await text(`${folder}_rels/${workbook.slice(folder.length)}.rels`);
  const target = [...relations.matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g)]
    .map(([relation]) => relation)
    .find((relation) => relation.includes(`Id="${id}"`));
  const path = /Target="([^"]*)"/.exec(target ?? '')?.[1];
  if (id === undefined || path === undefined) throw new Error('its sheet is not where it should be');
  return path.startsWith('/') ? path.slice(1) : `${folder}${path}`;
}

const attributeOf = (xml: string, element: RegExp, name: string): string | null => {
  const found = element.exec(xml)?.[0];
  return new RegExp(`${name}="([^"]*)"`).exec(found ?? '')?.[1] ?? null;
};

const unescaped = (text: string): string =>
  text
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
