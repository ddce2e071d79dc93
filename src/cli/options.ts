/** Options that several commands share, read the same way everywhere; a wrong value is told with what would be right. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type HubClient, HubFailure, hubClient } from '../client/hubClient.ts';
import { defaultDataFolder } from '../io/dataFolder.ts';
import { isThisMachine } from '../io/ownAddress.ts';
import { readOwnedFile } from '../io/ownedFile.ts';
import { whoseListeners } from '../io/portHolder.ts';
import { parseDurationMs, parseMemoryBytes } from '../lib/durations.ts';
import { type CommandContext, wrongUsage } from './context.ts';
import { languageOf, terminalOf } from './text/terminal.ts';
import type { StartingWords } from './words/starting.ts';
import { wordsOf } from './words/words.ts';

export const DEFAULT_HUB = 'http://127.0.0.1:3569';
export const DEFAULT_PORT = 3569;

/** A hub answers at once; agents that it asks have 5 s. A firewall that swallows everything is told after this. */
const PATIENCE_MS = 10_000;
const MAX_TOKEN_BYTES = 4096;

/** `HOST:PORT`, `PORT` or `[::1]:PORT`. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:]+):)?(\d+)$/.exec(text);
  const port = Number(match?.[2]);
  if (!match) throw new InvalidArgumentError('say HOST:PORT or PORT, like 127.0.0.1:3569');
  if (port > 65_535) throw new InvalidArgumentError(`there is no port ${port}: the last is 65535`);
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

/** What the host part of a `Host` header may be; an IPv6 address stands in brackets there. */
const HOST_NAME = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]{1,253})$/i;

/** A name as it stands in a `Host` header, without a port; anything else would be kept and never match one. */
export function parseHostName(text: string): string {
  if (!HOST_NAME.test(text)) {
    throw new InvalidArgumentError(
      'say a name or an address without http:// and port, like gpus.lab.example or [fd00::2]',
    );
  }
  return text;
}

/** A duration in milliseconds, like `1s`, `500ms`. */
export function parseInterval(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 200 || milliseconds > 3_600_000) {
    throw new InvalidArgumentError('say a time from 200ms to 1h, like 1s or 5s');
  }
  return milliseconds;
}

/** Memory in bytes, like `40G`. */
export function parseMemory(text: string): number {
  const bytes = parseMemoryBytes(text);
  if (bytes === null) throw new InvalidArgumentError('say a size like 40G or 512M; a bare number is MiB');
  return bytes;
}

/** A whole number of at least `minimum`. */
export const wholeNumber =
  (minimum: number, maximum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`say a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };

/** The option takes one of these words. */
export const oneOf = (option: Option, words: readonly string[]): Option =>
  option.choices(words).argParser((text) => {
    if (!words.includes(text)) throw new InvalidArgumentError(`say ${words.join(' or ')}`);
    return text;
  });

export const hubOption = () =>
  new Option('--hub <url>', 'the hub to ask').env('FLOWLINE_HUB').default(DEFAULT_HUB);
export const dataOption = () =>
  new Option(
    '--data <folder>',
    'where state is kept (FLOWLINE_DATA; else the state folder of the user, /var/lib/flowline for root)',
  );
export const tokenFileOption = () =>
  new Option(
    '--token-file <path>',
    'file that holds a token (else FLOWLINE_TOKEN, else the token in the data folder)',
  );
export const jsonOption = () => new Option('--json', 'print JSON, and nothing else, on stdout');

/** Options of every command that talks to a hub. */
export function withHub(command: Command): Command {
  return command.addOption(hubOption()).addOption(tokenFileOption()).addOption(dataOption());
}

export interface HubOptions {
  hub: string;
  tokenFile?: string;
  data?: string;
}

/** The data folder that was named, or the usual one. */
export const dataFolderOf = (context: CommandContext, named: string | undefined): string =>
  named ?? defaultDataFolder(context.environment, process.getuid?.() ?? 1);

/**
 * A client with the token that was given: `--token-file`, FLOWLINE_TOKEN, else, for a hub of this machine, the data
 * folder's own.
 * @throws CommandFailure where a token file was named and cannot be read.
 */
export async function connectHub(
  context: CommandContext,
  options: HubOptions,
  timeoutMs = PATIENCE_MS,
): Promise<HubClient> {
  const baseUrl = checkHubUrl(options.hub, context);
  const clientWith = (token: string | null): HubClient =>
    hubClient({
      baseUrl,
      headers: () => (token === null ? {} : { authorization: `Bearer ${token}` }),
      timeoutMs,
    });
  const given = await givenToken(context, options);
  if (given !== null) return clientWith(given);
  const local = await localToken(context, options, new URL(baseUrl));
  return local === null ? clientWith(null) : withoutIfUnknown(clientWith(local), clientWith(null));
}

/** A machine may run several hubs, and nobody chose this token: one that does not know it may still be read. */
const withoutIfUnknown = (client: HubClient, anonymous: HubClient): HubClient => ({
  call: (name, options) =>
    client.call(name, options).catch((failure: unknown) => {
      if (failure instanceof HubFailure && failure.status === 401) return anonymous.call(name, options);
      throw failure;
    }),
});

async function givenToken(context: CommandContext, { tokenFile }: HubOptions): Promise<string | null> {
  const { starting: words } = terminalOf(context).words;
  if (tokenFile !== undefined) {
    const text = await readFile(tokenFile, 'utf8').catch((failure: Error) => {
      throw wrongUsage(words.notRead('token', tokenFile, failure.message));
    });
    return checkToken(text, tokenFile, words);
  }
  if (context.environment.FLOWLINE_TOKEN)
    return checkToken(context.environment.FLOWLINE_TOKEN, 'FLOWLINE_TOKEN', words);
  return null;
}

async function localToken(context: CommandContext, { data }: HubOptions, url: URL): Promise<string | null> {
  const path = join(dataFolderOf(context, data), 'token');
  // It makes an administrator of this machine's hub: no other machine may learn it, and here no other user, who may
  // listen on that port as well as a hub of the token's owner.
  if (!(await isThisMachine(url.hostname))) return null;
  // A folder that belongs to another user simply has no token for us. Opened once, and no link: for root too nothing is
  // sent to a hub but what its own user wrote there.
  const kept = await readOwnedFile(path, { uid: null, maxBytes: MAX_TOKEN_BYTES }).catch(() => null);
  if (kept === null) return null;
  const uids = await whoseListeners(Number(url.port || 80));
  if (uids.size !== 1 || !uids.has(kept.identity.uid)) return null;
  return Buffer.from(kept.bytes).toString('utf8').trim();
}

/** One word of visible characters. @throws CommandFailure: another text would not even be sent. */
function checkToken(text: string, where: string, words: StartingWords): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw wrongUsage(words.noToken(where));
}

/** A hub's address without a path or a slash at its end. @throws CommandFailure */
export function checkHubUrl(text: string, context: Pick<CommandContext, 'environment'>): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const { starting } = wordsOf(languageOf(context.environment));
    throw wrongUsage(starting.noHubAddress(JSON.stringify(text), DEFAULT_HUB));
  }
  return url.origin;
}

/** Of `--priority`. */
export function parsePriority(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < -100 || value > 100)
    throw new InvalidArgumentError('say a whole number from -100 to 100');
  return value;
}
