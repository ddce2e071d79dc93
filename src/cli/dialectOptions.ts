/** The options of older dialects: which are served and where, from where they may be written to, D's password. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { freePortAbove } from '../io/freePort.ts';
import { parseNetwork } from '../io/network.ts';
import {
  DIALECT_PORTS,
  type DialectListener,
  DialectName,
  type DialectOptions,
  type NamedNetwork,
  PUSHED_DIALECTS,
} from '../model/dialect.ts';
import { type CommandContext, wrongUsage } from './context.ts';
import { parseListen } from './options.ts';
import { terminalOf } from './text/terminal.ts';
import type { StartingWords } from './words/starting.ts';

export interface DialectFlags {
  dialect?: DialectListener[];
  nodeDialect?: DialectListener[];
  dialectWrites?: NamedNetwork[];
  dialectReporters?: NamedNetwork[];
  dialectPages?: { host: string; port: number } | true;
  passwordFile?: string;
}

const NAMES = DialectName.options;
const PAGES = { host: '127.0.0.1', port: 8000 };
/** Served as node by us; a system without such a role is left out. */
const WITH_NODES = NAMES.filter((name) => DIALECT_PORTS[name].node !== null);

/** `--dialect`, and what belongs to it. */
export const withMainDialects = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--dialect <name[=host:port]>',
        `answer as the main machine of an older system too (${NAMES.join(', ')}), at its own port on loopback unless said; may be repeated`,
      ).argParser((text: string, before: DialectListener[] = []) => [...before, parseDialect(text, 'main')]),
    )
    .addOption(
      new Option(
        '--dialect-writes <name=network>',
        'let this network change things through a dialect, like gpu-monitor=10.0.0.0/24; may be repeated (else only who has a dialect-write token)',
      ).argParser((text: string, before: NamedNetwork[] = []) => [...before, parseNamedNetwork(text)]),
    )
    .addOption(
      new Option(
        '--dialect-reporters <name=network>',
        'let only machines of this network report to a dialect, like gpu-monitor=10.0.0.0/24; may be repeated (else whoever reaches its port)',
      ).argParser((text: string, before: NamedNetwork[] = []) => [...before, parseReporters(text)]),
    )
    .addOption(
      new Option(
        '--dialect-pages [host:port]',
        'lead whoever opens the older web pages (127.0.0.1:8000 unless said) to the page here',
      ).argParser(parseListen),
    );

/** `--node-dialect`. */
export const withNodeDialects = (command: Command): Command =>
  command.addOption(
    new Option(
      '--node-dialect <name[=host:port]>',
      `answer as a node of an older system too (${WITH_NODES.join(', ')}), at its own port on loopback unless said; may be repeated`,
    ).argParser((text: string, before: DialectListener[] = []) => [...before, parseDialect(text, 'node')]),
  );

/** `--password-file`. */
export const withDialectPassword = (command: Command): Command =>
  command.addOption(
    new Option(
      '--password-file <path>',
      'file with the password of cluster-status nodes (else FLOWLINE_DIALECT_PASSWORD)',
    ),
  );

/**
 * What was asked for, as the roles take it.
 * @param hubListen where the hub itself listens; null for a role without one.
 * @throws CommandFailure where two would listen at one port, writing is opened to what is not served, the password file cannot be read, or a node of cluster-status has
 * none.
 */
export async function dialectOptions(
  context: CommandContext,
  flags: DialectFlags,
  hubListen: { host: string; port: number } | null,
): Promise<DialectOptions> {
  const mains = flags.dialect ?? [];
  const nodes = flags.nodeDialect ?? [];
  const { starting: words } = terminalOf(context).words;
  const pages = flags.dialectPages === true ? PAGES : (flags.dialectPages ?? null);
  await checkPorts(
    [
      ...(hubListen ? [{ name: words.theHub, option: '--listen ', ...hubListen }] : []),
      ...mains.map((one) => ({ ...one, option: `--dialect ${one.name}=` })),
      ...nodes.map((one) => ({ ...one, option: `--node-dialect ${one.name}=` })),
      ...(pages ? [{ name: words.olderPages, option: '--dialect-pages ', ...pages }] : []),
    ],
    words,
  );
  checkServed(mains, flags.dialectWrites, '--dialect-writes', words);
  checkServed(mains, flags.dialectReporters, '--dialect-reporters', words);
  const secret = await password(context, flags.passwordFile);
  if (secret === null && nodes.some(({ name }) => name === 'cluster-status'))
    throw wrongUsage(words.needsPassword);
  return {
    ...{ mains, nodes, pages, password: secret },
    writes: flags.dialectWrites ?? [],
    reporters: flags.dialectReporters ?? [],
  };
}

