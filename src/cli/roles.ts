/** `up`, `hub`, `agent`, `demo`: the commands that run until a signal ends them. */
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import {
  type AgentRoleOptions,
  type CommandContext,
  CommandFailure,
  EXIT,
  type RoleOptions,
} from './context.ts';
import {
  type DialectFlags,
  dialectOptions,
  withDialectPassword,
  withMainDialects,
  withNodeDialects,
} from './dialectOptions.ts';
import { examples, examplesAnd } from './help.ts';
import {
  checkHubUrl,
  DEFAULT_PORT,
  dataFolderOf,
  dataOption,
  oneOf,
  parseHostName,
  parseInterval,
  parseListen,
  wholeNumber,
} from './options.ts';
import { terminalOf } from './text/terminal.ts';

interface CommonFlags extends DialectFlags {
  data?: string;
  listen: { host: string; port: number };
  hostName: string[];
  readers: 'link' | 'everyone';
  interval: number;
  logLevel: RoleOptions['logLevel'];
  config?: string[];
}

/** Adds the four. */
export function addRoles(program: Command, context: CommandContext): void {
  const roleOptions = async (flags: CommonFlags): Promise<RoleOptions> => ({
    dataFolder: dataFolderOf(context, flags.data),
    listen: flags.listen,
    hostNames: flags.hostName,
    readers: flags.readers,
    intervalMs: flags.interval,
    configFiles: flags.config ?? [],
    logLevel: flags.logLevel,
    dialects: await dialectOptions(context, flags, flags.listen),
  });

  withInterval(withOldNodes(withNodeDialects(withMainDialects(withServing(program.command('up'))))))
    .description('watch this machine: hub, agent and page in one')
    .addHelpText(
      'after',
      examples(
        'flowline up',
        'flowline up --listen 10.20.4.2:3569     let other machines report here',
        'flowline up --interval 5s',
        'flowline up --config hosts.txt          show nodes of cluster-status, too',
        'flowline up --dialect gpu-monitor       answer where gpu-monitor would, at 127.0.0.1:7864',
      ),
    )
    .action(async (flags: CommonFlags) => context.roles.up(await roleOptions(flags)));

  withHubOptions(program.command('hub'))
    .description('run the hub alone; machines join it with `flowline agent`')
    .addHelpText(
      'after',
      examples(
        'flowline hub --listen 10.20.4.2:3569',
        'flowline token create --scope join      print a token for one machine',
        'flowline hub --dialect cluster-status=10.20.4.2:7070   its page and scripts ask there as before',
        "flowline hub --config master.json       show FlowLine Monitor's slaves here",
        'flowline hub --config hosts.txt --config config.json',
      ),
    )
    .action(async (flags: CommonFlags) => context.roles.hub(await roleOptions({ ...flags, interval: 1000 })));

  withInterval(withMainDialects(withServing(program.command('demo'))))
    .description('a simulated fleet: no GPU needed, nothing on this machine is touched')
    .addOption(new Option('--nodes <n>', 'how many machines').argParser(wholeNumber(1, 1000)).default(12))
    .option('--seed <text>', 'another fleet', 'flowline')
    .addHelpText(
      'after',
      examples(
        'flowline demo',
        'flowline demo --nodes 120',
        'flowline demo --dialect flowline-monitor    then: curl http://127.0.0.1:5000/api/slaves',
      ),
    )
    .action(async (flags: CommonFlags & { nodes: number; seed: string }) => {
      // Never the folder of a real hub: what is imagined must not stand among what is real.
      const dataFolder = flags.data ?? `${dataFolderOf(context, undefined)}-demo`;
      return context.roles.demo({
        ...(await roleOptions(flags)),
        dataFolder,
        machines: flags.nodes,
        seed: flags.seed,
      });
    });

  addAgent(program, context);
}

