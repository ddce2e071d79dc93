/** `flowline nodes maintenance`: says that somebody cares for a machine, so that it is not offered meanwhile. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { visible } from '../lib/displayText.ts';
import { parseDurationMs } from '../lib/durations.ts';
import { MAX_NAME_CHARACTERS } from '../model/limits.ts';
import type { NodeStatus } from '../model/node.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examplesAnd } from './help.ts';
import { namedNode } from './namedNode.ts';
import { span } from './text/figures.ts';
import { terminalOf } from './text/terminal.ts';
import type { Words } from './words/words.ts';

interface MaintenanceOptions extends FleetOptions {
  message?: string;
  for?: number;
}

const LONGEST_MS = 366 * 86_400_000;

/** Adds the command under `nodes`. */
export function addMaintenance(nodes: Command, context: CommandContext): void {
  withFleet(nodes.command('maintenance'))
    .addArgument(new Argument('<node>', 'name, alias or id of a machine'))
    .addArgument(new Argument('<on|off>', 'whether it is in maintenance').choices(['on', 'off']))
    .description('set a machine into maintenance: `find` does not offer it, and it calls nobody')
    .option('--message <text>', 'what for; whoever looks is told')
    .addOption(new Option('--for <time>', 'it ends by itself after so long, like 2h').argParser(parseTime))
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline nodes maintenance atlas on --message "new power supply"',
          'flowline nodes maintenance atlas on --for 2h',
          'flowline nodes maintenance atlas off',
        ],
        `What runs there goes on, and its figures are shown as ever. Set again, what for and for how long are as said last.`,
      ),
    )
    .action((name: string, word: 'on' | 'off', _own: MaintenanceOptions, command: Command) =>
      // `nodes` has some of these options too, and commander gives them to whichever stands nearer.
      setMaintenance(context, name, word === 'on', command.optsWithGlobals() as MaintenanceOptions),
    );
}

async function setMaintenance(
  context: CommandContext,
  name: string,
  isOn: boolean,
  options: MaintenanceOptions,
): Promise<void> {
  const { maintenance: words } = terminalOf(context).words;
  if (!isOn && (options.message !== undefined || options.for !== undefined))
    throw new CommandFailure(EXIT.usage, words.onlyWithOn);
  if ((options.message?.length ?? 0) > MAX_NAME_CHARACTERS)
    throw new CommandFailure(EXIT.usage, words.tooLong(MAX_NAME_CHARACTERS));
  const { client, terminal, answer } = await openFleet(context, options);
  const { id } = namedNode((await client.call('nodes')).nodes, name, terminal.words);
  // By the hub's clock: this machine's may be off by more than the time that was asked for.
  const untilMs = options.for === undefined ? null : (await client.call('health')).nowMs + options.for;
  const node = await client.call('changeNode', {
    parameters: { id },
    body: isOn ? { maintenance: true, message: options.message ?? null, untilMs } : { maintenance: false },
  });
  const said = isOn
    ? words.isOn(node.name, options.for === undefined ? null : span(terminal.words, options.for))
    : words.isOff(node.name);
  answer(node, () => visible(said));
}

/** "in maintenance for 2 h, set by lw: new power supply"; null where it is in none. */
export function maintenanceText(
  { maintenance }: Pick<NodeStatus, 'maintenance'>,
  nowMs: number,
  words: Words,
): string | null {
  if (!maintenance) return null;
  const { sinceMs, untilMs, by, message } = maintenance;
  return words.maintenance.told(
    span(words, nowMs - sinceMs),
    untilMs === null ? null : span(words, untilMs - nowMs),
    words.state.account(by),
    message,
  );
}

function parseTime(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 1000 || milliseconds > LONGEST_MS)
    throw new InvalidArgumentError('say a time from 1s to 366d, like 30m or 2h');
  return milliseconds;
}
