/** A question to whoever sits at the terminal. It goes to stderr: stdout belongs to the answers. */
import { createInterface } from 'node:readline/promises';

/** The line that was typed (empty where the input ended); null where nobody sits there. */
export async function askTerminal(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  // The terminal's own line editing: readline's would draw a question of several lines anew at each key.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}
