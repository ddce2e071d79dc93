/** Where the page begins: the live store is opened and handed to the parts. */
import './withoutEval.ts';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './theme/forcedColors.css';
import './theme/print.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startLiveStore } from './live/liveStore.ts';
import { LiveContext } from './live/useLive.ts';

const root = document.getElementById('page');
if (!root) throw new Error('index.html has no #page');
createRoot(root).render(
  <StrictMode>
    <LiveContext.Provider value={startLiveStore()}>
      <App />
    </LiveContext.Provider>
  </StrictMode>,
);
