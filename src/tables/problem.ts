/** What is wrong with a table, so that its owner finds the cell and knows what to do. */
import { type Figures, fill } from '../lib/fill.ts';
import type { problemsZh } from './problemsZh.ts';

/** A sentence that has Chinese words too. */
export type ProblemSentence = keyof typeof problemsZh;

/** Where a row is for an editor: `line 8` of the text, `sheet row 8`, `element 7` of the array. */
export interface RowPlace {
  unit: 'line' | 'sheet row' | 'element';
  number: number;
}

export interface TablePlace {
  /** Name of the file as it was given. */
  file: string;
  sheet?: string | null;
  /** Among the data rows, from 1. */
  row?: number | null;
  line?: RowPlace | null;
  column?: string | null;
}

/** A table that cannot be read, or a cell that cannot be understood: in English, and as data for other languages. */
export class TableProblem extends Error {
  readonly place: TablePlace;
  readonly sentence: ProblemSentence;
  readonly hintSentence: ProblemSentence;
  readonly figures: Figures;
  readonly hint: string;

  /** @param figures what stands in the places of both sentences */
  constructor(place: TablePlace, sentence: ProblemSentence, hint: ProblemSentence, figures: Figures = {}) {
    super(`${placeText(place)}: ${fill(sentence, figures)}`);
    this.place = place;
    this.sentence = sentence;
    this.hintSentence = hint;
    this.figures = figures;
    this.hint = fill(hint, figures);
  }
}

/** `sweep.xlsx, sheet "runs", row 7 (line 8), column lr` */
export function placeText({ file, sheet, row, line, column }: TablePlace): string {
  const where = line ? `${line.unit} ${line.number}` : null;
  const parts = [file];
  if (sheet) parts.push(`sheet ${JSON.stringify(sheet)}`);
  if (row) parts.push(where ? `row ${row} (${where})` : `row ${row}`);
  else if (where) parts.push(where);
  if (column) parts.push(`column ${column}`);
  return parts.join(', ');
}
