/** `flowline processes`: a search over the processes of all machines. Ending them is killProcesses.ts. */
import { type Command, Option } from 'commander';
import { visible } from '../lib/displayText.ts';
import type { ProcessOfNode } from '../protocol/hubApi.ts';
import type { CommandContext } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examples } from './help.ts';
import { addKill } from './killProcesses.ts';
import { namedNode } from './namedNode.ts';
import { wholeNumber } from './options.ts';
import { commandCell } from './text/commandCell.ts';
import { MISSING, percent, ranges, size, span } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';
import { whyUnanswered } from './unanswered.ts';

interface SearchOptions extends FleetOptions {
  node?: string;
  limit: number;
}

/** Adds the command and `processes kill`. */
export function addProcesses(program: Command, context: CommandContext): void {
  const processes = withFleet(program.command('processes'))
    .argument('[query...]', 'words that name, command line, user or pid must contain; none: those with most')
    .description('search the processes of all machines; `processes kill` ends some')
    .option('--node <name>', 'only of this machine')
    .addOption(new Option('--limit <n>', 'how many at most').argParser(wholeNumber(1, 200)).default(50))
    .addHelpText(
      'after',
      examples(
        'flowline processes                     those that hold most GPU memory',
        'flowline processes train.py chen       both words must match',
        'flowline processes kill atlas:4711',
      ),
    )
    .action((words: string[], options: SearchOptions) => search(context, words.join(' '), options));
  addKill(processes, context);
}

async function search(context: CommandContext, query: string, options: SearchOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options);
  const node =
    options.node === undefined
      ? null
      : namedNode((await client.call('nodes')).nodes, options.node, terminal.words);
  const answered = await client.call('processes', {
    query: { query, limit: options.limit, ...(node === null ? {} : { node: node.id }) },
  });
  const found = withoutItself(answered, context);
  answer(found, () => describeProcesses(found.processes, query, Date.now(), terminal));
  if (options.json) return;
  const { processes: words } = terminal.words;
  if (found.processes.length > 0 && found.total > found.processes.length)
    context.printError(words.more(found.processes.length, found.total));
  for (const silent of found.unanswered)
    context.printError(visible(words.unanswered(silent.nodeName, whyUnanswered(silent, terminal.words))));
}

/**
 * Its own arguments hold the words that it looks for, as with `ps | grep`. Known by its pid and its name: which of the
 * machines this one is, only the hub knows.
 */
function withoutItself<Found extends { processes: readonly ProcessOfNode[]; total: number }>(
  found: Found,
  { ownPids }: CommandContext,
): Found {
  const processes = found.processes.filter(
    ({ pid, command }) => !(ownPids.includes(pid) && command?.includes(' processes')),
  );
  return { ...found, processes, total: found.total - (found.processes.length - processes.length) };
}

/** A table of them, in the hub's order: most GPU memory first. */
export function describeProcesses(
  processes: readonly ProcessOfNode[],
  query: string,
  nowMs: number,
  terminal: Terminal,
): string {
  const { words } = terminal;
  const { heading } = words;
  if (processes.length === 0) return words.processes.none(query);
  return table(
    [
      { title: heading.machine },
      { title: 'PID', align: 'right' },
      { title: heading.owner },
      { title: 'GPU' },
      { title: heading.gpuMemory, align: 'right' },
      { title: 'CPU', align: 'right', rarity: 2 },
      { title: heading.hostMemory, align: 'right', rarity: 2 },
      { title: heading.running, align: 'right', rarity: 1 },
      { title: heading.where, rarity: 3 },
      { title: heading.command, cutTo: 20 },
    ],
    processes.map((process) => [
      process.nodeName,
      String(process.pid),
      process.owner ?? process.user ?? words.state.nobody,
      ranges(process.gpus),
      process.gpus.length === 0 ? '' : size(process.gpuMemoryBytes),
      percent(process.cpuPercent),
      size(process.hostMemoryBytes),
      process.startedAtMs === null ? MISSING : span(words, nowMs - process.startedAtMs),
      process.task ?? process.container ?? process.session ?? '',
      commandCell(process, terminal),
    ]),
    terminal,
  );
}
