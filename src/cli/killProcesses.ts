/** `flowline processes kill`: ends processes, and answers for each what became of it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HubClient } from '../client/hubClient.ts';
import { visible } from '../lib/displayText.ts';
import { parseDurationMs } from '../lib/durations.ts';
import { isEnded, type KillOutcome, type KillReason } from '../model/process.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examplesAnd } from './help.ts';
import { type LookedUp, lookUpTargets, parseTarget } from './killTargets.ts';
import { commandCell } from './text/commandCell.ts';
import { size, span } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';
import type { Words } from './words/words.ts';

interface KillOptions extends FleetOptions {
  yes?: boolean;
  grace: number;
}

/** One process that was asked for; without a node where a bare pid was found on none. */
export interface KillResult {
  nodeId: string | null;
  nodeName: string | null;
  pid: number;
  outcome: KillOutcome | 'no-answer';
  /** Left out where it was not asked for: then the message is this command's own. */
  reason?: KillReason | null;
  message: string;
}

const MAX_GRACE_MS = 60_000;
/** Beyond the grace: the hub gives agents 5 s to answer, and the network some. */
const ANSWER_PATIENCE_MS = 15_000;

/** Adds the command under `processes`. */
export function addKill(processes: Command, context: CommandContext): void {
  withFleet(processes.command('kill'))
    .argument('<target...>', 'PID, or NODE:PID')
    .description('end processes: SIGTERM, then SIGKILL after a grace; an answer for each')
    .option('--yes', 'do not ask first')
    .addOption(
      new Option('--grace <time>', 'how long they have to end by themselves')
        .argParser(parseGrace)
        .default(5000, '5s'),
    )
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline processes kill 4711',
          'flowline processes kill atlas:4711 vega:9233 --grace 30s',
          'flowline processes kill atlas:4711 --yes --json',
        ],
        `The exit code is 0 if none of them is there any more (a pid that nobody has is gone), 1 if any still is or could not be asked for. Without a terminal to ask on it takes --yes.`,
      ),
    )
    .action((targets: string[], _own: KillOptions, command: Command) =>
      // `processes` has some of these options too, and commander gives them to whichever stands nearer.
      kill(context, targets, command.optsWithGlobals() as KillOptions),
    );
}

async function kill(context: CommandContext, texts: readonly string[], options: KillOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options, options.grace + ANSWER_PATIENCE_MS);
  const { words } = terminal;
  const targets = texts.map((text) => parseTarget(text, words));
  const { found, missing } = await lookUpTargets(client, targets, words);
  if (found.length > 0) await checkMayEnd(client, words);
  if (found.length > 0 && !options.yes && !(await isConfirmed(context, found, options.grace, terminal)))
    throw new CommandFailure(EXIT.failed, words.kill.left);
  const results: KillResult[] = [...missing];
  if (found.length > 0) {
    const answered = await client.call('killProcesses', {
      body: {
        targets: found.map(({ nodeId, pid, startedAtMs }) => ({ nodeId, pid, startedAtMs })),
        graceSeconds: options.grace / 1000,
      },
    });
    results.unshift(...answered.results);
  }
  answer({ results }, () => describeResults(results, terminal));
  if (results.some(({ outcome }) => !isEnded(outcome))) throw new CommandFailure(EXIT.failed, '');
}

/** Before anybody is asked: a question that cannot be answered by doing is none. @throws CommandFailure */
async function checkMayEnd(client: HubClient, { kill: words }: Words): Promise<void> {
  const { account } = await client.call('whoAmI');
  if (account === null || account.role === 'viewer')
    throw new CommandFailure(EXIT.notAllowed, words.notAllowed, words.notAllowedHint);
}

/** Names what ends and asks. @throws CommandFailure where nobody sits at a terminal: silence is no yes */
async function isConfirmed(
  context: CommandContext,
  found: LookedUp['found'],
  graceMs: number,
  terminal: Terminal,
): Promise<boolean> {
  const { kill: words } = terminal.words;
  const nowMs = Date.now();
  const lines = found.map((process) => [
    process.nodeName,
    String(process.pid),
    process.owner ?? process.user ?? terminal.words.state.nobody,
    process.gpus.length === 0 ? '' : `GPU ${process.gpus.join(',')} ${size(process.gpuMemoryBytes)}`,
    span(terminal.words, nowMs - process.startedAtMs),
    commandCell(process, terminal),
  ]);
  const { heading } = terminal.words;
  const titles = [heading.machine, 'PID', heading.owner, heading.gpuMemory, heading.running];
  const shown = table(
    [...titles.map((title) => ({ title })), { title: heading.command, cutTo: 20 }],
    lines,
    terminal,
  );
  const answer = await context.ask(
    `${shown}\n\n${words.question(found.length)} ${words.explain(span(terminal.words, graceMs))} ${words.answers}`,
  );
  if (answer === null) throw new CommandFailure(EXIT.usage, words.noTerminal);
  return words.isYes(answer);
}

/** A line for each. */
export function describeResults(results: readonly KillResult[], terminal: Terminal): string {
  const { heading, state } = terminal.words;
  return table(
    [
      { title: heading.machine },
      { title: 'PID', align: 'right' },
      { title: heading.outcome },
      { title: heading.told, cutTo: 20 },
    ],
    results.map(({ nodeName, pid, outcome, reason, message }) => [
      nodeName ?? '',
      String(pid),
      {
        text: state.killOutcome[outcome],
        style: isEnded(outcome) ? 'good' : 'bad',
      },
      visible(toldOf({ outcome, reason, message }, terminal.words)),
    ]),
    terminal,
  );
}

/** In this language's words where they say as much; the agent's own, in English, after them where they name more. */
function toldOf(
  {
    outcome,
    reason,
    message,
  }: Pick<KillResult, 'outcome' | 'message'> & { reason: KillReason | null | undefined },
  { state, find }: Words,
): string {
  const own = reason === undefined ? null : state.killTold(outcome, reason);
  if (own === null) return message;
  return outcome === 'not-allowed' ? `${own}${find.semicolon}${message}` : own;
}

function parseGrace(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds > MAX_GRACE_MS)
    throw new InvalidArgumentError('say a time up to 60s, like 10s');
  return milliseconds;
}
