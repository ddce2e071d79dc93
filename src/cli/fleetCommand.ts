/** What the commands that show the fleet have in common: ask the hub, print JSON or text. */
import type { Command } from 'commander';
import type { HubClient } from '../client/hubClient.ts';
import type { CommandContext } from './context.ts';
import { connectHub, type HubOptions, jsonOption, withHub } from './options.ts';
import { jsonText } from './text/json.ts';
import { type Terminal, terminalOf } from './text/terminal.ts';

export interface FleetOptions extends HubOptions {
  json?: boolean;
}

/** Adds `--hub`, `--token-file`, `--data` and `--json`. */
export const withFleet = (command: Command): Command => withHub(command).addOption(jsonOption());

export interface FleetRun {
  client: HubClient;
  terminal: Terminal;
  /** The answer as JSON with `--json`, else as text. */
  answer(value: unknown, describe: () => string): void;
}

/** Connects as the options say; `timeoutMs` where an answer may take long. @throws CommandFailure */
export async function openFleet(
  context: CommandContext,
  options: FleetOptions,
  timeoutMs?: number,
): Promise<FleetRun> {
  const client = await connectHub(context, options, timeoutMs);
  return {
    client,
    terminal: terminalOf(context),
    answer: (value, describe) => context.print(options.json ? jsonText(value) : describe()),
  };
}
