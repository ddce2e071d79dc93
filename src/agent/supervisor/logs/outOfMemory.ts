/** The seam to scheduling/outOfMemory.ts, which knows the texts. */
import type { OutOfMemory } from '../../../model/task.ts';

/** TODO */
export function findOutOfMemory(_text: string, _ownTexts: readonly string[]): OutOfMemory | null {
  return null;
}
