/** What stands above the page, one at a time: details of a process or GPU, the question before an end, keys, search. */
import { type ReactNode, Suspense, useMemo, useState } from 'react';
import { laterPart } from '../live/laterParts.ts';
import { type Actions, ActionsContext } from './actions.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import type { ProcessRow } from './processRows.ts';
// Not one of those that come later: whoever presses Ctrl K types on at once.
import { SearchPalette } from './SearchPalette.tsx';

const GpuDrawer = laterPart(() => import('./GpuDrawer.tsx').then((file) => file.GpuDrawer));
const ProcessDrawer = laterPart(() => import('./ProcessDrawer.tsx').then((file) => file.ProcessDrawer));
const KillDialog = laterPart(() => import('./KillDialog.tsx').then((file) => file.KillDialog));
const KeysDialog = laterPart(() => import('./KeysDialog.tsx').then((file) => file.KeysDialog));
const FindDialog = laterPart(() => import('../pages/find/FindDialog.tsx').then((file) => file.FindDialog));

type Shown =
  | { kind: 'process'; row: ProcessRow }
  | { kind: 'gpu'; nodeId: string; index: number }
  | { kind: 'kill'; rows: readonly ProcessRow[]; onEnded: () => void }
  | { kind: 'keys' }
  | { kind: 'find' }
  | { kind: 'search' };

/**
 * Whatever opens takes the place of what was open. Of the processes that are to end those without a pid are left out,
 * and nothing opens where none remains.
 */
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
      {shown && (
        <ErrorBoundary onClose={() => setShown(null)}>
          <Suspense>
            <Overlay shown={shown} onClose={() => setShown(null)} />
          </Suspense>
        </ErrorBoundary>
      )}
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
      return <FindDialog onClose={onClose} />;
    case 'search':
      return <SearchPalette onClose={onClose} />;
  }
}
