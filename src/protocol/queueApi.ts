/**
 * The queue's routes as a whole: its settings, the ledger of every card, and promises for `find … -- COMMAND`. Spread into
 * the table of routes (hubApi.ts).
 */
import * as z from 'zod';
import { count, message, name, pid } from '../model/fields.ts';
import { QueueSettings, RunCounts, Table } from '../model/queue.ts';
import { AttemptId, TaskId } from '../model/task.ts';
import { CardTrouble } from '../model/trouble.ts';
import { WaitingReason } from '../model/waiting.ts';
import { routes } from './route.ts';

/** The ledger of one card, in bytes (scheduling.md, 5). */
export const GpuLedger = z.object({
  nodeId: name,
  node: name,
  uuid: name,
  index: count,
  isOn: z.boolean(),
  /** Why nothing is placed there although it is on; null where it is. */
  unusable: message.nullable(),
  /** The same as data. */
  trouble: CardTrouble.nullable().catch(null).default(null),
  totalBytes: count.nullable(),
  externalBytes: count.nullable(),
  promisedBytes: count,
  headroomBytes: count.nullable(),
  freeBytes: count.nullable(),
  attempts: z.array(
    z.object({ attempt: AttemptId, task: TaskId, owner: name, promisedBytes: count.nullable() }),
  ),
  /** Commands of `find … -- COMMAND` that were given it. */
  commands: z
    .array(z.object({ owner: name, pid: pid.nullable(), promisedBytes: count.nullable() }))
    .default([]),
});
export type GpuLedger = z.infer<typeof GpuLedger>;

/** The queue at a glance, and the scope `queue` of the live socket. */
export const QueueStatus = z.object({
  /** Rises with every change of any task: a page that shows rows asks for them again. */
  revision: count,
  counts: RunCounts,
  settings: QueueSettings,
  tables: z.array(Table),
  gpus: z.array(GpuLedger),
});
export type QueueStatus = z.infer<typeof QueueStatus>;

export const queueApi = routes({
  queue: {
    method: 'GET',
    path: '/api/v1/queue',
    right: 'user',
    summary: 'The queue at a glance: counts, settings, tables, and the ledger of every GPU.',
    response: QueueStatus,
  },
  changeQueue: {
    method: 'PATCH',
    path: '/api/v1/queue',
    right: 'administrator',
    summary: 'Changes settings of the queue.',
    body: QueueSettings.partial().strict(),
    response: z.object({ settings: QueueSettings }),
  },
  switchGpus: {
    method: 'POST',
    path: '/api/v1/queue/gpus',
    right: 'administrator',
    summary: 'Switches GPUs on or off for the queue; what runs there goes on.',
    body: z.strictObject({ gpus: z.array(name).min(1).max(1024), isOn: z.boolean() }),
    response: z.object({ gpus: z.array(GpuLedger) }),
  },
  takePromise: {
    method: 'POST',
    path: '/api/v1/promises',
    right: 'user',
    summary:
      'For `find … -- COMMAND`: takes GPUs of one machine on the ledger for a process that the caller starts himself; `waitMs` waits for room, and the header Idempotency-Key keeps the place in the line when asked again. Kept alive by PATCH; given back by DELETE, or after 30 s of silence.',
    body: z.strictObject({
      gpus: z.int().min(1).max(64),
      memoryBytes: count.nullable(),
      model: name.nullable(),
      machineId: z.string().max(128),
      waitMs: count.max(25_000),
    }),
    response: z.object({
      /** Null: no room yet; the reason says why. */
      promise: z
        .object({
          id: name,
          gpus: z.array(z.object({ uuid: name, index: count })),
          promisedBytes: count.nullable(),
        })
        .nullable(),
      waitingReason: z.string().nullable(),
      waiting: WaitingReason.nullable(),
    }),
  },
  keepPromise: {
    method: 'PATCH',
    path: '/api/v1/promises/{id}',
    right: 'user',
    summary: 'Says that the process lives, and which it is.',
    body: z.strictObject({ pid: z.int().positive().nullable() }),
    response: z.object({}),
  },
  endPromise: {
    method: 'DELETE',
    path: '/api/v1/promises/{id}',
    right: 'user',
    summary: 'Gives the GPUs back.',
    response: z.object({}),
  },
});
