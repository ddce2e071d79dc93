/** The program's own log: JSON lines or words on stderr. Stdout belongs to the commands' answers. */
import { pino } from 'pino';
import { visible } from '../lib/displayText.ts';
import { type LogLine, logMemory } from './logMemory.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What the parts of the program need of a log; never hand it a secret. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Its newest lines; left out by one that remembers none. */
  recent?(): readonly LogLine[];
}

/** JSON lines on stderr, or words where that is a terminal; written at once: nothing is lost when the process is killed. */
export function openLog(level: LogLevel): Log {
  if (process.stderr.isTTY) return remembered(level, terminalLog(level));
  const json = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  return remembered(level, json);
}

/** Writes what `log` writes, and keeps its newest lines. */
function remembered(level: LogLevel, log: Log): Log {
  const memory = logMemory();
  const writer = (own: Exclude<LogLevel, 'silent'>) => (facts: object, message: string) => {
    if (LEVELS.indexOf(own) >= LEVELS.indexOf(level)) memory.note(own, facts, message);
    log[own](facts, message);
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    recent: memory.lines,
  };
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

function terminalLog(level: LogLevel): Log {
  const writer = (own: Exclude<LogLevel, 'silent'>) => (facts: object, message: string) => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    const told = Object.entries(facts).map(([name, value]) => `${name} ${visible(String(value))}`);
    process.stderr.write(
      `${new Date().toTimeString().slice(0, 8)} ${own === 'info' ? '' : `${own}: `}${[message, ...told].join(' · ')}\n`,
    );
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

/** For tests and commands that have nothing to say. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
