/**
 * `flowline find`: GPUs that are free now. By itself it only looks: nothing is taken or promised. With a command after
 * `--` it takes GPUs of this machine and runs it on them (runFound.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import { type FindResult, findGpus, type GpusOfNode, type GpuWish, type Miss } from '../../fleet/findGpus.ts';
import { shortModelName } from '../../fleet/modelName.ts';
import { memoryToTake, modelsOf } from '../../fleet/summary.ts';
import { type FleetNode, fleetNode } from '../../fleet/view.ts';
import { visible } from '../../lib/displayText.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { type FleetOptions, openFleet, withFleet } from '../fleetCommand.ts';
import { examplesAnd } from '../help.ts';
import { parseMemory, wholeNumber } from '../options.ts';
import { ranges, size } from '../text/figures.ts';
import { type Terminal, terminalOf } from '../text/terminal.ts';
import type { Words } from '../words/words.ts';
import { runFound } from './runFound.ts';

interface FindOptions extends FleetOptions {
  gpus: number;
  memory?: { text: string; bytes: number };
  model?: string;
  spread?: boolean;
  wait?: boolean;
}

const ABOUT_COMMAND =
  "With a command it waits for GPUs of this machine, takes them on the queue's ledger (without --memory whole cards), and runs it here, in this terminal, with CUDA_VISIBLE_DEVICES set; they are given back when it ends, and its exit code is the answer. Tasks of the queue and such commands never get the same memory.";

/** A machine tells what changed once a second. */
const LOOK_EACH_MS = 2000;

/** Adds the command. @param argv what stood after `--` on the command line; null where there was no `--` */
export function addFind(program: Command, context: CommandContext, argv: readonly string[] | null): void {
  withFleet(program.command('find'))
    .usage('[options] [-- COMMAND…]')
    .description('find GPUs that are free now, on one machine; wait for them; run a command on them, here')
    .addOption(new Option('--gpus <n>', 'how many').argParser(wholeNumber(1, 10_000)).default(1))
    .addOption(
      new Option(
        '--memory <size>',
        'free memory that each must have, like 40G; a bare number is MiB',
      ).argParser((text) => ({ text, bytes: parseMemory(text) })),
    )
    .option('--model <words>', 'words of the model, like H100')
    .option('--spread', 'they may lie on several machines')
    .option('--wait', 'wait until there are some (else exit code 1 where there are none)')
    .addHelpText(
      'after',
      examplesAnd(
        [
          'flowline find',
          'flowline find --gpus 2 --memory 40G',
          'flowline find --gpus 4 --model "A100 80" --wait',
          'flowline find --gpus 16 --model H100 --spread --json',
          'flowline find --gpus 2 --memory 40G -- python train.py',
        ],
        ABOUT_COMMAND,
      ),
    )
    .action((options: FindOptions) => {
      const wish: GpuWish = {
        gpus: options.gpus,
        memoryBytes: options.memory?.bytes ?? null,
        model: options.model?.trim() || null,
        mayBeSpread: options.spread ?? false,
      };
      warnOfBareMemory(context, options);
      if (argv === null) return find(context, options, wish);
      const { find: words } = terminalOf(context).words;
      if (argv.length === 0) throw new CommandFailure(EXIT.usage, words.noCommand, words.noCommandHint);
      if (options.json || options.spread)
        throw new CommandFailure(EXIT.usage, words.notWithCommand(options.json ? '--json' : '--spread'));
      if (wish.gpus > MOST_HERE) throw new CommandFailure(EXIT.usage, words.mostHere(MOST_HERE));
      return runFound(context, options, wish, argv);
    });
}

/** Of one machine, as the ledger takes it. */
const MOST_HERE = 64;

/** Any GPU has as much: whoever types it means GiB. */
function warnOfBareMemory(context: CommandContext, { memory }: FindOptions): void {
  if (memory && memory.bytes < 2 ** 30 && /^[\d.]+$/.test(memory.text))
    context.printError(terminalOf(context).words.find.bareMemory(memory.text));
}

async function find(context: CommandContext, options: FindOptions, wish: GpuWish): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options);
  const { find: words } = terminal.words;
  let told = '';
  let result = await look(client, wish);
  while (options.wait && !result.found) {
    const reason = visible(explainMiss(result, wish, result.nodes, terminal.words));
    if (reason !== told) context.printError(words.waits(reason));
    told = reason;
    await delay(LOOK_EACH_MS);
    result = await lookAgain(client, wish, (why) => context.printError(words.away(visible(why))));
  }
  const { found, nearest, nodes } = result;
  if (found) {
    answer({ nodes: found.map(inJson), nearest: null }, () => describeFound(found, terminal));
    return;
  }
  if (options.json) answer({ nodes: [], nearest: nearest && inJson(nearest) }, () => '');
  throw new CommandFailure(
    EXIT.failed,
    words.none(
      words.wish(
        wish.gpus,
        wish.memoryBytes === null ? null : size(wish.memoryBytes),
        wish.model,
        !wish.mayBeSpread,
      ),
    ),
    visible(explainMiss(result, wish, nodes, terminal.words)),
  );
}

