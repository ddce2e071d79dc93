/** Which language the page speaks, and its words for whoever draws. */
import { createContext, useContext, useEffect, useRef, useState } from 'react';
import { en, type Words } from './en.ts';

export type Language = 'en' | 'zh';

let chinese: Words | null = null;

/** The words of a language. Chinese ones are loaded when they are wanted: until then what was shown stays, or null at first. */
export function useWordsOf(language: Language): Words | null {
  const [zh, setZh] = useState(chinese);
  const shown = useRef<Words | null>(null);
  useEffect(() => {
    if (language !== 'zh' || zh !== null) return;
    import('./zh.ts').then((loaded) => {
      chinese = loaded.zh;
      setZh(loaded.zh);
    });
  }, [language, zh]);
  shown.current = language === 'en' ? en : (zh ?? shown.current);
  return shown.current;
}

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
