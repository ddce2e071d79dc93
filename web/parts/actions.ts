/** What any part may ask the page for: to show a detail, or to end processes. Answered by parts/Overlays.tsx. */
import { createContext, useContext } from 'react';
import type { ProcessRow } from './processRows.ts';

export interface Actions {
  showProcess: (row: ProcessRow) => void;
  showGpu: (nodeId: string, index: number) => void;
  /** Asks once, then ends them; `onEnded` when at least one was. */
  endProcesses: (rows: readonly ProcessRow[], onEnded?: () => void) => void;
  showKeys: () => void;
  showFind: () => void;
  showSearch: () => void;
}

const nothing = (): void => {};

export const ActionsContext = createContext<Actions>({
  showProcess: nothing,
  showGpu: nothing,
  endProcesses: nothing,
  showKeys: nothing,
  showFind: nothing,
  showSearch: nothing,
});

export const useActions = (): Actions => useContext(ActionsContext);
