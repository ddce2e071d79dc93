/** `flowline queue`: the queue at a glance, and its settings and GPUs for people and scripts. */
import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import type { RunCounts } from '../../model/queue.ts';
import { RunState } from '../../model/task.ts';
import type { QueueStatus } from '../../protocol/queueApi.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examplesAnd } from '../help.ts';
import type { Terminal } from '../text/terminal.ts';
import { wrapped } from '../text/wrap.ts';
import { describeCards, gpuNamed } from './cards.ts';
import { describeSettings, type SettingOptions, settingsOf, withSettings } from './settings.ts';

interface QueueOptions extends FleetOptions, SettingOptions {
  on?: string[];
  off?: string[];
}

/** Adds the command. */
export function addQueue(program: Command, context: CommandContext): void {
  withFleet(withSettings(program.command('queue')))
    .description('the queue at a glance: counts, settings, what each GPU can give; change them')
    .addOption(new Option('--on <gpus...>', 'let the queue use these GPUs, like 0 or atlas:1'))
    .addOption(new Option('--off <gpus...>', 'start nothing new there; what runs goes on'))
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline queue',
          'flowline queue --off atlas:1 atlas:2',
          'flowline queue --max-per-gpu 2 --least-free 10G',
          'flowline queue --budget gpu_oom=5 --budget infra=none',
          'flowline queue --pause',
          'flowline queue --json | jq ".gpus[] | {node, index, freeBytes}"',
        ],
        "Changing something needs the rights of an administrator: on a hub of one's own that is oneself.",
      ),
    )
    .action((options: QueueOptions) => queue(context, options));
}

async function queue(context: CommandContext, options: QueueOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options);
  const { words } = terminal;
  if (options.pause && options.resume) throw new CommandFailure(EXIT.usage, words.queue.pauseOrResume);
  let status = await client.call('queue');
  const named = (texts: readonly string[]): string[] =>
    texts.map((text) => gpuNamed(status.gpus, text, { words, hostname: hostname() }).uuid);
  // All are looked up before any is switched.
  const [on, off] = [named(options.on ?? []), named(options.off ?? [])];
  if (on.some((uuid) => off.includes(uuid))) throw new CommandFailure(EXIT.usage, words.queue.onAndOff);
  const settings = settingsOf(options, status.settings);
  const isChanged = Object.keys(settings).length > 0;
  if (isChanged) await client.call('changeQueue', { body: settings });
  if (on.length > 0) await client.call('switchGpus', { body: { gpus: on, isOn: true } });
  if (off.length > 0) await client.call('switchGpus', { body: { gpus: off, isOn: false } });
  if (isChanged || on.length + off.length > 0) status = await client.call('queue');
  answer(status, () => describeQueue(status, terminal));
}

/** Counts, GPUs, settings. */
export function describeQueue(status: QueueStatus, terminal: Terminal): string {
  const { words, paint, columns } = terminal;
  const counts = wrapped(countsText(status.counts, terminal), columns);
  const paused = status.settings.isRunning ? [] : wrapped(words.queue.isPaused, columns);
  return [
    [...counts, ...paused.map((line) => paint(line, 'warn'))].join('\n'),
    status.gpus.length === 0 ? words.find.noGpus : describeCards(status.gpus, terminal),
    describeSettings(status.settings, terminal),
  ].join('\n\n');
}

function countsText(counts: RunCounts, { words }: Terminal): string {
  const parts = RunState.options
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => words.amount(counts[state] ?? 0, words.taskState.state[state]));
  return parts.length === 0
    ? words.queue.nothing
    : `${words.queue.runs}${words.colon}${parts.join(words.comma)}`;
}
