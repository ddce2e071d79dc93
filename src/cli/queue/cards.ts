/** The queue's cards as a table, for `flowline queue` and the shell: what each can give, and who runs there. */
import { visible } from '../../lib/displayText.ts';
import type { GpuLedger } from '../../protocol/queueApi.ts';
import { troubleText } from '../../scheduling/remarkText.ts';
import { CommandFailure, EXIT } from '../context.ts';
import { MISSING, size } from '../text/figures.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import type { Words } from '../words/words.ts';

/** A line per GPU. */
export function describeCards(gpus: readonly GpuLedger[], terminal: Terminal): string {
  const { words } = terminal;
  const { shell, queue } = words;
  return table(
    [
      { title: 'GPU' },
      { title: shell.on },
      { title: words.heading.memory, align: 'right', rarity: 2 },
      { title: queue.others, align: 'right', rarity: 1 },
      { title: shell.promised, align: 'right' },
      { title: shell.free, align: 'right' },
      { title: queue.who, cutTo: 12 },
      { title: '', cutTo: 16 },
    ],
    gpus.map((gpu) => [
      `${gpu.node}:${gpu.index}`,
      { text: gpu.isOn ? shell.yes : shell.no, style: gpu.isOn ? 'good' : 'warn' },
      size(gpu.totalBytes),
      size(gpu.externalBytes),
      size(gpu.promisedBytes),
      size(gpu.freeBytes),
      whoText(gpu, words),
      {
        text: gpu.trouble === null ? (gpu.unusable ?? '') : troubleText(gpu.trouble, words.remarks),
        style: 'warn',
      },
    ]),
    terminal,
  );
}

/** `alice: t3 t4; bob: t9`. */
function whoText({ attempts, commands }: GpuLedger, { queue }: Words): string {
  const byOwner = new Map<string, string[]>();
  const add = (owner: string, what: string): void => {
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), what]);
  };
  for (const { owner, task } of attempts) add(owner, task);
  for (const { owner, pid } of commands) add(owner, queue.found(pid));
  return [...byOwner].map(([owner, what]) => `${owner}: ${what.join(' ')}`).join('; ') || MISSING;
}

/**
 * The GPU that `1` or `atlas:1` names: of this machine, or of the only one that has such an index.
 * @throws CommandFailure that lists those there are
 */
export function gpuNamed(
  gpus: readonly GpuLedger[],
  text: string,
  { words, hostname }: { words: Words; hostname: string },
): GpuLedger {
  const match = /^(?:(.+):)?(\d+)$/.exec(text);
  const [, node, index] = match ?? [];
  const fitting = gpus.filter(
    (gpu) => gpu.index === Number(index) && (node === undefined || gpu.node === node || gpu.nodeId === node),
  );
  const here = fitting.filter((gpu) => gpu.node === hostname);
  const found = fitting.length === 1 ? fitting[0] : here.length === 1 ? here[0] : undefined;
  if (match && found) return found;
  if (gpus.length === 0) throw new CommandFailure(EXIT.failed, words.shell.noGpuAtAll(visible(text)));
  throw new CommandFailure(
    EXIT.usage,
    words.shell.noGpu(visible(text)),
    words.shell.gpusAre(gpus.map((gpu) => visible(`${gpu.node}:${gpu.index}`)).join(' ')),
  );
}
