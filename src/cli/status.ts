/** `flowline status`: this machine, read by itself, once; with --hub the fleet. */
import type { Command } from 'commander';
import type { NodeStatus } from '../model/node.ts';
import type { CommandContext } from './context.ts';
import { examples } from './help.ts';
import { describeNode } from './nodeText.ts';
import { connectHub, dataOption, jsonOption, tokenFileOption } from './options.ts';
import { jsonText } from './text/json.ts';
import { type Terminal, terminalOf } from './text/terminal.ts';

interface StatusOptions {
  hub?: string;
  json?: boolean;
  tokenFile?: string;
  data?: string;
}

/** Adds the command. */
export function addStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('show this machine, read now; with --hub the whole fleet')
    // Only the flag: FLOWLINE_HUB in the environment must not turn a look at this machine into one at the fleet.
    .option('--hub <url>', 'show the fleet of this hub instead')
    .addOption(tokenFileOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'flowline status',
        'flowline status --json | jq .nodes[0].sample.gpus',
        'flowline status --hub http://10.20.4.2:3569',
      ),
    )
    .action(async (options: StatusOptions) => {
      const nodes =
        options.hub === undefined
          ? [await context.readThisMachine()]
          : await askHub(context, options.hub, options);
      if (options.json) context.print(jsonText({ nodes }));
      else context.print(describeNodes(nodes, terminalOf(context)));
    });
}

function describeNodes(nodes: readonly NodeStatus[], terminal: Terminal): string {
  if (nodes.length === 0) return terminal.words.status.noMachines;
  return nodes.map((node) => describeNode(node, Date.now(), terminal)).join('\n\n\n');
}

async function askHub(context: CommandContext, hub: string, options: StatusOptions): Promise<NodeStatus[]> {
  const client = await connectHub(context, { ...options, hub });
  return (await client.call('nodes')).nodes;
}