type Look = FindResult & { nodes: FleetNode[] };

async function look(client: HubClient, wish: GpuWish): Promise<Look> {
  const [{ nodes: statuses }, promised] = await Promise.all([client.call('nodes'), promisedGpus(client)]);
  const nodes = statuses.map(fleetNode);
  return { ...findGpus(nodes, wish, promised), nodes };
}

/** What the ledger has given out, for whom may see it: others are told what the figures show. */
async function promisedGpus(client: HubClient): Promise<ReadonlySet<string>> {
  try {
    const { gpus } = await client.call('queue');
    return new Set(gpus.filter((gpu) => gpu.promisedBytes > 0).map(({ uuid }) => uuid));
  } catch (failure) {
    const mayNot = failure instanceof HubFailure && (failure.status === 401 || failure.status === 403);
    if (mayNot) return new Set();
    throw failure;
  }
}

/** A hub that answered before and does not now is waited for. */
async function lookAgain(client: HubClient, wish: GpuWish, away: (reason: string) => void): Promise<Look> {
  for (let times = 0; ; times += 1) {
    try {
      return await look(client, wish);
    } catch (failure) {
      if (!(failure instanceof HubFailure) || failure.code !== 'hub-not-reached') throw failure;
      if (times === 0) away(failure.message);
      await delay(LOOK_EACH_MS);
    }
  }
}

/** CUDA counts the fastest GPU first unless told to count as the driver does. */
const environmentOf = ({ gpus }: GpusOfNode) => ({
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  CUDA_VISIBLE_DEVICES: gpus.map((gpu) => gpu.index).join(','),
});

const inJson = (entry: GpusOfNode) => ({
  nodeId: entry.node.id,
  nodeName: entry.node.name,
  gpus: entry.gpus.map((gpu) => ({
    index: gpu.index,
    uuid: gpu.uuid,
    name: gpu.name,
    memoryFreeBytes: memoryToTake(gpu),
    memoryTotalBytes: gpu.memoryTotalBytes,
  })),
  environment: environmentOf(entry),
});

/** Two lines per machine: what it has, and what to paste there. */
export function describeFound(found: readonly GpusOfNode[], { words, paint }: Terminal): string {
  return found
    .map((entry) => {
      const model = [...new Set(entry.gpus.map(shortModelName))].join(', ');
      const free = [...new Set(entry.gpus.map((gpu) => size(memoryToTake(gpu))))];
      const { CUDA_DEVICE_ORDER, CUDA_VISIBLE_DEVICES } = environmentOf(entry);
      return [
        `${paint(visible(entry.node.name), 'strong')}  ${words.find.gpus(ranges(entry.gpus.map((gpu) => gpu.index)))}  ${visible(model)}  ${words.find.free(free.join(', '), entry.gpus.length)}`,
        `  export CUDA_DEVICE_ORDER=${CUDA_DEVICE_ORDER} CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES}`,
      ].join('\n');
    })
    .join('\n');
}

/** What comes nearest, and why the others do not do. */
export function explainMiss(
  { nearest, misses, roomiest }: FindResult,
  wish: GpuWish,
  nodes: readonly FleetNode[],
  { find: words, state }: Words,
): string {
  const all = nodes.flatMap((node) => node.sample?.gpus ?? []);
  if (all.length === 0) return words.noGpus;
  if (misses.model === all.length)
    return words.models(
      modelsOf(all)
        .map(([model]) => model)
        .join(', '),
    );
  const reasons = (Object.entries(misses) as [Miss, number][])
    .filter(([, gpus]) => gpus > 0)
    .map(([miss, gpus]) => state.miss[miss](gpus));
  const lines: string[] = [];
  if (nearest)
    lines.push(
      words.best(
        nearest.node.name,
        nearest.gpus.length,
        wish.gpus,
        ranges(nearest.gpus.map((gpu) => gpu.index)),
      ),
    );
  else if (roomiest)
    lines.push(words.roomiest(roomiest.node.name, roomiest.gpu.index, size(roomiest.freeBytes)));
  if (reasons.length > 0) lines.push(words.looked(all.length, reasons.join(words.comma)));
  return lines.join(words.semicolon);
}
