/** What is wrong with a command or template, with the place in its line pointed at. */
import { type Figures, fill } from '../../lib/fill.ts';
import type { ProblemSentence } from '../problem.ts';

/** A part of a line: `at` its first character. */
export interface Mark {
  line: string;
  at: number;
  length: number;
}

export class CommandProblem extends Error {
  readonly sentence: ProblemSentence;
  readonly hintSentence: ProblemSentence;
  readonly figures: Figures;
  readonly hint: string;
  /** The line with its part pointed at, below the sentence; empty where there is none. */
  readonly pointer: string;

  constructor(
    sentence: ProblemSentence,
    hint: ProblemSentence,
    figures: Figures = {},
    mark: Mark | null = null,
  ) {
    const pointer = mark === null ? '' : pointAt(mark);
    super(fill(sentence, figures) + pointer);
    this.sentence = sentence;
    this.hintSentence = hint;
    this.figures = figures;
    this.hint = fill(hint, figures);
    this.pointer = pointer;
  }
}

const pointAt = ({ line, at, length }: Mark): string =>
  `\n  ${line}\n  ${' '.repeat(at)}${'^'.repeat(Math.max(1, length))}`;
