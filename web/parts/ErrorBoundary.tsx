/** Keeps the page standing when a part of it fails, and says so. (React catches errors only in a class.) */
import { Component, type ReactNode } from 'react';
import { useWords } from '../words/words.ts';
import { Dialog } from './Dialog.tsx';

interface ErrorBoundaryProps {
  children: ReactNode;
  /** Where the part stands above the page: how it is put away again. */
  onClose?: () => void;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { failure: Error | null }> {
  override state: { failure: Error | null } = { failure: null };

  static getDerivedStateFromError(failure: unknown): { failure: Error } {
    return { failure: failure instanceof Error ? failure : new Error(String(failure)) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    const { children, onClose } = this.props;
    if (failure === null) return children;
    return onClose ? <BrokenAbove failure={failure} onClose={onClose} /> : <Broken failure={failure} />;
  }
}

function Broken({ failure }: { failure: Error }) {
  const words = useWords();
  return (
    <main className="page-body page-note" role="alert">
      <h1>{words.error.title}</h1>
      <Story failure={failure} />
    </main>
  );
}

function BrokenAbove({ failure, onClose }: { failure: Error; onClose: () => void }) {
  const { error: words } = useWords();
  return (
    <Dialog kind="question" title={words.title} label={words.title} onClose={onClose}>
      <Story failure={failure} />
    </Dialog>
  );
}

function Story({ failure }: { failure: Error }) {
  const words = useWords();
  return (
    <>
      <p>{words.error.text}</p>
      <pre className="command-box">{failure.stack ?? failure.message}</pre>
      <button type="button" className="button" onClick={() => location.reload()}>
        {words.error.reload}
      </button>
    </>
  );
}
