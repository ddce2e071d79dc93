/** `flowline service`: hub and agent as services of systemd's, of the machine or of a user's own. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { examples, examplesAnd } from '../help.ts';
import { checkHubUrl, jsonOption } from '../options.ts';
import { joinToken, withAgentOptions, withHubOfAgent, withHubOptions } from '../roles.ts';
import { jsonText } from '../text/json.ts';
import { table } from '../text/table.ts';
import { terminalOf } from '../text/terminal.ts';
import type { Words } from '../words/words.ts';
import { carryOptions } from './carried.ts';
import { installService, systemctl } from './install.ts';
import { planService, refuseWithoutSystemd, type ServiceFlags, unitPath } from './plan.ts';
import { UnquotableWord } from './quoting.ts';
import { lingers, readService, type ServiceState } from './state.ts';
import { printedUnit, SERVICE_ROLES, type ServiceRole, unitName } from './unit.ts';

interface TypedFlags extends ServiceFlags {
  joinTokenFile?: string;
}

const userOption = () => new Option('--user', 'of your own systemd, without root; it stays when you log out');

/** Adds the command. */
export function addService(program: Command, context: CommandContext): void {
  const service = program
    .command('service')
    .description('hub and agent as services of systemd: start at boot, and runs outlive a restart')
    .addHelpText(
      'after',
      examples(
        'sudo flowline service install hub --listen 10.20.4.2:3569',
        'flowline service install agent --user --hub http://10.20.4.2:3569',
        'flowline service status',
      ),
    );

  const install = service
    .command('install')
    .description('write the unit, start it, and have it started at boot; again after a change')
    .addHelpText(
      'after',
      examples(
        'sudo flowline service install hub',
        'sudo flowline service install agent --run-as lab --hub http://10.20.4.2:3569 --join-token-file token',
        'flowline service install agent --user --hub http://10.20.4.2:3569 --join-token-file token',
      ),
    );
  addRoleCommands(
    install,
    context,
    {
      hub: 'run the hub at boot, as a service; takes the options of `flowline hub`',
      agent: 'run the agent at boot, as a service; takes the options of `flowline agent`',
    },
    async (role, flags, planOf) => {
      refuseWithoutSystemd(context, role, flags);
      const plan = await planOf();
      await installService(context, {
        plan,
        flags,
        joinToken: await joinToken(context, flags.joinTokenFile),
      });
    },
  );

  const print = service
    .command('print')
    .description('print the unit, and the command line for another init system; nothing is changed')
    .addHelpText('after', examples('flowline service print agent --run-as lab --hub http://10.20.4.2:3569'));
  addRoleCommands(
    print,
    context,
    {
      hub: 'print the unit of the hub; takes the options of `flowline hub`',
      agent: 'print the unit of the agent; takes the options of `flowline agent`',
    },
    async (_role, _flags, planOf) => {
      context.print(printedUnit(await planOf()).trimEnd());
    },
  );

  addUninstall(service, context);
  addStatus(service, context);
}

type Act = (
  role: ServiceRole,
  flags: TypedFlags,
  planOf: () => ReturnType<typeof planService>,
) => Promise<void>;

/** `… hub` and `… agent`, each with the options that the role takes. */
function addRoleCommands(
  parent: Command,
  context: CommandContext,
  what: Record<ServiceRole, string>,
  act: Act,
): void {
  for (const role of SERVICE_ROLES) {
    const bare = parent.command(role).description(what[role]);
    const command = (role === 'hub' ? withHubOptions(bare) : withHubOfAgent(withAgentOptions(bare)))
      .addOption(userOption())
      .option(
        '--run-as <login>',
        role === 'hub'
          ? 'the user that it runs as (else flowline, which is made)'
          : 'the user that it and its tasks run as (else who typed sudo)',
      );
    command.addHelpText(
      'after',
      examplesAnd(EXAMPLES[role](parent.name()), role === 'agent' ? AGENT_NOTE : null),
    );
    const carried = carryOptions(command);
    command.action(async (typed: TypedFlags) => {
      const flags = {
        ...typed,
        ...(typed.hub === undefined ? {} : { hub: checkHubUrl(typed.hub, context) }),
      };
      const planOf = () => planService(context, role, flags, { typed: carried(), hubUrl: flags.hub ?? null });
      await act(role, flags, planOf).catch(asFailure);
    });
  }
}

