/** What a row's menu offers: what can be done to a task in its state. */
import { isFinal } from '../../../../src/model/task.ts';
import type { Task } from '../../../../src/protocol/taskApi.ts';
import type { TaskAction } from '../../../live/taskActions.ts';
import type { MenuItem } from '../../../parts/Menu.tsx';
import type { Words } from '../../../words/en.ts';
import { waitsInLine } from './moves.ts';

interface MenuActions {
  first: () => void;
  up: () => void;
  down: () => void;
  last: () => void;
  before: () => void;
  act: (action: TaskAction) => void;
  edit: () => void;
  stop: () => void;
}

/** @param tasks those it is about; none where only their order is asked for, as beside buttons for the rest. */
export function menuItems(words: Words, tasks: readonly Task[], does: MenuActions): MenuItem[] {
  const some = (holds: (task: Task) => boolean): boolean => tasks.some(holds);
  const order: MenuItem[] =
    tasks.length > 0 && !some(waitsInLine)
      ? []
      : [
          { text: words.move.first, onPick: does.first },
          { text: words.move.up, keys: 'Alt ↑', onPick: does.up },
          { text: words.move.down, keys: 'Alt ↓', onPick: does.down },
          { text: words.move.last, onPick: does.last },
          { text: words.move.before, onPick: does.before },
        ];
  const rest: MenuItem[] = [];
  const offer = (text: string, onPick: () => void): void => {
    rest.push({ text, onPick, isApart: rest.length === 0 && order.length > 0 });
  };
  if (some(({ state }) => isFinal(state) && state !== 'succeeded'))
    offer(words.tasks.again, () => does.act('retry'));
  if (some(({ state }) => state === 'queued')) offer(words.tasks.hold, () => does.act('hold'));
  if (some(({ state }) => state === 'held')) offer(words.tasks.release, () => does.act('release'));
  if (tasks.length > 0) offer(words.tasks.edit, does.edit);
  if (some(({ state }) => !isFinal(state)))
    rest.push({ text: words.tasks.stop, onPick: does.stop, isDanger: true });
  return [...order, ...rest];
}
