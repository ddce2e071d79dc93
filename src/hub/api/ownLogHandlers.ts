/** The hub's own log for administrators: what it wrote to stderr lately. */
import type { Handlers, HubParts } from './call.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Its handler. */
export function ownLogHandlers({ log }: Pick<HubParts, 'log'>): Pick<Handlers, 'ownLog'> {
  return {
    ownLog({ query: { level, query, limit } }) {
      const words = query
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '');
      const found = (log.recent?.() ?? []).filter((line) => {
        if (LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return false;
        const text = [line.message, ...line.facts.flat()].join(' ').toLowerCase();
        return words.every((word) => text.includes(word));
      });
      return { lines: limit === 0 ? [] : found.slice(-limit), total: found.length };
    },
  };
}