const EXAMPLES: Record<ServiceRole, (verb: string) => string[]> = {
  hub: (verb) => [
    `sudo flowline service ${verb} hub --listen 10.20.4.2:3569 --host-name gpus.lab.example`,
    `flowline service ${verb} hub --user`,
  ],
  agent: (verb) => [
    `sudo flowline service ${verb} agent --run-as lab --hub http://10.20.4.2:3569`,
    `flowline service ${verb} agent --user --hub http://10.20.4.2:3569`,
  ],
};

const AGENT_NOTE =
  'A machine that has not joined that hub needs a join token, by FLOWLINE_JOIN_TOKEN or --join-token-file: install joins at once, and the token stands in no file of the service. Its data are in /var/lib/flowline-agent, with --user in your state folder, unless --data says where.';

function asFailure(failure: unknown): never {
  if (failure instanceof UnquotableWord) throw new CommandFailure(EXIT.usage, failure.message);
  throw failure;
}

function addUninstall(service: Command, context: CommandContext): void {
  service
    .command('uninstall')
    .argument('<role>', 'hub or agent')
    .description('stop it and remove its unit; data stay, and runs go on')
    .addOption(userOption())
    .addHelpText(
      'after',
      examples('sudo flowline service uninstall agent', 'flowline service uninstall hub --user'),
    )
    .action(async (named: string, flags: ServiceFlags) => {
      const { words } = terminalOf(context);
      const role = roleNamed(named, words);
      refuseWithoutSystemd(context, role, flags);
      const unit = unitName(role);
      const path = unitPath(context, role, flags.user ? 'user' : 'system');
      if (!existsSync(path)) throw new CommandFailure(EXIT.failed, words.service.notInstalled(unit), path);
      await systemctl(context, flags.user === true, 'disable', '--now', unit);
      await rm(path);
      await systemctl(context, flags.user === true, 'daemon-reload');
      // One that failed is remembered, and shown by systemctl, without its unit too. Of one that did not, nothing is.
      const scope = flags.user ? ['--user'] : [];
      await context.serviceHost.call('systemctl', [...scope, 'reset-failed', unit]);
      context.print(words.service.uninstalled(unit));
      if (role === 'agent') context.print(`  ${words.service.runsGoOn}`);
      if (existsSync(`${path}.d`)) context.print(`  ${words.service.ownSettings(`${path}.d`)}`);
      if (flags.user && (await lingers(context))) context.print(`  ${words.service.stillLingers}`);
    });
}

function roleNamed(text: string, words: Words): ServiceRole {
  const role = SERVICE_ROLES.find((known) => known === text);
  if (role === undefined) throw new CommandFailure(EXIT.usage, words.starting.sayRole(JSON.stringify(text)));
  return role;
}

function addStatus(service: Command, context: CommandContext): void {
  service
    .command('status')
    .description(
      'which are installed, whether they run, and start at boot; exit code 1 where one does not run',
    )
    .addOption(jsonOption())
    .addHelpText('after', examples('flowline service status', 'flowline service status --json'))
    .action(async ({ json }: { json?: true }) => {
      const found: ServiceState[] = [];
      // Root's own systemd is nobody's business here.
      for (const scope of context.serviceHost.uid === 0
        ? (['system'] as const)
        : (['system', 'user'] as const)) {
        for (const role of SERVICE_ROLES) {
          const state = await readService(context, role, scope);
          if (state !== null) found.push(state);
        }
      }
      const doesLinger = found.some(({ scope }) => scope === 'user') ? await lingers(context) : null;
      context.print(
        json ? jsonText({ services: found, lingers: doesLinger }) : describe(context, found, doesLinger),
      );
      if (found.some(({ activeState }) => activeState !== 'active'))
        throw new CommandFailure(EXIT.failed, '');
    });
}

function describe(
  context: CommandContext,
  found: readonly ServiceState[],
  doesLinger: boolean | null,
): string {
  const { words, paint, columns } = terminalOf(context);
  const said = words.service;
  if (found.length === 0) return said.none;
  return table(
    [
      { title: said.service },
      { title: said.state },
      { title: said.atBoot },
      { title: said.since, rarity: 1 },
      { title: said.unit, cutTo: 20, rarity: 2 },
    ],
    found.map((state) => [
      `${state.role}, ${state.scope === 'user' ? said.ofUser : said.ofSystem}`,
      state.activeState ?? '–',
      state.scope === 'user' && doesLinger === false
        ? said.untilLogout
        : state.unitFileState === 'enabled'
          ? said.yes
          : said.no,
      state.since ?? '–',
      state.unitPath,
    ]),
    { columns, paint },
  );
}
