/** Installs a unit: account and folder first, then joining, the unit's file, and systemd's word that it runs. */
import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileAtomically } from '../../io/atomicFile.ts';
import { reachableHost } from '../../io/listenNames.ts';
import { isRefused } from '../../io/refused.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { DEFAULT_HUB, DEFAULT_PORT } from '../options.ts';
import { terminalOf } from '../text/terminal.ts';
import { type Account, nearestExisting } from './places.ts';
import { HUB_ACCOUNT, type ServiceFlags, type ServicePlan } from './plan.ts';
import { readService } from './state.ts';
import { unitName, unitText } from './unit.ts';

/** A hub with a large queue needs some seconds to read it. */
const START_PATIENCE_MS = 20_000;
const USERS_SYSTEMD_PATIENCE_MS = 5000;
const LOOK_EACH_MS = 100;

export interface InstallOrder {
  plan: ServicePlan;
  flags: ServiceFlags;
  /** Used once, now; null where none was given. */
  joinToken: string | null;
}

/** @throws CommandFailure with what to do, at the first step that did not succeed. */
export async function installService(
  context: CommandContext,
  { plan, flags, joinToken }: InstallOrder,
): Promise<void> {
  const { words } = terminalOf(context);
  const unit = unitName(plan.role);
  const isUsers = plan.scope === 'user';
  const text = unitText(plan);
  if (isUsers) await allowLinger(context);
  const account = await ensureAccount(context, plan);
  await ensureDataFolder(context, plan, account);
  if (plan.role === 'agent') await joinAhead(context, plan, flags.hub ?? null, joinToken);
  await mkdir(dirname(plan.unitPath), { recursive: true });
  await writeFileAtomically(plan.unitPath, text, 0o644);
  await systemctl(context, isUsers, 'daemon-reload');
  await systemctl(context, isUsers, 'enable', unit);
  await systemctl(context, isUsers, 'restart', unit);
  const log = `journalctl ${isUsers ? '--user ' : ''}-u ${unit}`;
  if (!(await hasStarted(context, plan, flags)))
    throw new CommandFailure(EXIT.failed, words.service.didNotStart(unit), words.service.see(log));
  context.print(words.service.installed(unit, plan.unitPath));
  context.print(`  ${words.service.log(log)}`);
  context.print(`  ${words.service.next[plan.role](hubOption(flags))}`);
}

/** Commands look for a hub at 127.0.0.1 and the usual port. */
function hubOption({ listen }: ServiceFlags): string {
  if (listen === undefined) return '';
  const url = `http://${reachableHost(listen.host)}:${listen.port}`;
  return url === DEFAULT_HUB ? '' : ` --hub ${url}`;
}

/** Calls systemctl for the system or for this user. @throws CommandFailure with its own words. */
export async function systemctl(
  context: CommandContext,
  isUsers: boolean,
  ...words: string[]
): Promise<void> {
  const line = [...(isUsers ? ['--user'] : []), ...words];
  const { code, errors } = await context.serviceHost.call('systemctl', line);
  if (code === 0) return;
  const { words: said } = terminalOf(context);
  const what = said.service.failed(`systemctl ${line.join(' ')}`);
  if (isUsers && /connect to bus/i.test(errors))
    throw new CommandFailure(EXIT.failed, said.service.noUserSystemd, said.service.noUserSystemdHint);
  throw new CommandFailure(EXIT.failed, what, errors.trim() || null);
}

/** A user's services start at boot and outlive his login only with this; asking for it again changes nothing. */
async function allowLinger(context: CommandContext): Promise<void> {
  const { serviceHost, userName } = context;
  const login = userName ?? String(serviceHost.uid);
  const { code } = await serviceHost.call('loginctl', ['enable-linger', login]);
  if (code === 0) return untilUsersSystemdAnswers(context);
  const { words } = terminalOf(context);
  throw new CommandFailure(EXIT.failed, words.service.noLinger, words.service.noLingerHint(login));
}

/** Lingering starts it where nobody is logged in. Whether it came is told by the next call. */
async function untilUsersSystemdAnswers({ serviceHost }: CommandContext): Promise<void> {
  const startedAtMs = performance.now();
  while ((await serviceHost.call('systemctl', ['--user', 'show-environment'])).code !== 0) {
    if (performance.now() - startedAtMs > USERS_SYSTEMD_PATIENCE_MS) return;
    await delay(LOOK_EACH_MS);
  }
}

/** The hub's own account is made where it is missing. */
async function ensureAccount(context: CommandContext, { account }: ServicePlan): Promise<Account | null> {
  if (account === null || account.uid >= 0) return account;
  const { serviceHost } = context;
  const made = await serviceHost.call('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir=/var/lib/flowline',
    '--shell=/usr/sbin/nologin',
    HUB_ACCOUNT,
  ]);
  if (made.code !== 0) {
    const { words } = terminalOf(context);
    throw new CommandFailure(EXIT.failed, words.service.failed(`useradd ${HUB_ACCOUNT}`), made.errors.trim());
  }
  return null;
}

/**
 * Makes the folder of an agent or of a place of one's own and gives it to the account. What lies directly in /var/lib is
 * systemd's: it makes it for the hub, and gives an older one of root's to the hub's account.
 */
