/** `flowline token`: links that open the page, tokens for scripts and for machines that join. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../lib/durations.ts';
import type { TokenInfo, TokenScope } from '../protocol/accountApi.ts';
import { awaitHub } from './awaitHub.ts';
import type { CommandContext } from './context.ts';
import { examples, examplesAnd } from './help.ts';
import { connectHub, type HubOptions, jsonOption, oneOf, wholeNumber, withHub } from './options.ts';
import { span } from './text/figures.ts';
import { jsonText } from './text/json.ts';
import { table } from './text/table.ts';
import { type Terminal, terminalOf } from './text/terminal.ts';

interface CreateOptions extends HubOptions {
  scope: TokenScope;
  label?: string;
  /** In seconds. */
  expires?: number | 'never';
  uses?: number;
  role?: 'user' | 'administrator';
  json?: boolean;
}

const ABOUT_SCOPES = `What a token is for (its scope):
  join    a machine joins with it, then has a credential of its own
  read    sees what the page shows, changes nothing
  submit  queues tasks, as the login name that --label says
  admin   may do everything: end processes, create tokens
  dialect-write  changes something through an older system's address, as the
          login name that --label says, and nowhere else:
          http://HOST:PORT/t/TOKEN/… (docs/dialects.md)`;

/** Adds the command. */
export function addToken(program: Command, context: CommandContext): void {
  const token = program
    .command('token')
    .description('links that open the page, tokens for scripts and machines')
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline token link                      open the page as administrator',
          'flowline token create --scope join       let a machine report here',
          'flowline token list',
        ],
        ABOUT_SCOPES,
      ),
    );

  withHub(token.command('link'))
    .description('print a link that opens the page as administrator, once, within 10 minutes')
    .addHelpText('after', examples('flowline token link'))
    .action(async (options: HubOptions) => {
      await awaitHub(context, options.hub);
      const { url } = await (await connectHub(context, options)).call('createLink');
      context.print(url);
      context.printError(terminalOf(context).words.token.opensOnce);
    });

  withHub(token.command('create'))
    .description('create a token; it is printed this once')
    .addOption(
      oneOf(
        new Option(
          '--scope <scope>',
          'join a machine, read everything, submit tasks, admin: may do everything, or dialect-write: change things through an older dialect',
        ),
        ['join', 'read', 'submit', 'admin', 'dialect-write'],
      ).makeOptionMandatory(),
    )
    .option('--label <text>', 'a name for it, to know it by in the list')
    .addOption(
      new Option(
        '--expires <time>',
        'for how long it is good: 1h, 30d, never (else join 1h, others 90d)',
      ).argParser(parseLifetime),
    )
    .addOption(
      oneOf(
        new Option('--role <role>', 'of a dialect-write token: as what its holder acts (user unless said)'),
        ['user', 'administrator'],
      ),
    )
    .addOption(new Option('--uses <n>', 'how often (join: once)').argParser(wholeNumber(1, 10_000)))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'flowline token create --scope join',
        'flowline token create --scope join --uses 40 --expires 1d',
        'flowline token create --scope read --label dashboard',
        'flowline token create --scope submit --label alice',
        'flowline token create --scope dialect-write --label alice --role administrator',
      ),
    )
    .action(async (options: CreateOptions) => {
      await awaitHub(context, options.hub);
      const client = await connectHub(context, options);
      const created = await client.call('createToken', {
        body: {
          scope: options.scope,
          label: options.label ?? null,
          ...(options.expires === undefined
            ? {}
            : { lifetimeSeconds: options.expires === 'never' ? null : options.expires }),
          ...(options.uses === undefined ? {} : { uses: options.uses }),
          ...(options.role === undefined ? {} : { role: options.role }),
        },
      });
      context.print(options.json ? jsonText(created) : created.token);
      if (!options.json) context.printError(describeExpiry(created.info, Date.now(), terminalOf(context)));
    });

  withHub(token.command('list'))
    .description('list tokens, without their secrets')
    .addHelpText('after', examples('flowline token list', 'flowline token list --json | jq -r .tokens[].id'))
    .addOption(jsonOption())
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { tokens } = await (await connectHub(context, options)).call('tokens');
      if (options.json) context.print(jsonText({ tokens }));
      else context.print(describeTokens(tokens, Date.now(), terminalOf(context)));
    });

  withHub(token.command('revoke'))
    .argument('<id>', 'the id that `flowline token list` shows')
    .description('revoke a token')
    .addHelpText('after', examples('flowline token revoke 7KQ2M9'))
    .action(async (id: string, options: HubOptions) => {
      await (await connectHub(context, options)).call('revokeToken', { parameters: { id } });
      context.print(terminalOf(context).words.token.revoked(id));
    });
}

function describeExpiry({ expiresAtMs }: TokenInfo, nowMs: number, { words }: Terminal): string {
  if (expiresAtMs === null) return words.token.lasts;
  // Rounded: by now some milliseconds of it have passed.
  const leftMs = Math.round((expiresAtMs - nowMs) / 60_000) * 60_000;
  return words.token.expires(span(words, leftMs < 60_000 ? expiresAtMs - nowMs : leftMs));
}

/** A table of them; whoever holds one is told by its label. */
export function describeTokens(tokens: readonly TokenInfo[], nowMs: number, terminal: Terminal): string {
  const { words } = terminal;
  const { heading } = words;
  if (tokens.length === 0) return words.token.none;
  return table(
    [
      { title: heading.id },
      { title: heading.scope },
      { title: heading.expires },
      { title: heading.usesLeft, align: 'right' },
      { title: heading.lastUsed },
      { title: heading.label, cutTo: 12 },
    ],
    tokens.map(({ id, scope, role, expiresAtMs, usesLeft, lastUsedAtMs, label }) => [
      id,
      role === null ? scope : `${scope} (${role})`,
      expiresAtMs === null ? words.token.never : words.token.inTime(span(words, expiresAtMs - nowMs)),
      usesLeft === null ? '' : String(usesLeft),
      lastUsedAtMs === null ? words.token.never : words.time.ago(span(words, nowMs - lastUsedAtMs)),
      label ?? '',
    ]),
    terminal,
  );
}

function parseLifetime(text: string): number | 'never' {
  // Not null: commander takes that for no value.
  if (text === 'never') return text;
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 1000)
    throw new InvalidArgumentError('say a time like 1h or 30d, or never');
  return Math.round(milliseconds / 1000);
}
