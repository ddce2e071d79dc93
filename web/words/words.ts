/** Which language the page speaks, and its words for whoever draws. */
import { createContext, useContext } from 'react';
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

export const wordsOf = (language: Language): Words => (language === 'zh' ? zh : en);

export const WordsContext = createContext<Words>(en);

export const useWords = (): Words => useContext(WordsContext);

/** The first of the browser's languages that this page speaks, else English. */
export function languageOfBrowser(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^zh\b/i.test(tag)) return 'zh';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}
