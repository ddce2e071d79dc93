/** What stands above the page, one at a time: details of a process or GPU, the question before an end, keys, search. */
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { type Actions, ActionsContext } from './actions.ts';
import { GpuDrawer } from './GpuDrawer.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { KillDialog } from './KillDialog.tsx';
import { ProcessDrawer } from './ProcessDrawer.tsx';
import type { ProcessRow } from './processRows.ts';
import { SearchPalette } from './SearchPalette.tsx';

const FindDialog = lazy(() =>
  import('../pages/find/FindDialog.tsx').then(({ FindDialog: dialog }) => ({ default: dialog })),
);

type Shown =
  | { kind: 'process'; row: ProcessRow }
  | { kind: 'gpu'; nodeId: string; index: number }
  | { kind: 'kill'; rows: readonly ProcessRow[]; onEnded: () => void }
  | { kind: 'keys' }
  | { kind: 'find' }
  | { kind: 'search' };

export function Overlays({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const actions = useMemo(
    (): Actions => ({
      showProcess: (row) => setShown({ kind: 'process', row }),
      showGpu: (nodeId, index) => setShown({ kind: 'gpu', nodeId, index }),
      endProcesses: (rows, onEnded = () => {}) => {
        const endable = rows.filter((row) => row.pid !== null);
        if (endable.length > 0) setShown({ kind: 'kill', rows: endable, onEnded });
      },
      showKeys: () => setShown({ kind: 'keys' }),
      showFind: () => setShown({ kind: 'find' }),
      showSearch: () => setShown({ kind: 'search' }),
    }),
    [],
  );
  return (
    <ActionsContext.Provider value={actions}>
      {children}
      {shown && <Overlay shown={shown} onClose={() => setShown(null)} />}
    </ActionsContext.Provider>
  );
}

function Overlay({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  switch (shown.kind) {
    case 'process':
      return <ProcessDrawer row={shown.row} onClose={onClose} />;
    case 'gpu':
      return <GpuDrawer nodeId={shown.nodeId} index={shown.index} onClose={onClose} />;
    case 'kill':
      return <KillDialog rows={shown.rows} onEnded={shown.onEnded} onClose={onClose} />;
    case 'keys':
      return <KeysDialog onClose={onClose} />;
    case 'find':
      return (
        <Suspense>
          <FindDialog onClose={onClose} />
        </Suspense>
      );
    case 'search':
      return <SearchPalette onClose={onClose} />;
  }
}
