/**
 * What a person may ask of the queue (settings of it): a priority, which goes before everybody's fair share, and rows.
 * Both are refused in a sentence, at submit and at edit: a run that was quietly queued with another priority, or a table
 * that was cut short, would be found out too late.
 */
import { HubError } from '../errors.ts';
import type { TaskBook } from '../tasks/book/taskBook.ts';
import { rowRoom } from '../tasks/rowRoom.ts';
import type { Sight } from './taskAccess.ts';

/** @throws HubError 403 where somebody who is no administrator asks for a band above the one that everybody may have. */
export function checkPriority(
  book: Pick<TaskBook, 'settings'>,
  { login, seesAll }: Sight,
  priority: number | undefined,
): void {
  const { highestPriority } = book.settings();
  if (priority === undefined || seesAll || priority <= highestPriority) return;
  throw new HubError(
    403,
    'priority-too-high',
    `priority ${priority} is above ${highestPriority}, the highest that ${login} may ask for`,
    `order your own by lower priorities of the others, or by \`flowline edit ID --first\`; an administrator may ask for more, and says what others may: flowline queue --highest-priority ${priority}`,
  );
}

/** @throws HubError 409 where there is no room for so many rows. */
export function checkRoomFor(
  book: Pick<TaskBook, 'settings' | 'openRows'>,
  owner: string,
  asked: number,
): void {
  const room = rowRoom(book, owner);
  if (asked <= room.rows) return;
  throw new HubError(
    409,
    'queue-full',
    room.reason(asked),
    `these were not queued: wait until some are over, \`flowline kill\` what is not needed, submit fewer rows, or ask an administrator: flowline queue ${room.option} N`,
  );
}
