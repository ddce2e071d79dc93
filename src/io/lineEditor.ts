/** Lines typed at a terminal or piped in, one by one: with history and completion where somebody types, and room for messages above the prompt. */
import { createInterface } from 'node:readline';
import { readFileIfThere, writeFileAtomically } from './atomicFile.ts';

export interface LineEditor {
  /** The next line; null once the input ended (Ctrl+D). */
  next(): Promise<string | null>;
  /** Prints above the prompt and what is being typed. */
  say(text: string): void;
  close(): Promise<void>;
}

export interface LineEditorOptions {
  prompt: string;
  /** Where typed lines are kept for the next time. */
  historyPath: string;
  /** What the last word may become, given the whole line. */
  complete: (line: string) => string[];
  /** Ctrl+C: told instead of ending the program. */
  interrupted: () => void;
}

const HISTORY_LINES = 1000;

/** Reads stdin; a line that begins with a space is not kept, as in other shells. */
export async function openLineEditor(options: LineEditorOptions): Promise<LineEditor> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  // Newest first, as readline wants it.
  const history = isTerminal
    ? ((await readFileIfThere(options.historyPath).catch(() => null)) ?? '')
        .split('\n')
        .filter(Boolean)
        .reverse()
    : [];
  const lines = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout } : {}),
    terminal: isTerminal,
    prompt: options.prompt,
    history,
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string): [string[], string] => {
      const last = /\S*$/.exec(line)?.[0] ?? '';
      const found = options.complete(line).filter((word) => word.startsWith(last));
      // What is certain is followed by the next word.
      return [found.length === 1 ? found.map((word) => `${word} `) : found, last];
    },
  });
  const typed: string[] = [];
  const kept: string[] = history.toReversed();
  let waiting: ((line: string | null) => void) | null = null;
  let ended = false;
  lines.on('line', (line) => {
    if (isTerminal && line.trim() !== '' && !line.startsWith(' ')) kept.push(line);
    if (waiting) {
      waiting(line);
      waiting = null;
    } else typed.push(line);
  });
  lines.on('SIGINT', options.interrupted);
  lines.on('close', () => {
    ended = true;
    waiting?.(null);
    waiting = null;
  });
  return {
    next() {
      const [line] = typed.splice(0, 1);
      if (line !== undefined) return Promise.resolve(line);
      if (ended) return Promise.resolve(null);
      if (isTerminal) lines.prompt();
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    say(text) {
      if (!isTerminal) {
        process.stdout.write(`${text}\n`);
        return;
      }
      // Back to the line's start and clear it: the prompt with what is being typed is drawn anew below.
      process.stdout.write(`\r\u001b[K${text}\n`);
      if (waiting) lines.prompt(true);
    },
    async close() {
      lines.close();
      if (!isTerminal) return;
      const text = `${kept.slice(-HISTORY_LINES).join('\n')}\n`;
      // A history that cannot be kept is no reason to fail.
      await writeFileAtomically(options.historyPath, text).catch(() => undefined);
    },
  };
}
