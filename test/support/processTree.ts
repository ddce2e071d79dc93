/** Which processes exist, as /proc tells. */
import { readdirSync, readFileSync } from 'node:fs';

/** Every process below this one, children of children too, zombies not counted. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const found = /^\d+$/.test(entry) ? readStatus(Number(entry)) : null;
    if (found !== null && found.state !== 'Z') parents.set(Number(entry), found.parent);
  }
  const below: number[] = [];
  for (let known = [pid]; known.length > 0; ) {
    known = [...parents].filter(([, parent]) => known.includes(parent)).map(([child]) => child);
    below.push(...known);
  }
  return below;
}

/** False for one that has ended and waits to be collected. */
export function isAlive(pid: number): boolean {
  const status = readStatus(pid);
  return status !== null && status.state !== 'Z';
}

/** Its arguments; empty where it is gone. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** `1234 (a name (even so)) S 1 …` */
function readStatus(pid: number): { state: string; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}
