/** `flowline token`: links that open the page, tokens for scripts and for machines that join. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { visible } from '../lib/displayText.ts';
import { formatDuration, parseDurationMs } from '../lib/durations.ts';
import type { TokenInfo, TokenScope } from '../protocol/hubApi.ts';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';
import { connectHub, type HubOptions, jsonOption, wholeNumber, withHub } from './options.ts';

interface CreateOptions extends HubOptions {
  scope: TokenScope;
  label?: string;
  expires?: number | null;
  uses?: number;
  json?: boolean;
}

/** Adds the command. */
export function addToken(program: Command, context: CommandContext): void {
  const token = program
    .command('token')
    .description('links that open the page, tokens for scripts and machines');

  withHub(token.command('link'))
    .description('print a link that opens the page as administrator, once, within 10 minutes')
    .addHelpText('after', examples('flowline token link'))
    .action(async (options: HubOptions) => {
      const { url } = await (await connectHub(context, options)).call('createLink');
      context.print(url);
    });

  withHub(token.command('create'))
    .description('create a token; it is printed this once')
    .addOption(
      new Option('--scope <scope>', 'what it is for')
        .choices(['join', 'read', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--label <text>', 'what it is for, in your words')
    .addOption(
      new Option('--expires <time>', 'for how long it is good: 1h, 30d, never (join: 1h)').argParser(
        parseLifetime,
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
      ),
    )
    .action(async (options: CreateOptions) => {
      const client = await connectHub(context, options);
      const created = await client.call('createToken', {
        body: {
          scope: options.scope,
          label: options.label ?? null,
          ...(options.expires === undefined ? {} : { lifetimeSeconds: options.expires }),
          ...(options.uses === undefined ? {} : { uses: options.uses }),
        },
      });
      context.print(options.json ? JSON.stringify(created, null, 2) : created.token);
    });

  withHub(token.command('list'))
    .description('list tokens, without their secrets')
    .addHelpText('after', examples('flowline token list', 'flowline token list --json | jq -r .tokens[].id'))
    .addOption(jsonOption())
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { tokens } = await (await connectHub(context, options)).call('tokens');
      if (options.json) context.print(JSON.stringify({ tokens }, null, 2));
      else if (tokens.length === 0)
        context.print('no tokens; `flowline token create --scope join` makes one');
      else context.print(tokens.map(describeToken).join('\n'));
    });

  withHub(token.command('revoke'))
    .argument('<id>', 'the id that `flowline token list` shows')
    .description('revoke a token')
    .addHelpText('after', examples('flowline token revoke 7KQ2M9'))
    .action(async (id: string, options: HubOptions) => {
      await (await connectHub(context, options)).call('revokeToken', { parameters: { id } });
      context.print(`revoked ${id}`);
    });
}

function describeToken(token: TokenInfo): string {
  const expiry =
    token.expiresAtMs === null
      ? 'never expires'
      : `expires in ${formatDuration(token.expiresAtMs - Date.now())}`;
  const uses = token.usesLeft === null ? '' : `, ${token.usesLeft} uses left`;
  const used =
    token.lastUsedAtMs === null
      ? 'never used'
      : `used ${formatDuration(Date.now() - token.lastUsedAtMs)} ago`;
  return `${token.id}  ${token.scope.padEnd(5)}  ${expiry}${uses}, ${used}  ${visible(token.label ?? '')}`;
}

function parseLifetime(text: string): number | null {
  if (text === 'never') return null;
  const milliseconds = parseDurationMs(text);
  if (milliseconds === null || milliseconds < 1000)
    throw new InvalidArgumentError('say a time like 1h or 30d, or never');
  return Math.round(milliseconds / 1000);
}
