/** `flowline sessions`: the screen and tmux sessions of all machines, each with the command that attaches to it. */
import type { Command } from 'commander';
import type { z } from 'zod';
import { visible } from '../lib/displayText.ts';
import type { hubApi } from '../protocol/hubApi.ts';
import type { CommandContext } from './context.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { examples } from './help.ts';
import { describeSources, sourcesOf } from './sourceNotes.ts';
import { commandsBelow } from './text/commandsBelow.ts';
import { MISSING, span } from './text/figures.ts';
import { table } from './text/table.ts';
import type { Terminal } from './text/terminal.ts';

type SessionOfNode = z.output<typeof hubApi.sessions.response>['sessions'][number];

const SOURCES = ['screen', 'tmux'] as const;

/** Adds the command. */
export function addSessions(program: Command, context: CommandContext): void {
  withFleet(program.command('sessions'))
    .description('list the screen and tmux sessions of all machines, with the command that attaches to each')
    .addHelpText(
      'after',
      examples('flowline sessions', 'flowline sessions --json | jq -r .sessions[].attachCommand'),
    )
    .action(async (options: FleetOptions) => {
      const { client, terminal, answer } = await openFleet(context, options);
      const [{ sessions }, { nodes }] = await Promise.all([client.call('sessions'), client.call('nodes')]);
      const sources = sourcesOf(nodes, SOURCES);
      answer({ sessions, sources }, () => describeSessions(sessions, Date.now(), terminal));
      if (options.json) return;
      for (const line of describeSources(sources, SOURCES, terminal)) context.printError(visible(line));
    });
}

/** A table of them; the command of each stands below its line, whole, to be copied. */
export function describeSessions(
  sessions: readonly SessionOfNode[],
  nowMs: number,
  terminal: Terminal,
): string {
  const { words } = terminal;
  const { heading } = words;
  if (sessions.length === 0) return words.sessions.none;
  const lines = table(
    [
      { title: heading.machine },
      { title: heading.kind },
      { title: heading.name, cutTo: 16 },
      { title: heading.owner },
      { title: heading.attached },
      { title: heading.running, align: 'right', rarity: 1 },
    ],
    sessions.map((session) => [
      session.nodeName,
      session.kind,
      session.name,
      session.user ?? MISSING,
      // Whoever attaches to one of these shares the screen with somebody.
      session.attached === null
        ? MISSING
        : session.attached
          ? { text: words.sessions.yes, style: 'warn' }
          : words.sessions.no,
      session.createdAtMs === null ? MISSING : span(words, nowMs - session.createdAtMs),
    ]),
    terminal,
  );
  return commandsBelow(
    lines,
    sessions.map((session) => session.attachCommand),
    terminal,
  );
}
