/**
 * What an imagined task does, told from its command and row alone: how much memory it takes, how long, how it ends and
 * what it prints. The same task does the same each time, so that running it again with more memory heals it. Pure.
 */
import { commandText, type TaskCommand } from '../../model/command.ts';
import { between, type Random, seededRandom, wholeBetween } from '../random.ts';
import { GIB } from '../world.ts';

export interface TaskWork {
  /** On each of its cards. */
  needBytes: number;
  durationMs: number;
  /** `nan`: its loss is not a number, and it gives up after a while. */
  ends: 'ok' | 'nan';
  epochs: number;
  /** Loss of the first epoch. */
  loss: number;
  title: string;
}

export interface TaskLike {
  command: TaskCommand;
  parameters: readonly (readonly [string, string])[];
}

/** Models by what they take of a card, at a batch of 64. */
const MODEL_GIB: Record<string, number> = {
  cnn: 4.2,
  resnet: 6.5,
  vit_b: 9.1,
  vit_l: 23.6,
  unet: 27,
  'qwen2-7b': 54,
};

/** What a task does. */
export function workOf(task: TaskLike): TaskWork {
  const text = `${commandText(task.command)} ${task.parameters.map((pair) => pair.join('=')).join(' ')}`;
  const random = seededRandom(text);
  const value = (column: string): string | undefined =>
    task.parameters.find(([name]) => name === column)?.[1] ??
    new RegExp(`--${column}[= ](\\S+)`).exec(text)?.[1];
  const model = value('model') ?? '';
  const batch = Number(value('bs') ?? 64) || 64;
  const base = MODEL_GIB[model] ?? between(random, 3, 9);
  return {
    needBytes: Math.round(base * (0.7 + (0.3 * batch) / 64) * between(random, 0.97, 1.03) * GIB),
    durationMs: wholeBetween(random, 50, 170) * 1000,
    ends: Number(value('lr') ?? 0) >= 1e-2 ? 'nan' : 'ok',
    epochs: wholeBetween(random, 12, 40),
    loss: between(random, 1.8, 2.6),
    title: model === '' ? 'imagined' : model,
  };
}

/** Epochs that are over so long after the start, at most all of them. */
export const epochsAfter = (work: TaskWork, elapsedMs: number): number =>
  Math.max(
    0,
    Math.min(
      work.epochs,
      Math.floor((work.epochs * (elapsedMs - LOADING_MS)) / (work.durationMs - LOADING_MS)),
    ),
  );

/** It reads its data and builds its model for so long. */
export const LOADING_MS = 12_000;
/** One whose loss is not a number notices after so many epochs. */
export const NAN_EPOCH = 3;

const red = (text: string): string => `\u001b[31m${text}\u001b[0m`;
const green = (text: string): string => `\u001b[32m${text}\u001b[0m`;
const blue = (text: string): string => `\u001b[34m${text}\u001b[0m`;
const yellow = (text: string): string => `\u001b[33m${text}\u001b[0m`;
const grey = (text: string): string => `\u001b[2m${text}\u001b[0m`;

/** The first lines: nothing of it is real, and it says so. */
export function headLines(command: TaskCommand, work: TaskWork, gpus: readonly string[]): string {
  const visible = gpus.length === 0 ? '""' : gpus.map((uuid) => uuid.slice(0, 12)).join(',');
  return [
    grey(`$ CUDA_VISIBLE_DEVICES=${visible} ${commandText(command)}`),
    `${yellow('WARN')}  an imagined run: nothing is executed, on no GPU`,
    `${blue('INFO')}  torch 2.3.1, cuda 12.4`,
    `${blue('INFO')}  ${work.title}: 60 000 train, 10 000 test`,
    '',
  ].join('\n');
}

/** The line of an epoch. */
export function epochLine(work: TaskWork, epoch: number, random: Random): string {
  if (work.ends === 'nan' && epoch >= NAN_EPOCH)
    return `epoch ${String(epoch).padStart(2)}/${work.epochs}  loss ${red('nan')}  acc 0.100\n`;
  const loss = work.loss / (1 + epoch / 6) + between(random, -0.02, 0.02);
  const accuracy = Math.min(0.97, 0.24 + 0.7 * (1 - Math.exp(-epoch / 12)) + between(random, -0.01, 0.01));
  const line = `epoch ${String(epoch).padStart(2)}/${work.epochs}  loss ${loss.toFixed(3)}  acc ${accuracy.toFixed(3)}\n`;
  return epoch % 8 === 0 ? `${line}${green('saved')} runs/${work.title}/last.pt ${grey('in 0.8 s')}\n` : line;
}

/** The bar within an epoch, over itself. */
export function progress(work: TaskWork, epoch: number, share: number): string {
  const done = Math.round(20 * share);
  return `\repoch ${String(epoch).padStart(2)}/${work.epochs}  ${green(`[${'#'.repeat(done)}${'.'.repeat(20 - done)}]`)}  ${Math.round(100 * share)} %`;
}

export const DONE_LINE = `\r\u001b[K${green('done')}\n`;

export const NAN_LINES = [
  'Traceback (most recent call last):',
  '  File "train.py", line 214, in <module>',
  '    main()',
  '  File "train.py", line 188, in main',
  '    raise ValueError("loss is nan")',
  'ValueError: loss is nan',
  '',
].join('\n');

/** As PyTorch says it. */
export const outOfMemoryLine = (triedBytes: number, totalBytes: number, freeBytes: number): string =>
  `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ${(triedBytes / GIB).toFixed(2)} GiB. GPU 0 has a total capacity of ${(totalBytes / GIB).toFixed(2)} GiB of which ${(freeBytes / GIB).toFixed(2)} GiB is free.`;