async function ensureDataFolder(
  context: CommandContext,
  { role, scope, dataFolder }: ServicePlan,
  account: Account | null,
): Promise<void> {
  const isSystemds = dirname(dataFolder) === '/var/lib';
  if (scope === 'user' || (role === 'hub' && isSystemds)) return;
  const { root } = context.serviceHost;
  const path = join(root, dataFolder);
  const found = await stat(path).catch(() => null);
  if (found === null) return makeDataFolder(context, path, account ?? (await newAccount(context)));
  if (account !== null && found.uid === account.uid) return;
  const { words } = terminalOf(context);
  const login = account?.login ?? HUB_ACCOUNT;
  throw new CommandFailure(
    EXIT.failed,
    words.service.othersFolder(dataFolder, login),
    words.service.othersFolderHint(dataFolder, login),
  );
}

/**
 * As the account itself where the folder around it is the account's: what root makes there, the account could exchange for
 * a link before root gives it away. Elsewhere root makes it, and gives away what it made and no link.
 */
async function makeDataFolder(
  context: CommandContext,
  path: string,
  { login, uid, gid }: Pick<Account, 'login' | 'uid' | 'gid'>,
): Promise<void> {
  const around = await stat(await nearestExisting('/', dirname(path)));
  if (uid !== 0 && around.uid === uid && context.serviceHost.uid === 0) {
    const words = ['-u', login, '--', 'mkdir', '-p', '-m', '0700', '--', path];
    const { code, errors } = await context.serviceHost.call('runuser', words, bareEnvironment(context));
    if (code === 0) return;
    const { words: said } = terminalOf(context);
    throw new CommandFailure(EXIT.failed, said.service.failed(`mkdir ${path}`), errors.trim() || null);
  }
  await mkdir(path, { recursive: true, mode: 0o700 });
  const made = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await made.chown(uid, gid);
  } finally {
    await made.close();
  }
}

/** What another user's process is not told: it could be read there, and root's may hold secrets of all kinds. */
function bareEnvironment({ environment }: CommandContext): Record<string, string | undefined> {
  const { PATH, NODE_EXTRA_CA_CERTS } = environment;
  const none = Object.fromEntries(Object.keys(environment).map((name) => [name, undefined]));
  return { ...none, XDG_RUNTIME_DIR: undefined, PATH, NODE_EXTRA_CA_CERTS };
}

async function newAccount({ serviceHost }: CommandContext): Promise<Pick<Account, 'login' | 'uid' | 'gid'>> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await serviceHost.call('id', [which, HUB_ACCOUNT])).output)),
  );
  return { login: HUB_ACCOUNT, uid: uid ?? 0, gid: gid ?? 0 };
}

/**
 * Joins as the account that the agent will run as, so that what it keeps is its own; a token is used up by it and
 * stands in no unit. An agent that knows this hub needs none.
 */
async function joinAhead(
  context: CommandContext,
  plan: ServicePlan,
  hubUrl: string | null,
  joinToken: string | null,
): Promise<void> {
  const { words } = terminalOf(context);
  const { serviceHost } = context;
  const known = await context.joinedHub(plan.dataFolder);
  if (known !== null && (hubUrl === null || known === hubUrl)) return;
  if (hubUrl === null || joinToken === null)
    throw new CommandFailure(EXIT.usage, words.service.needsJoin, words.service.needsJoinHint);
  const join = [...context.selfCommand, 'agent', 'join', hubUrl, '--only', '--data', plan.dataFolder];
  const login = plan.account === null || plan.account.uid === serviceHost.uid ? null : plan.account.login;
  const [program = '', ...line] = login === null ? join : ['runuser', '-u', login, '--', ...join];
  // One that reports elsewhere holds the folder.
  await serviceHost.call('systemctl', [
    ...(plan.scope === 'user' ? ['--user'] : []),
    'stop',
    unitName('agent'),
  ]);
  const { code, errors } = await serviceHost.call(program, line, {
    ...(login === null ? {} : bareEnvironment(context)),
    FLOWLINE_JOIN_TOKEN: joinToken,
  });
  if (code === 0) return;
  const [said = '', hint] = errors.trim().split('\n');
  throw new CommandFailure(
    code ?? EXIT.failed,
    said.replace(/^flowline: /, '') || words.service.failed('agent join'),
    hint?.trim() || null,
  );
}

/** A hub is there once somebody listens at its port; and both are, when they have not ended since: a port may be another's. */
async function hasStarted(context: CommandContext, plan: ServicePlan, flags: ServiceFlags): Promise<boolean> {
  if (plan.role === 'hub' && !(await isListening(flags))) return false;
  await delay(context.serviceHost.settleMs);
  const state = await readService(context, plan.role, plan.scope);
  return state?.activeState === 'active' && !state.restarts;
}

async function isListening({ listen }: ServiceFlags): Promise<boolean> {
  const { host, port } = listen ?? { host: '127.0.0.1', port: DEFAULT_PORT };
  const reached = reachableHost(host).replace(/^\[|\]$/g, '');
  const startedAtMs = performance.now();
  while (await isRefused(reached, port)) {
    if (performance.now() - startedAtMs > START_PATIENCE_MS) return false;
    await delay(LOOK_EACH_MS);
  }
  return true;
}
