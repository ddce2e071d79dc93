/** `flowline write`: what a table's runs came to, put into its file by its owner, where no agent of his keeps it up. */
import type { Command } from 'commander';
import { visible } from '../../lib/displayText.ts';
import type { TableFile } from '../../model/queue.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import { dataFolderOf } from '../options.ts';
import { resultsOf, writeHere } from '../submit/writeHere.ts';
import type { Words } from '../words/words.ts';
import { tableIdNamed } from './selection.ts';

const PATIENCE_MS = 60_000;

/** Adds the command. */
export function addWrite(program: Command, context: CommandContext): void {
  withFleet(program.command('write'))
    .argument('<table>', 'a table, by its id (b7), name or file')
    .description('write what the runs of a table came to into its file, where no agent does')
    .addHelpText('after', examples('flowline write b7', 'flowline write sweep.csv'))
    .action((named: string, options: FleetOptions) => write(context, named, options));
}

async function write(context: CommandContext, named: string, options: FleetOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options, PATIENCE_MS);
  const { words } = terminal;
  const id = await tableIdNamed(client, named, words);
  const { file } = await client.call('table', { parameters: { id } });
  if (file === null) throw new CommandFailure(EXIT.usage, words.tasks.noFile(id));
  await checkIsOurs(context, file, options, words);
  const came = await resultsOf(client, id);
  const { results, isKeptUp } = came;
  if (isKeptUp) {
    answer({ table: id, isKeptUp, rows: 0 }, () => words.tasks.isKeptUp(visible(file.path)));
    return;
  }
  const warning = await writeHere(context, client, file, id, came);
  if (warning !== null) throw new CommandFailure(EXIT.failed, visible(warning));
  answer({ table: id, isKeptUp, rows: results.length }, () =>
    words.tasks.wrote(results.length, visible(file.path)),
  );
}

/** A path means one file only on its machine, and is opened by its owner only (trust.md, 11). @throws CommandFailure */
async function checkIsOurs(
  context: CommandContext,
  file: TableFile,
  { data }: FleetOptions,
  words: Words,
): Promise<void> {
  const machineId = await context.machineId(dataFolderOf(context, data));
  if (machineId !== null && file.machineId !== '' && file.machineId !== machineId)
    throw new CommandFailure(EXIT.failed, words.tasks.otherMachine(visible(file.path)));
  const uid = process.getuid?.() ?? 0;
  if (file.uid !== uid)
    throw new CommandFailure(EXIT.notAllowed, words.tasks.otherOwner(visible(file.path), file.uid));
}
