/** `flowline nodes`: the machines of the fleet, a line each; which of them may run tasks. Maintenance is maintenance.ts, forgetting nodesForget.ts. */
import type { Command } from 'commander';
import { conditionOf, modelsOf } from '../fleet/summary.ts';
import { type FleetNode, fleetNode } from '../fleet/view.ts';
import { sourceWords } from '../fleet/words.ts';
import { visible } from '../lib/displayText.ts';
import type { NodeStatus } from '../model/node.ts';
import type { CommandContext } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examples } from './help.ts';
import { addMaintenance } from './maintenance.ts';
import { namedNode } from './namedNode.ts';
import { addForget } from './nodesForget.ts';
import { stateText } from './nodeText.ts';
import type { Cell } from './text/cell.ts';
import { gib, MISSING, percent, span } from './text/figures.ts';
import type { Style } from './text/paint.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';
import type { Words } from './words/words.ts';

/** Adds the command and `nodes maintenance`. */
export function addNodes(program: Command, context: CommandContext): void {
  const nodes = withFleet(program.command('nodes'))
    .description('list the machines of the fleet; `nodes maintenance` says that one is cared for')
    .addHelpText(
      'after',
      examples(
        'flowline nodes',
        'flowline nodes --json | jq -r .nodes[].name',
        'flowline nodes allow atlas       a machine that joined may run tasks from now on',
        'flowline nodes maintenance atlas on --message "new power supply" --for 2h',
        'flowline nodes forget --silent-for 7d',
      ),
    );
  nodes.action(async (options: FleetOptions) => {
    const { client, terminal, answer } = await openFleet(context, options);
    const { nodes } = await client.call('nodes');
    answer({ nodes }, () => describeNodes(nodes, Date.now(), terminal));
  });
  addPermission(nodes, context, 'allow');
  addPermission(nodes, context, 'disallow');
  addMaintenance(nodes, context);
  addForget(nodes, context);
}

/** A machine that joined shows figures only, until an administrator lets it run tasks. */
function addPermission(nodes: Command, context: CommandContext, verb: 'allow' | 'disallow'): void {
  const mayRun = verb === 'allow';
  withFleet(nodes.command(`${verb} <nodes...>`))
    .description(
      mayRun
        ? 'let machines run tasks (administrator)'
        : 'start no more tasks on machines; what runs there goes on (administrator)',
    )
    .addHelpText('after', examples(`flowline nodes ${verb} atlas`, `flowline nodes ${verb} atlas rigel`))
    .action(async (wanted: string[], _options: FleetOptions, command: Command) => {
      const options = command.optsWithGlobals<FleetOptions>();
      const { client, terminal, answer } = await openFleet(context, options);
      const { nodes: known } = await client.call('nodes');
      // All names are understood before anything is changed.
      const chosen = wanted.map((name) => namedNode(known, name, terminal.words));
      const changed: NodeStatus[] = [];
      for (const { id } of chosen)
        changed.push(await client.call('changeNode', { parameters: { id }, body: { mayRun } }));
      answer({ nodes: changed }, () =>
        changed
          .map(({ name }) => terminal.words.nodes[mayRun ? 'allowed' : 'disallowed'](visible(name)))
          .join('\n'),
      );
    });
}

/** A table of them. */
export function describeNodes(nodes: readonly NodeStatus[], nowMs: number, terminal: Terminal): string {
  const { heading, status } = terminal.words;
  if (nodes.length === 0) return status.noMachines;
  return table(
    [
      { title: heading.machine },
      { title: heading.alias, cutTo: 7, rarity: 2 },
      { title: heading.state, cutTo: 14 },
      { title: heading.gpus },
      { title: heading.model, cutTo: 13 },
      { title: `${heading.memory} GiB`, align: 'right', rarity: 1 },
      { title: 'CPU', align: 'right', rarity: 3 },
      { title: heading.tasks, rarity: 2 },
      { title: heading.driver, rarity: 4 },
      { title: heading.address, rarity: 3 },
    ],
    nodes.map((node) => nodeRow(node, nowMs, terminal.words)),
    terminal,
  );
}

function nodeRow(status: NodeStatus, nowMs: number, words: Words): Cell[] {
  const node = fleetNode(status);
  const gpus = node.sample?.gpus ?? [];
  return [
    node.name,
    node.alias ?? '',
    stateCell(status, nowMs, words),
    gpuCell(node, words),
    modelsOf(gpus)
      .map(([model, count]) => `${count}× ${model}`)
      .join(', '),
    gpus.length === 0
      ? MISSING
      : `${gib(sum(gpus.map((gpu) => gpu.memoryUsedBytes)))} / ${gib(sum(gpus.map((gpu) => gpu.memoryTotalBytes)))}`,
    percent(node.sample?.host.cpuPercent ?? null),
    status.mayRun
      ? words.nodes.mayRun
      : { text: sourceWords(words.state, status.source) ?? words.nodes.mayNotRun, style: 'faint' },
    driverText(node, words),
    node.address ?? MISSING,
  ];
}

function stateCell(status: NodeStatus, nowMs: number, words: Words): Cell {
  const style: Style = status.state === 'online' ? 'good' : status.state === 'stale' ? 'warn' : 'faint';
  const age =
    status.state === 'online' || status.lastSeenAtMs === null
      ? ''
      : `${words.comma}${words.time.ago(span(words, nowMs - status.lastSeenAtMs))}`;
  return { text: stateText(status, words) + age, style };
}

function gpuCell(node: FleetNode, words: Words): Cell {
  const gpus = node.sample?.gpus ?? [];
  if (gpus.length === 0) return { text: words.nodes.noGpus, style: 'faint' };
  const conditions = gpus.map((gpu) => conditionOf(node, gpu));
  const free = conditions.filter((condition) => condition === 'free').length;
  const sick = conditions.filter((condition) => condition === 'sick' || condition === 'no-answer').length;
  return [
    { text: words.nodes.free(free, gpus.length), style: free > 0 ? 'good' : 'plain' },
    {
      text: sick === 0 ? '' : `${words.comma}${words.amount(sick, words.state.condition.sick)}`,
      style: 'bad',
    },
  ];
}

function driverText(node: FleetNode, words: Words): Cell {
  const driver = node.sample?.driver;
  if (!driver) return MISSING;
  return driver.state === 'ok'
    ? (driver.version ?? MISSING)
    : { text: words.state.driver[driver.state], style: 'warn' };
}

/** Of those that are known; null where none is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
