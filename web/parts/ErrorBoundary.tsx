/** Keeps the page standing when a part of it fails, and says so. (React catches errors only in a class.) */
import { Component, type ReactNode } from 'react';
import { useWords } from '../words/words.ts';

export class ErrorBoundary extends Component<{ children: ReactNode }, { failure: Error | null }> {
  override state: { failure: Error | null } = { failure: null };

  static getDerivedStateFromError(failure: unknown): { failure: Error } {
    return { failure: failure instanceof Error ? failure : new Error(String(failure)) };
  }

  override render(): ReactNode {
    return this.state.failure ? <Broken failure={this.state.failure} /> : this.props.children;
  }
}

function Broken({ failure }: { failure: Error }) {
  const words = useWords();
  return (
    <main className="page-body page-note" role="alert">
      <h1>{words.error.title}</h1>
      <p>{words.error.text}</p>
      <pre className="command-box">{failure.stack ?? failure.message}</pre>
      <button type="button" className="button" onClick={() => location.reload()}>
        {words.error.reload}
      </button>
    </main>
  );
}
