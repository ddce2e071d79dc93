/** `flowline find`: GPUs that are free now. It only looks: nothing is taken or promised. */
import { type Command, Option } from 'commander';
import { type FindResult, findGpus, type GpusOfNode, type GpuWish, type Miss } from '../fleet/findGpus.ts';
import { shortModelName } from '../fleet/modelName.ts';
import { memoryToTake, modelsOf } from '../fleet/summary.ts';
import { type FleetNode, fleetNode } from '../fleet/view.ts';
import { visible } from '../lib/displayText.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { examples } from './examples.ts';
import { type FleetOptions, openFleet, withFleet } from './fleetCommand.ts';
import { parseMemory, wholeNumber } from './options.ts';
import { ranges, size } from './text/figures.ts';
import type { Terminal } from './text/terminal.ts';
import type { Words } from './words/words.ts';

interface FindOptions extends FleetOptions {
  gpus: number;
  memory?: { text: string; bytes: number };
  model?: string;
  spread?: boolean;
}

/** Adds the command. */
export function addFind(program: Command, context: CommandContext): void {
  withFleet(program.command('find'))
    .description('find GPUs that are free now, on one machine; exit code 1 where there are none')
    .addOption(new Option('--gpus <n>', 'how many').argParser(wholeNumber(1, 10_000)).default(1))
    .addOption(
      new Option(
        '--memory <size>',
        'free memory that each must have, like 40G; a bare number is MiB',
      ).argParser((text) => ({ text, bytes: parseMemory(text) })),
    )
    .option('--model <words>', 'words of the model, like H100')
    .option('--spread', 'they may lie on several machines')
    .addHelpText(
      'after',
      examples(
        'flowline find',
        'flowline find --gpus 2 --memory 40G',
        'flowline find --gpus 4 --model "A100 80"',
        'flowline find --gpus 16 --model H100 --spread --json',
      ),
    )
    .action((options: FindOptions) => find(context, options));
}

async function find(context: CommandContext, options: FindOptions): Promise<void> {
  const { client, terminal, answer } = await openFleet(context, options);
  const wish: GpuWish = {
    gpus: options.gpus,
    memoryBytes: options.memory?.bytes ?? null,
    model: options.model?.trim() || null,
    mayBeSpread: options.spread ?? false,
  };
  const { memory } = options;
  // Any GPU has as much: whoever types it means GiB.
  if (memory && memory.bytes < 2 ** 30 && /^[\d.]+$/.test(memory.text))
    context.printError(terminal.words.find.bareMemory(memory.text));
  const nodes = (await client.call('nodes')).nodes.map(fleetNode);
  const result = findGpus(nodes, wish);
  const { found, nearest } = result;
  if (found) {
    answer({ nodes: found.map(inJson), nearest: null }, () => describeFound(found, terminal));
    return;
  }
  if (options.json) answer({ nodes: [], nearest: nearest && inJson(nearest) }, () => '');
  const { find: words } = terminal.words;
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
  { find: words }: Words,
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
    .map(([miss, gpus]) => words.reasons[miss](gpus));
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
