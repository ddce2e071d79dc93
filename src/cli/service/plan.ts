/** From what was typed to the unit that is to be: as whom, with which data folder and command line; or why not. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { networkFileSystem } from '../../io/dataFolder.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { dataFolderOf } from '../options.ts';
import { terminalOf } from '../text/terminal.ts';
import { type CarriedOption, wordsOfOptions } from './carried.ts';
import {
  type Account,
  accountOf,
  emptiedFolder,
  firstNotRoots,
  firstUnreachable,
  isInHome,
  nearestExisting,
} from './places.ts';
import { type ServiceRole, type UnitPlan, unitName } from './unit.ts';

export interface ServiceFlags {
  user?: true;
  runAs?: string;
  data?: string;
  listen?: { host: string; port: number };
  hub?: string;
}

export interface ServicePlan extends UnitPlan {
  /** Of the process; null where it is whoever types. */
  account: Account | null;
  unitPath: string;
}

/** Made for the hub where no other is named. */
export const HUB_ACCOUNT = 'flowline';

/** What an agent or hub takes from its environment and would miss in a service. */
const CARRIED_VARIABLES: Record<ServiceRole, string[]> = {
  hub: ['NODE_EXTRA_CA_CERTS'],
  agent: ['FLOWLINE_NVML', 'NODE_EXTRA_CA_CERTS', 'DOCKER_HOST'],
};

/** Options that the unit names itself, or must not name: a join token is used once, by `service install`. */
const NOT_CARRIED = ['data', 'hub', 'join-token-file', 'user', 'run-as'];

/** Options whose value ends with a port to listen on. */
const LISTENING = ['listen', 'dialect', 'node-dialect', 'dialect-pages'];

/**
 * @param hubUrl of an agent: the one to report to.
 * @throws CommandFailure where such a service could not work; UnquotableWord
 */
export async function planService(
  context: CommandContext,
  role: ServiceRole,
  flags: ServiceFlags,
  { typed, hubUrl }: { typed: readonly CarriedOption[]; hubUrl: string | null },
): Promise<ServicePlan> {
  const carried = typed.filter(({ name }) => !NOT_CARRIED.includes(name));
  const { environment, serviceHost } = context;
  const scope = flags.user ? 'user' : 'system';
  const dataFolder = dataFolderFor(context, role, flags);
  const account = scope === 'user' ? null : await accountFor(context, role, flags);
  const [node = '', ...program] = context.selfCommand;
  await refuseBadPlaces(context, role, [node, ...program], dataFolder, account);
  const paths = carried.flatMap(({ path }) => path ?? []);
  const variables = CARRIED_VARIABLES[role].flatMap((name) => {
    const value = environment[name];
    return value ? [{ name, value }] : [];
  });
  await refuseBadFiles(context, carried, account, variables);
  return {
    role,
    version: context.version,
    scope,
    runAs: account?.login ?? null,
    argv: [
      node,
      ...program,
      role,
      ...(hubUrl === null ? [] : ['--hub', hubUrl]),
      '--data',
      dataFolder,
      ...wordsOfOptions(carried),
    ],
    environment: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    dataFolder,
    needsLowPort: role === 'hub' && account?.uid !== 0 && carried.some(listensLow),
    usesHome: [node, ...program, dataFolder, ...paths].some(isInHome),
    account,
    unitPath: unitPath(context, role, scope),
  };

  /** Root's commands look into /var/lib/flowline by themselves; two users' files do not share a folder. */
  function dataFolderFor(of: CommandContext, which: ServiceRole, { data, user }: ServiceFlags): string {
    const named = data ?? environment.FLOWLINE_DATA;
    if (named) return resolve(named);
    if (user) return resolve(dataFolderOf(of, undefined));
    return which === 'hub' ? '/var/lib/flowline' : '/var/lib/flowline-agent';
  }

  async function accountFor(
    of: CommandContext,
    which: ServiceRole,
    { runAs }: ServiceFlags,
  ): Promise<Account> {
    const { words } = terminalOf(of);
    const sudoer = environment.SUDO_USER === 'root' ? undefined : environment.SUDO_USER;
    const login = runAs ?? (which === 'hub' ? HUB_ACCOUNT : sudoer);
    if (!login) throw new CommandFailure(EXIT.usage, words.service.asWhom, words.service.asWhomHint);
    const found = accountOf((await serviceHost.call('getent', ['passwd', login])).output);
    if (found !== null) return found;
    // Made by install; its numbers do not matter before.
    if (login === HUB_ACCOUNT && runAs === undefined) return { login, uid: -1, gid: -1, home: '/' };
    throw new CommandFailure(EXIT.usage, words.service.noAccount(login), words.service.noAccountHint);
  }
}

