/** Whether a state is new: for a moment after it changed, not when the part that shows it appears. */
import { useEffect, useRef, useState } from 'react';

/** As long as the eye needs to find what moved. */
const NEW_FOR_MS = 1200;

/** True for 1.2 s; another change within that time begins it anew. */
export function useJustChanged(state: string): boolean {
  const known = useRef(state);
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    if (known.current === state) return;
    known.current = state;
    setNew(true);
    const timer = setTimeout(() => setNew(false), NEW_FOR_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return isNew;
}