function addAgent(program: Command, context: CommandContext): void {
  interface AgentFlags extends DialectFlags {
    hub?: string;
    joinTokenFile?: string;
    hostName: string[];
    config?: string;
    data?: string;
    interval: number;
    logLevel: RoleOptions['logLevel'];
  }
  const run = async (
    hubUrl: string | undefined,
    flags: AgentFlags,
    joining: { only: boolean } | null,
  ): Promise<void> => {
    const options: AgentRoleOptions = {
      dataFolder: dataFolderOf(context, flags.data),
      hubUrl: hubUrl === undefined ? null : checkHubUrl(hubUrl, context),
      likelyHubUrl: null,
      configFile: flags.config ?? null,
      joinToken: await joinToken(context, flags.joinTokenFile),
      joinsAnew: joining !== null,
      joinsOnly: joining?.only === true,
      intervalMs: flags.interval,
      logLevel: flags.logLevel,
      dialects: await dialectOptions(context, flags, null),
      hostNames: flags.hostName,
    };
    await context.roles.agent(options);
  };
  const agent = withHubOfAgent(withAgentOptions(program.command('agent')))
    .description('report this machine to a hub; one outgoing connection, no open port')
    .addHelpText(
      'after',
      examplesAnd(
        [
          'FLOWLINE_JOIN_TOKEN=fl_… flowline agent --hub http://10.20.4.2:3569',
          'flowline agent                           again, later',
          'flowline agent --config slave.json       the hub runs where its master ran',
          'flowline agent --node-dialect flowline-monitor=10.20.4.11:5001   an older master may ask it too',
        ],
        `\`flowline agent join URL\` does the same as \`flowline agent --hub URL\`: it joins if need be, then reports. It also joins a hub that was set up anew at that address.`,
      ),
    )
    .action((flags: AgentFlags) => run(flags.hub, flags, null));
  withAgentOptions(agent.command('join'))
    .argument('<url>', "the hub's address")
    .description('join a hub with a join token, then report to it')
    .option('--only', 'join and end: a service, or the next `flowline agent`, reports')
    .addHelpText(
      'after',
      examples('flowline agent join http://10.20.4.2:3569 --join-token-file /root/join-token'),
    )
    .action((url: string, { only }: { only?: true }, command: Command) =>
      run(url, command.optsWithGlobals() as AgentFlags, { only: only === true }),
    );
}

/** What `hub` takes, for whatever starts one. */
export const withHubOptions = (command: Command): Command =>
  withOldNodes(withMainDialects(withServing(command)));

/** What `agent` takes, for whatever starts one; its hub apart. */
export const withAgentOptions = (command: Command): Command =>
  withInterval(withDialectPassword(withNodeDialects(command)))
    .option(
      '--join-token-file <path>',
      'file that holds a join token (else FLOWLINE_JOIN_TOKEN); needed once',
    )
    .option('--config <file>', 'the slave.json of an older FlowLine Monitor: answers where its slave did')
    .addOption(hostNameOption('another name by which older dialects may be called here; may be repeated'))
    .addOption(dataOption())
    .addOption(logLevelOption());

export const withHubOfAgent = (command: Command): Command =>
  command.addOption(
    new Option('--hub <url>', 'the hub (else the one that was joined before)').env('FLOWLINE_HUB'),
  );

/** The token that was given, by file or by environment; null for none. @throws CommandFailure */
export async function joinToken(context: CommandContext, file: string | undefined): Promise<string | null> {
  if (file === undefined) return context.environment.FLOWLINE_JOIN_TOKEN?.trim() || null;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    const { what, hint } = terminalOf(context).words.starting.notRead('joinToken', file, why);
    throw new CommandFailure(EXIT.usage, what, hint);
  }
}

/** Nodes of older systems, and what those of cluster-status ask for. */
const withOldNodes = (command: Command): Command =>
  withDialectPassword(
    command.addOption(
      new Option(
        '--config <file>',
        'nodes of older systems to read: our own file, or a master.json, hosts.txt, config.json as it is; may be repeated',
      ).argParser((file: string, before: string[] = []) => [...before, file]),
    ),
  );

const logLevelOption = () =>
  oneOf(new Option('--log-level <level>', 'how much is logged'), ['debug', 'info', 'warn', 'error']).default(
    'warn',
  );

const hostNameOption = (description: string) =>
  new Option('--host-name <name>', description)
    .argParser((name: string, before: string[]) => [...before, parseHostName(name)])
    .default([], 'none');

function withServing(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--listen <host:port>',
        'where to serve, a bare PORT on loopback; beyond it reading needs the link',
      )
        .argParser(parseListen)
        .default({ host: '127.0.0.1', port: DEFAULT_PORT }, `127.0.0.1:${DEFAULT_PORT}`),
    )
    .addOption(hostNameOption('another name by which browsers call this hub; may be repeated'))
    .addOption(
      oneOf(new Option('--readers <who>', 'who may read beyond loopback'), ['link', 'everyone']).default(
        'link',
      ),
    )
    .addOption(dataOption())
    .addOption(logLevelOption());
}

function withInterval(command: Command): Command {
  return command.addOption(
    new Option('--interval <time>', 'how often to sample').argParser(parseInterval).default(1000, '1s'),
  );
}
