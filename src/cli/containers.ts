/** `flowline containers`: the containers of all machines, each with the command that enters it. */
import type { Command } from 'commander';
import type { z } from 'zod';
import { visible } from '../lib/displayText.ts';
import type { hubApi } from '../protocol/hubApi.ts';
import type { CommandContext } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examples } from './help.ts';
import { describeSources, sourcesOf } from './sourceNotes.ts';
import { commandsBelow } from './text/commandsBelow.ts';
import { MISSING, percent, ranges, size } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';

type ContainerOfNode = z.output<typeof hubApi.containers.response>['containers'][number];

const SOURCES = ['docker'] as const;

/** Adds the command. */
export function addContainers(program: Command, context: CommandContext): void {
  withFleet(program.command('containers'))
    .description('list the containers of all machines, with the command that enters each')
    .addHelpText(
      'after',
      examples('flowline containers', 'flowline containers --json | jq -r .containers[].enterCommand'),
    )
    .action(async (options: FleetOptions) => {
      const { client, terminal, answer } = await openFleet(context, options);
      const [{ containers }, { nodes }] = await Promise.all([
        client.call('containers'),
        client.call('nodes'),
      ]);
      const sources = sourcesOf(nodes, SOURCES);
      answer({ containers, sources }, () => describeContainers(containers, terminal));
      if (options.json) return;
      for (const line of describeSources(sources, SOURCES, terminal)) context.printError(visible(line));
    });
}

/** A table of them; the command of each stands below its line, whole, to be copied. */
export function describeContainers(containers: readonly ContainerOfNode[], terminal: Terminal): string {
  const { heading, containers: words } = terminal.words;
  if (containers.length === 0) return words.none;
  const lines = table(
    [
      { title: heading.machine },
      { title: heading.name },
      { title: heading.state, rarity: 1 },
      { title: 'GPU' },
      { title: heading.hostMemory, align: 'right' },
      { title: 'CPU', align: 'right', rarity: 2 },
      { title: heading.owner },
      { title: heading.image, cutTo: 16, rarity: 3 },
    ],
    containers.map((container) => [
      container.nodeName,
      container.name,
      container.status || container.state,
      container.gpus === null ? MISSING : ranges(container.gpus),
      size(container.memoryUsedBytes),
      percent(container.cpuPercent),
      container.owner ?? '',
      container.image,
    ]),
    terminal,
  );
  return commandsBelow(
    lines,
    containers.map((container) => container.enterCommand),
    terminal,
  );
}
