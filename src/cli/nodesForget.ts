/** `flowline nodes forget`: takes machines out of the fleet, by name or all that are silent or came by a dialect. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { visible } from '../lib/displayText.ts';
import { parseDurationMs } from '../lib/durations.ts';
import { type DialectName, PUSHED_DIALECTS } from '../model/dialect.ts';
import type { NodeStatus } from '../model/node.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examplesAnd } from './help.ts';
import { namedNode } from './namedNode.ts';
import { stateText } from './nodeText.ts';
import { span } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';

interface ForgetOptions extends FleetOptions {
  silentFor?: number;
  dialect?: DialectName;
  yes?: boolean;
}

const SHOWN = 20;
/** Some thousands, each with a file. */
const PATIENCE_MS = 60_000;

/** Adds the command under `nodes`. */
export function addForget(nodes: Command, context: CommandContext): void {
  withFleet(nodes.command('forget'))
    .argument('[nodes...]', 'names, aliases or ids of machines')
    .description('take machines out of the fleet and revoke their credentials (administrator)')
    .addOption(
      new Option('--silent-for <time>', 'those of which nothing was heard for so long, like 1h').argParser(
        parseTime,
      ),
    )
    .addOption(
      new Option(
        '--dialect <name>',
        'those that report by themselves through this older system, like gpu-monitor',
      ).choices(PUSHED_DIALECTS),
    )
    .option('--yes', 'do not ask first')
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline nodes forget atlas',
          'flowline nodes forget --silent-for 7d',
          'flowline nodes forget --dialect gpu-monitor --silent-for 1h --yes',
        ],
        'Of several conditions a machine has to meet all. Without a terminal to ask on it takes --yes.',
      ),
    )
    .action((names: string[], _own: ForgetOptions, command: Command) =>
      // `nodes` has some of these options too, and commander gives them to whichever stands nearer.
      forget(context, names, command.optsWithGlobals() as ForgetOptions),
    );
}

async function forget(
  context: CommandContext,
  names: readonly string[],
  options: ForgetOptions,
): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options, PATIENCE_MS);
  const { forget: words, kill } = terminal.words;
  if (names.length === 0 && options.silentFor === undefined && options.dialect === undefined)
    throw new CommandFailure(EXIT.usage, words.which);
  const [{ nodes }, { nowMs }] = await Promise.all([client.call('nodes'), client.call('health')]);
  const named = new Set(names.map((name) => namedNode(nodes, name, terminal.words).id));
  // What the configuration names is meant only by its name, and then said to stay.
  const chosen = nodes.filter(
    (node) =>
      (names.length === 0 ? (node.source?.host ?? null) === null : named.has(node.id)) &&
      isMeant(node, options, nowMs),
  );
  if (chosen.length === 0) {
    if (!options.json) throw new CommandFailure(EXIT.failed, words.noneSuch);
    return answer({ results: [] }, () => '');
  }
  if (!options.yes) {
    const said = await context.ask(
      `${listed(chosen, nowMs, terminal)}\n\n${words.question(chosen.length)} ${words.explain} ${kill.answers}`,
    );
    if (said === null) throw new CommandFailure(EXIT.usage, kill.noTerminal);
    if (!kill.isYes(said)) throw new CommandFailure(EXIT.failed, words.left);
  }
  const { results } = await client.call('forgetNodes', { body: { ids: chosen.map(({ id }) => id) } });
  const isDone = ({ outcome }: (typeof results)[number]): boolean => outcome === 'forgotten';
  answer({ results }, () =>
    [
      ...results
        .filter((each) => results.length <= SHOWN || !isDone(each))
        .map(({ nodeId, nodeName, outcome }) => `${visible(nodeName ?? nodeId)}: ${words.outcome[outcome]}`),
      ...(results.length > SHOWN ? [words.sum(results.filter(isDone).length)] : []),
    ].join('\n'),
  );
  if (results.some(({ outcome }) => outcome === 'configured')) throw new CommandFailure(EXIT.failed, '');
}

/** By the hub's clock. One of a dialect that the hub asks would be asked again: it is not among those of a dialect. */
function isMeant(
  { state, lastSeenAtMs, source }: NodeStatus,
  options: ForgetOptions,
  nowMs: number,
): boolean {
  const { silentFor, dialect } = options;
  const isSilent =
    silentFor === undefined ||
    (state !== 'online' && (lastSeenAtMs === null || nowMs - lastSeenAtMs >= silentFor));
  return isSilent && (dialect === undefined || (source?.dialect === dialect && source.host === null));
}

function listed(nodes: readonly NodeStatus[], nowMs: number, terminal: Terminal): string {
  const { heading, forget: words, time } = terminal.words;
  const shown = table(
    [{ title: heading.machine }, { title: heading.state }, { title: '' }, { title: heading.address }],
    nodes
      .slice(0, SHOWN)
      .map((node) => [
        node.name,
        stateText(node, terminal.words),
        node.lastSeenAtMs === null ? '' : time.ago(span(terminal.words, nowMs - node.lastSeenAtMs)),
        node.address ?? '',
      ]),
    terminal,
  );
  return nodes.length <= SHOWN ? shown : `${shown}\n${words.more(nodes.length - SHOWN)}`;
}

function parseTime(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 1000)
    throw new InvalidArgumentError('say a time from 1s on, like 30m, 2h or 7d');
  return milliseconds;
}
