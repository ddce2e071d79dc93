/** A submit that queues nothing: where each row would go now, or why it would wait. */
import type { z } from 'zod';
import type { taskApi } from '../../protocol/taskApi.ts';
import { HubError } from '../errors.ts';
import type { Queue } from './queue.ts';

type Body = z.output<(typeof taskApi)['submitTable']['body']>;
type Answer = z.input<(typeof taskApi)['submitTable']['response']>;

/** @throws HubError 501. */
export function tryOut(_queue: Queue, _table: Body['table'], _rows: Body['rows']): Answer {
  throw new HubError(501, 'no-dry-run', 'this hub cannot say yet what would become of a submit');
}
