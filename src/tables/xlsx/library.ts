/** What is taken of the spreadsheet library, in a module of its own: it is loaded with the first xlsx, and only this of it. */
export { formatValue } from 'hucre';
export { readXlsx } from 'hucre/xlsx';