/**
 * Where systemd looks for an administrator’s units and for a user’s own (systemd.unit(5)), XDG_CONFIG_HOME heeded.
 * Whether there is one is not looked at.
 */
export function unitPath(
  { environment, serviceHost: { root } }: CommandContext,
  role: ServiceRole,
  scope: UnitPlan['scope'],
): string {
  if (scope === 'system') return join(root, '/etc/systemd/system', unitName(role));
  const folder = environment.XDG_CONFIG_HOME || join(environment.HOME ?? '/', '.config');
  return join(root, folder, 'systemd/user', unitName(role));
}

/** @throws CommandFailure where no unit can be installed by this user on this machine. */
export function refuseWithoutSystemd(
  context: CommandContext,
  role: ServiceRole,
  { user }: ServiceFlags,
): void {
  const { root, uid } = context.serviceHost;
  const { words } = terminalOf(context);
  if (!existsSync(join(root, '/run/systemd/system')))
    throw new CommandFailure(EXIT.failed, words.service.noSystemd, words.service.noSystemdHint(role));
  if (uid === 0 && user)
    throw new CommandFailure(EXIT.usage, words.service.rootsOwn, words.service.rootsOwnHint);
  if (uid !== 0 && !user)
    throw new CommandFailure(EXIT.usage, words.service.needsRoot, words.service.needsRootHint(role));
}

function listensLow({ name, words: [, value = ''] }: CarriedOption): boolean {
  const port = Number(/(?:^|[:=])(\d+)$/.exec(value)?.[1] ?? 0);
  return LISTENING.includes(name) && port > 0 && port < 1024;
}

/** A password in a unit could be read by everybody; a file that is named must stay, and be read by the service. */
async function refuseBadFiles(
  context: CommandContext,
  carried: readonly CarriedOption[],
  account: Account | null,
  variables: readonly { name: string; value: string }[],
): Promise<void> {
  const { words } = terminalOf(context);
  const files = [
    ...carried.flatMap(({ path, words: option }) =>
      path === null ? [] : [{ path, named: option.join(' ') }],
    ),
    ...variables.flatMap(({ name, value }) =>
      value.startsWith('/') ? [{ path: value, named: `${name}=${value}` }] : [],
    ),
  ];
  if (context.environment.FLOWLINE_DIALECT_PASSWORD && !carried.some(({ name }) => name === 'password-file'))
    throw new CommandFailure(EXIT.usage, words.service.passwordInUnit, words.service.passwordInUnitHint);
  for (const { path, named } of files) {
    const emptied = emptiedFolder(path, context.environment.TMPDIR);
    if (emptied !== null)
      throw new CommandFailure(
        EXIT.failed,
        words.service.vanishes(path, emptied),
        words.service.unreadableHint,
      );
    if (account === null) continue;
    const unreachable = await firstUnreachable(context.serviceHost.root, path, account);
    if (unreachable !== null)
      throw new CommandFailure(
        EXIT.failed,
        words.service.unreadable(account.login, unreachable, named),
        words.service.unreadableHint,
      );
  }
}

async function refuseBadPlaces(
  context: CommandContext,
  role: ServiceRole,
  program: readonly string[],
  dataFolder: string,
  account: Account | null,
): Promise<void> {
  const { words } = terminalOf(context);
  const { root } = context.serviceHost;
  for (const path of program) {
    const emptied = emptiedFolder(path, context.environment.TMPDIR);
    if (emptied !== null)
      throw new CommandFailure(
        EXIT.failed,
        words.service.vanishes(path, emptied),
        words.service.vanishesHint,
      );
    const unreachable = account === null ? null : await firstUnreachable(root, path, account);
    if (unreachable !== null && account !== null)
      throw new CommandFailure(
        EXIT.failed,
        words.service.unreachable(account.login, unreachable),
        words.service.unreachableHint,
      );
    const changeable = account?.uid === 0 ? await firstNotRoots(root, path) : null;
    if (changeable !== null)
      throw new CommandFailure(
        EXIT.failed,
        words.service.changeable(path, changeable),
        words.service.vanishesHint,
      );
  }
  const emptied = emptiedFolder(dataFolder, context.environment.TMPDIR);
  if (emptied !== null)
    throw new CommandFailure(
      EXIT.failed,
      words.service.vanishes(dataFolder, emptied),
      words.service.dataHint,
    );
  const network = await networkFileSystem(await nearestExisting(root, dataFolder));
  if (network !== null)
    throw new CommandFailure(
      EXIT.failed,
      words.service.notLocal(dataFolder, network, role),
      words.service.dataHint,
    );
}
