/** Where the texts of programs that ran out of GPU memory are recognised: scheduling/outOfMemory.ts, once it is there. Until then none is. */
import type { OutOfMemory } from '../../../model/task.ts';

/** What a stream's end says of GPU memory; null for nothing. */
export function findOutOfMemory(_text: string, _ownTexts: readonly string[]): OutOfMemory | null {
  return null;
}
