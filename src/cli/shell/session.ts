/** What the shell's verbs work on: one hub, one table, one terminal; and the few questions that several of them ask. */
import type { HubClient } from '../../client/hubClient.ts';
import { visible } from '../../lib/displayText.ts';
import { CommandFailure, EXIT } from '../context.ts';
import type { Terminal } from '../text/terminal.ts';

export interface ShellSession {
  client: HubClient;
  tableId: string;
  terminal: Terminal;
  /** Name of this machine: a GPU that is said by its bare index is one of this machine's. */
  hostname: string;
  say(text: string): void;
  /** Runs another command of the program on the same hub. */
  delegate(argv: readonly string[]): Promise<void>;
}

/** `t3`, or `3` as people of the older shell say it. @throws CommandFailure */
export function taskNamed(text: string, { terminal }: ShellSession): string {
  if (/^t?[1-9]\d*$/.test(text)) return text.startsWith('t') ? text : `t${text}`;
  throw new CommandFailure(
    EXIT.usage,
    terminal.words.tasks.noTaskId(visible(text)),
    terminal.words.tasks.noTaskIdHint,
  );
}
