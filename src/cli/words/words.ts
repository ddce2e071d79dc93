/** What the commands say, in the language of the terminal. */
import type { Language } from '../../fleet/words.ts';
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export type { Words } from './en.ts';

/** The words of one language. */
export const wordsOf = (language: Language): Words => (language === 'zh' ? zh : en);
