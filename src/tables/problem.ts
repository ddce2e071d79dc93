/** What is wrong with a table, so that its owner finds the cell and knows what to do. */

export interface TablePlace {
  /** Name of the file as it was given. */
  file: string;
  sheet?: string | null;
  /** Among the data rows, from 1. */
  row?: number | null;
  /** Where that is for an editor: `line 8`, `sheet row 8`, `element 7`. */
  line?: string | null;
  column?: string | null;
}

/** A table that cannot be read, or a cell that cannot be understood. */
export class TableProblem extends Error {
  readonly hint: string | null;
  readonly place: TablePlace;

  constructor(place: TablePlace, what: string, hint: string | null) {
    super(`${placeText(place)}: ${what}`);
    this.place = place;
    this.hint = hint;
  }
}

/** `sweep.xlsx, sheet "runs", row 7 (line 8), column lr` */
export function placeText({ file, sheet, row, line, column }: TablePlace): string {
  const parts = [file];
  if (sheet) parts.push(`sheet ${JSON.stringify(sheet)}`);
  if (row) parts.push(line ? `row ${row} (${line})` : `row ${row}`);
  else if (line) parts.push(line);
  if (column) parts.push(`column ${column}`);
  return parts.join(', ');
}
