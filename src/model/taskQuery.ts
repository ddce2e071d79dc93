/**
 * The words of a search among tasks, the same for page, commands and hub:
 *
 *   vit_l                       in the id, the name or any value
 *   model:vit_l seed:3          a column with exactly this text
 *   lr:>1e-4 bs:<=128           a column compared as a number
 *   state:queued,failed         a state; also class: node: owner:
 *
 * All words must match. A word with a colon whose column nobody has matches nothing, except a bare word such as
 * `http://x`, which is searched for as it stands too.
 */
import { EndClass, RunState } from './task.ts';

type Comparison = '<' | '<=' | '>' | '>=';

export type QueryWord =
  | { kind: 'text'; text: string }
  | { kind: 'column'; column: string; value: string; text: string }
  | { kind: 'number'; column: string; comparison: Comparison; value: number; text: string };

export interface TaskQuery {
  /** Empty: any. */
  states: RunState[];
  classes: EndClass[];
  words: QueryWord[];
}

/** What a query looks at. */
export interface Searched {
  id: string;
  name: string;
  owner: string;
  /** Name of its table. */
  table: string;
  state: RunState;
  /** Of the last attempt; null before the first. */
  class: EndClass | null;
  node: string | null;
  parameters: readonly (readonly [column: string, value: string])[];
}

/** Longer queries are nobody's typing. */
const MOST_WORDS = 32;

/** Reads a query; anything is one. */
export function parseTaskQuery(text: string): TaskQuery {
  const query: TaskQuery = { states: [], classes: [], words: [] };
  for (const word of text
    .trim()
    .split(/\s+/)
    .filter((each) => each !== '')
    .slice(0, MOST_WORDS)) {
    const [, column = '', value = ''] = /^([^:]+):(.+)$/s.exec(word) ?? [];
    if (column === '') query.words.push({ kind: 'text', text: word.toLowerCase() });
    else if (column === 'state' && value.split(',').every(isState))
      query.states.push(...(value.split(',') as RunState[]));
    else if (column === 'class' && value.split(',').every(isClass))
      query.classes.push(...(value.split(',') as EndClass[]));
    else query.words.push(columnWord(column, value, word.toLowerCase()));
  }
  return query;
}

const isState = (text: string): boolean => RunState.safeParse(text).success;
const isClass = (text: string): boolean => EndClass.safeParse(text).success;

function columnWord(column: string, value: string, text: string): QueryWord {
  const [, comparison, figure = ''] = /^(<=|>=|<|>)(.+)$/.exec(value) ?? [];
  const number = numberOf(figure);
  return comparison !== undefined && number !== null
    ? {
        kind: 'number',
        column: column.toLowerCase(),
        comparison: comparison as Comparison,
        value: number,
        text,
      }
    : { kind: 'column', column: column.toLowerCase(), value: value.toLowerCase(), text };
}

/** A cell as a number; null where it is none. */
function numberOf(text: string): number | null {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

/** Whether a task is meant. */
export function matchesTask(query: TaskQuery, task: Searched): boolean {
  if (query.states.length > 0 && !query.states.includes(task.state)) return false;
  if (query.classes.length > 0 && (task.class === null || !query.classes.includes(task.class))) return false;
  return query.words.every((word) => matchesWord(word, task));
}

function matchesWord(word: QueryWord, task: Searched): boolean {
  if (word.kind === 'text') return hasText(word.text, task);
  const values = valuesOf(word.column, task);
  if (word.kind === 'number') {
    return values.some((value) => {
      const number = numberOf(value);
      return number !== null && compares(number, word.comparison, word.value);
    });
  }
  return values.some((value) => value.toLowerCase() === word.value) || hasText(word.text, task);
}

function valuesOf(column: string, task: Searched): string[] {
  const values = task.parameters.flatMap(([name, value]) => (name.toLowerCase() === column ? [value] : []));
  if (column === 'node' && task.node !== null) values.push(task.node);
  if (column === 'owner') values.push(task.owner);
  if (column === 'name') values.push(task.name);
  if (column === 'table') values.push(task.table);
  if (column === 'id') values.push(task.id);
  return values;
}

const hasText = (text: string, task: Searched): boolean =>
  task.id === text ||
  task.name.toLowerCase().includes(text) ||
  task.table.toLowerCase().includes(text) ||
  task.parameters.some(([, value]) => value.toLowerCase().includes(text));

function compares(one: number, comparison: Comparison, other: number): boolean {
  switch (comparison) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
  }
}
