/** Tables as people and programs write them, made up: every separator, encoding, line end and manner of quoting. */
import fc from 'fast-check';

export interface MadeCells {
  columns: string[];
  rows: string[][];
}

/** Texts that csv, shells and spreadsheets stumble over, beside random ones. */
export const awkwardText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      '',
      '001',
      '1e5',
      '-1',
      '--seed',
      '-x',
      ' a ',
      'a,b;c\td',
      'say "no"',
      '"',
      '""',
      'two\nlines',
      'crlf\r\nend',
      "it's",
      '$(rm -rf /)',
      '`id`',
      '; true',
      '中文 逗号，',
      '=1+1',
      '@x',
      'nan',
      '\\',
      '*',
      '{lr}',
    ),
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\u0000', '')),
  );

/** Columns with names of their own and rows of which none is blank all over. */
export const tableCells = (): fc.Arbitrary<MadeCells> =>
  fc
    .uniqueArray(
      fc.oneof(
        fc.constantFrom('lr', 'seed', 'batch size', '学习率', 'run_num', 'note', 'a,b', 'say "x"'),
        fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.replaceAll(/\0/g, '').trim()),
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((columns) => columns.filter((column) => column !== ''))
    .filter((columns) => columns.length > 0)
    .chain((columns) =>
      fc
        .array(fc.array(awkwardText(), { minLength: columns.length, maxLength: columns.length }), {
          minLength: 1,
          maxLength: 8,
        })
        .map((rows) => rows.filter((cells) => cells.some((cell) => cell !== '')))
        .filter((rows) => rows.length > 0)
        .map((rows) => ({ columns, rows })),
    );

export type MadeEncoding = 'utf-8' | 'utf-8-mark' | 'utf-16le' | 'utf-16be' | 'gb18030';

export interface MadeCsv extends MadeCells {
  content: Uint8Array;
  encoding: MadeEncoding;
  /** Where a cell stands in the bytes. */
  cellBytes(row: number, column: number): { start: number; end: number };
}

/** The cells as a csv in some manner. */
export const csvOf = (cells: fc.Arbitrary<MadeCells>): fc.Arbitrary<MadeCsv> =>
  fc
    .record({
      cells,
      separator: fc.constantFrom(',', ';', '\t'),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      endsWithLine: fc.boolean(),
      quotesAll: fc.boolean(),
      encoding: fc.constantFrom<MadeEncoding>('utf-8', 'utf-8-mark', 'utf-16le', 'utf-16be'),
    })
    .filter(
      ({ cells: { columns }, separator }) =>
        // The separator is told from the head: one column says nothing of it, and a name must not say another.
        columns.length > 1 &&
        columns.every((column) => !/[,;\t"]/.test(column) || column.includes(separator)),
    )
    .map(({ cells: { columns, rows }, separator, lineEnd, endsWithLine, quotesAll, encoding }) => {
      const raw = (text: string): string =>
        quotesAll || text.includes(separator) || /["\r\n]/.test(text)
          ? `"${text.replaceAll('"', '""')}"`
          : text;
      const lines = [columns, ...rows].map((line) => line.map(raw));
      const text = lines.map((line) => line.join(separator)).join(lineEnd) + (endsWithLine ? lineEnd : '');
      const lengthOf = (piece: string): number => encode(piece, encoding).length;
      const markLength = encoding === 'utf-8' ? 0 : encoding === 'utf-8-mark' ? 3 : 2;
      const content = withMark(encode(text, encoding), encoding);
      return {
        columns,
        rows,
        content,
        encoding,
        cellBytes: (row: number, column: number) => {
          const before = [...lines.slice(0, row + 1).map((line) => line.join(separator) + lineEnd)].join('');
          const line = lines[row + 1] ?? [];
          const start =
            markLength +
            lengthOf(
              before +
                line
                  .slice(0, column)
                  .map((cell) => cell + separator)
                  .join(''),
            );
          return { start, end: start + lengthOf(line[column] ?? '') };
        },
      };
    });

function encode(text: string, encoding: MadeEncoding): Uint8Array {
  if (encoding === 'utf-16le') return new Uint8Array(Buffer.from(text, 'utf16le'));
  if (encoding === 'utf-16be') return new Uint8Array(Buffer.from(text, 'utf16le').swap16());
  return new TextEncoder().encode(text);
}

function withMark(content: Uint8Array, encoding: MadeEncoding): Uint8Array {
  const mark = {
    'utf-8': [],
    gb18030: [],
    'utf-8-mark': [0xef, 0xbb, 0xbf],
    'utf-16le': [0xff, 0xfe],
    'utf-16be': [0xfe, 0xff],
  };
  return Uint8Array.from([...mark[encoding], ...content]);
}
