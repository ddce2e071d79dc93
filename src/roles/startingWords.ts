/** What roles say as they start, in the language of whoever started them. */
import { languageOf } from '../cli/text/terminal.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import { wordsOf } from '../cli/words/words.ts';
import type { Surroundings } from './surroundings.ts';

export const startingWords = ({ environment }: Pick<Surroundings, 'environment'>): StartingWords =>
  wordsOf(languageOf(environment)).starting;
