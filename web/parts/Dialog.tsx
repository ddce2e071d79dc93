/**
 * A question or a detail above the page: the browser's own modal dialog, which keeps the focus inside, closes with Esc
 * and gives the focus back. As `drawer` it stands at the right edge.
 */
import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../words/words.ts';
import { Icon } from './Icon.tsx';
import './dialog.css';

interface DialogProps {
  title: ReactNode;
  /** What a screen reader says when it opens. */
  label: string;
  kind: 'question' | 'drawer' | 'palette';
  onClose: () => void;
  children: ReactNode;
}

/**
 * Opens when it is drawn and stays until it is not: Esc, the cross and a press beside it only call `onClose`. The focus
 * begins at `data-first`; a palette has no head.
 */
export function Dialog({ title, label, kind, onClose, children }: DialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    // A question is answered by its harmless button first; the close button only happens to come before it.
    shown?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${kind}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-body">
        {kind !== 'palette' && (
          <header className="dialog-head">
            <h2 className="grow">{title}</h2>
            <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}
