/** What a slave.json of the older FlowLine Monitor says to our agent: where it goes on answering as a slave, and where its hub may be. */
import type { AgentRoleOptions } from '../cli/context.ts';
import { readAgentConfiguration } from '../dialects/configuration/readConfiguration.ts';
import type { Language } from '../fleet/words.ts';
import { asUsage } from './oldNodes.ts';

/** As every hub. */
const HUB_PORT = 3569;

/**
 * The options with what the file adds: what was said on the command line counts before it. Its master's machine is the hub
 * where none was said and none was joined.
 * @throws CommandFailure where it is no slave.json
 */
export async function withSlaveFile(
  options: AgentRoleOptions,
  language: Language,
): Promise<AgentRoleOptions> {
  if (options.configFile === null) return options;
  const { masterHost, listened } = await readAgentConfiguration(options.configFile).catch(asUsage(language));
  const { nodes } = options.dialects;
  const isSaid = nodes.some(({ name }) => name === 'flowline-monitor');
  return {
    ...options,
    likelyHubUrl:
      masterHost === null
        ? null
        : `http://${masterHost.includes(':') ? `[${masterHost}]` : masterHost}:${HUB_PORT}`,
    dialects: {
      ...options.dialects,
      nodes: isSaid ? nodes : [...nodes, { name: 'flowline-monitor', ...listened }],
    },
  };
}
