/** Copies a text that can be seen whole. A text with control characters has no button: who pastes it would not know it. */
import { useEffect, useState } from 'react';
import { hasHiddenCharacters } from '../../src/lib/displayText.ts';
import { useWords } from '../words/words.ts';
import { Icon } from './Icon.tsx';

const SAID_FOR_MS = 1600;

interface CopyButtonProps {
  text: string;
  /** What is copied, for a screen reader. */
  what: string;
  withWord?: boolean;
}

/** A tick for 1.6 s once it is copied; none where the browser refused. */
export function CopyButton({ text, what, withWord = false }: CopyButtonProps) {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  if (hasHiddenCharacters(text)) return null;
  return (
    <button
      type="button"
      className={withWord ? 'button small copy' : 'icon-button copy'}
      aria-label={copied ? words.copied : words.copyNamed(what)}
      title={words.copyNamed(what)}
      onClick={async () => setCopied(await copy(text))}
    >
      <Icon name={copied ? 'check' : 'copy'} />
      {withWord && (copied ? words.copied : words.copy)}
    </button>
  );
}

/** Also where the page came over plain http, and the browser therefore offers no clipboard. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
