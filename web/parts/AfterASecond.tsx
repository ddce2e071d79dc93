/** What is said while something is waited for: not before a second has passed, since words that flash up tell nothing. */
import { type ReactNode, useEffect, useState } from 'react';

const PATIENCE_MS = 1000;

/** The second begins when it is drawn first, and not again when its children change. */
export function AfterASecond({ children }: { children: ReactNode }) {
  const [hasPassed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return hasPassed ? children : null;
}
