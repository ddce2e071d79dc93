/** The newest lines of the program's own log, kept in memory for the page and its interface: oldest first, so many at most. */
export interface LogLine {
  atMs: number;
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  /** What belongs to it, as `name value`. */
  facts: [name: string, value: string][];
}

export interface LogMemory {
  note(level: LogLine['level'], facts: object, message: string): void;
  lines(): readonly LogLine[];
}

/** Some hours of a hub that is well, and the last minutes of one that is not. */
const MOST_LINES = 2000;
const MOST_CHARACTERS = 1000;
const MOST_FACTS = 20;

/** An empty memory. */
export function logMemory(nowMs: () => number = Date.now): LogMemory {
  let lines: LogLine[] = [];
  return {
    note(level, facts, message) {
      // Twice the room, halved at once: moving every line for each new one would cost more than writing it.
      if (lines.length >= 2 * MOST_LINES) lines = lines.slice(-MOST_LINES);
      lines.push({
        atMs: nowMs(),
        level,
        message: message.slice(0, MOST_CHARACTERS),
        facts: Object.entries(facts)
          .slice(0, MOST_FACTS)
          .map(([name, value]) => [name.slice(0, 100), textOf(value).slice(0, MOST_CHARACTERS)]),
      });
    },
    lines: () => lines.slice(-MOST_LINES),
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && !(value instanceof Error)
    ? (JSON.stringify(value) ?? '')
    : String(value);
