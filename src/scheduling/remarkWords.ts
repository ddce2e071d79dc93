/** The words of remarkText.ts by language, for who has both at hand. */
import type { Language } from '../fleet/words.ts';
import type { RemarkWords } from './remarkText.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';
import { remarkWordsZh } from './remarkWordsZh.ts';

export const remarkWords: Record<Language, RemarkWords> = { en: remarkWordsEn, zh: remarkWordsZh };
