/** Where an attempt runs, in words. */
import { visible } from '../../../src/lib/displayText.ts';
import type { Attempt } from '../../../src/model/task.ts';
import type { Words } from '../../words/en.ts';

/** Where an attempt runs or ran. */
export function whereWords(words: Words, attempt: Attempt): string {
  const node = visible(attempt.node);
  if (attempt.gpus.length === 0) return words.tasks.noGpu(node);
  return words.tasks.gpuOf(node, ranges(attempt.gpus.map((gpu) => gpu.index)));
}

/** 0, 1, 2, 5 as `0–2, 5`. */
export function ranges(indexes: readonly number[]): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  let from = sorted[0];
  sorted.forEach((index, place) => {
    if (sorted[place + 1] === index + 1 || from === undefined) return;
    parts.push(from === index ? `${index}` : index - from === 1 ? `${from}, ${index}` : `${from}–${index}`);
    from = sorted[place + 1];
  });
  return parts.join(', ');
}
