/** The power of all GPUs over the last minutes: what the hub remembers of each machine, then each live figure. */
import { useEffect, useState } from 'react';
import { askHub } from './hub.ts';
import { knownPoints, type Line, POINTS, recentOf, sumOfMachines } from './recent.ts';
import { useLive, useLiveStore } from './useLive.ts';

/** For more machines than this the past is not asked for: it would be a request each. */
const MOST_ASKED = 40;

interface Figure {
  /** When the hub was heard; null for what it remembered. */
  heardAtMs: number | null;
  watts: number | null;
}

/** The line from where anything is known, its newest figure being `watts`, and the time that it shows. */
export function useFleetPower(watts: number | null): { line: Line; spanMs: number } {
  const store = useLiveStore();
  const heardAtMs = useLive((picture) => picture.connection.heardAtMs);
  const [past, setPast] = useState<Line>([]);
  const [figures, setFigures] = useState<readonly Figure[]>([]);
  useEffect(() => {
    const { order = [], nodes = {} } = store.picture().fleet ?? {};
    if (order.length > MOST_ASKED) return;
    // What a machine that is away drew in its last minutes belongs to another time.
    const ids = order.filter((id) => nodes[id]?.state === 'online');
    const abort = new AbortController();
    const asked = ids.map((id) => askHub('recentFigures', { parameters: { id }, signal: abort.signal }));
    Promise.all(asked).then((answers) => {
      if (!abort.signal.aborted)
        setPast(
          sumOfMachines(answers.flatMap((answer) => (answer.ok ? [recentOf(answer.value).powerWatts] : []))),
        );
    });
    return () => abort.abort();
  }, [store]);
  useEffect(() => {
    // A figure for each word of the hub, also where it is the same as before.
    setFigures((before) => {
      const kept = before.at(-1)?.heardAtMs === heardAtMs ? before.slice(0, -1) : before;
      return [...kept, { heardAtMs, watts }].slice(-POINTS);
    });
  }, [heardAtMs, watts]);
  const line = [...past, ...figures.map((figure) => figure.watts)].slice(-POINTS);
  const known = knownPoints(line);
  return { line: line.slice(-known), spanMs: known * 1000 };
}
