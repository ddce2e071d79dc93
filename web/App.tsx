/** The page: top bar, and whichever page the address names. */
import { useEffect } from 'react';
import { usePreferences } from './live/preferences.ts';
import { FleetPage } from './pages/fleet/FleetPage.tsx';
import { languageOfBrowser, WordsContext, wordsOf } from './words/words.ts';

export function App() {
  const preferences = usePreferences();
  const language =
    preferences.language === 'automatic' ? languageOfBrowser(navigator.languages) : preferences.language;
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset.density = preferences.density;
  }, [language, preferences.density]);
  return (
    <WordsContext.Provider value={wordsOf(language)}>
      <FleetPage />
    </WordsContext.Provider>
  );
}