/** What is said of a dialect that is not there would be taken for done. @throws CommandFailure */
function checkServed(
  mains: readonly DialectListener[],
  networks: readonly NamedNetwork[] = [],
  option: '--dialect-writes' | '--dialect-reporters',
  words: StartingWords,
): void {
  const unserved = networks.find((network) => mains.every(({ name }) => name !== network.name));
  if (unserved) throw wrongUsage(words.notServed(option, unserved.name, unserved.network));
}

/** `NAME` or `NAME=HOST:PORT` or `NAME=PORT`. @throws InvalidArgumentError that says what there is. */
export function parseDialect(text: string, role: 'main' | 'node'): DialectListener {
  const at = text.indexOf('=');
  const name = parseName(at === -1 ? text : text.slice(0, at));
  const port = DIALECT_PORTS[name][role];
  if (port === null)
    throw new InvalidArgumentError(
      `${name} has no node that could be asked; there are ${WITH_NODES.join(', ')}`,
    );
  return { name, ...(at === -1 ? { host: '127.0.0.1', port } : parseListen(text.slice(at + 1))) };
}

function parseName(text: string): DialectName {
  const name = DialectName.safeParse(text);
  if (name.success) return name.data;
  throw new InvalidArgumentError(`there is no ${JSON.stringify(text)}; there are ${NAMES.join(', ')}`);
}

function parseNamedNetwork(text: string): NamedNetwork {
  const [name = '', network = '', ...rest] = text.split('=');
  if (rest.length > 0 || parseNetwork(network) === null)
    throw new InvalidArgumentError('say NAME=NETWORK, like gpu-monitor=10.0.0.0/24 or gpu-monitor=10.0.0.7');
  return { name: parseName(name), network };
}

function parseReporters(text: string): NamedNetwork {
  const named = parseNamedNetwork(text);
  if (PUSHED_DIALECTS.includes(named.name)) return named;
  throw new InvalidArgumentError(
    `nobody reports to ${named.name}: its nodes are asked; there is ${PUSHED_DIALECTS.join(', ')}`,
  );
}

interface Listener {
  name: string;
  option: string;
  host: string;
  port: number;
}

const ANY_ADDRESS = new Set(['0.0.0.0', '::']);
const overlap = (one: Listener, other: Listener): boolean =>
  one.port !== 0 &&
  one.port === other.port &&
  (one.host === other.host || ANY_ADDRESS.has(one.host) || ANY_ADDRESS.has(other.host));

/** @throws CommandFailure with both names and a free port. */
async function checkPorts(listeners: readonly Listener[], words: StartingWords): Promise<void> {
  for (const [place, later] of listeners.entries()) {
    const earlier = listeners.slice(0, place).find((one) => overlap(one, later));
    if (!earlier) continue;
    const { host, port, name, option } = later;
    const free = await freePortAbove(host, port, new Set(listeners.map((one) => one.port)));
    const address = `${host.includes(':') ? `[${host}]` : host}:${free ?? 'PORT'}`;
    throw wrongUsage(words.samePort(earlier.name, name, port, `${option}${address}`));
  }
}

async function password(context: CommandContext, file: string | undefined): Promise<string | null> {
  if (file === undefined) return context.environment.FLOWLINE_DIALECT_PASSWORD || null;
  const { starting: words } = terminalOf(context).words;
  const text = await readFile(file, 'utf8').catch((failure: Error) => {
    throw wrongUsage(words.notRead('password', file, failure.message));
  });
  const word = text.replace(/\r?\n$/, '');
  if (word !== '' && !word.includes('\n')) return word;
  throw wrongUsage(words.noPassword(file));
}
