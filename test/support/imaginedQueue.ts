/**
 * The queue of the imagined hub: answers the routes of protocol/taskApi.ts from memory, so that the page can be tested and
 * drawn without a scheduler; also with 100,000 rows. Answers are made by the route's own schemas' rules, not its own.
 */
import { DEFAULT_OPTIONS, DEFAULT_SETTINGS, type QueueSettings, type Table } from '../../src/model/queue.ts';
import { isFinal, isLive, type RunState } from '../../src/model/task.ts';
import { matchesTask, parseTaskQuery } from '../../src/model/taskQuery.ts';
import type { GpuLedger, QueueStatus } from '../../src/protocol/queueApi.ts';
import type { SubmittedTable } from '../../src/protocol/tableApi.ts';
import type { Selection, Task, TaskEvent } from '../../src/protocol/taskApi.ts';
import { imagineLog } from './imaginedLog.ts';
import { imagineTable, imagineTasks } from './imaginedTasks.ts';

const GIB = 2 ** 30;
const MINUTE = 60_000;
const ORDER: RunState[] = [
  'running',
  'starting',
  'stopping',
  'queued',
  'impossible',
  'failed',
  'timed_out',
  'unreachable',
  'lost',
  'cancelled',
  'held',
  'succeeded',
];

export interface ImaginedQueueOptions {
  /** Rows of a further table. */
  many?: number;
}

/** Whatever JSON says: the page's own requests are typed where they are made. */
type Body = ReturnType<typeof JSON.parse>;
type Answer = [status: number, body: unknown];

/** The queue, with what tests look at: what it was asked to do. */
export function imagineQueue({ many = 0 }: ImaginedQueueOptions = {}) {
  const bornMs = Date.now();
  let tasks = imagineTasks(bornMs, many);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  let settings: QueueSettings = DEFAULT_SETTINGS;
  let revision = 1;
  const tables = new Map<string, Table>();
  const submitted: { table: SubmittedTable; rows: unknown[] }[] = [];
  const off = new Set<string>();
  const log = imagineLog(bornMs);
  const asked: { route: string; body: unknown }[] = [];
  let statusOf: { revision: number; status: QueueStatus } | null = null;

  for (const id of new Set(tasks.map((task) => task.tableId))) recount(id);

  function recount(id: string): void {
    const before = tables.get(id);
    const table = imagineTable(
      id,
      tasks.filter((task) => task.tableId === id),
      bornMs,
    );
    tables.set(id, before ? { ...before, counts: table.counts, runs: table.runs } : table);
  }

  function change(id: string, part: Partial<Task>): void {
    const before = byId.get(id);
    if (!before) return;
    const after = { ...before, ...part };
    byId.set(id, after);
    tasks = tasks.map((task) => (task.id === id ? after : task));
  }

  function status(): QueueStatus {
    if (statusOf?.revision === revision) return statusOf.status;
    const counts: QueueStatus['counts'] = {};
    for (const table of tables.values())
      for (const [state, amount] of Object.entries(table.counts) as [RunState, number][])
        counts[state] = (counts[state] ?? 0) + amount;
    const value: QueueStatus = { revision, counts, settings, tables: [...tables.values()], gpus: ledger() };
    statusOf = { revision, status: value };
    return value;
  }

  function ledger(): GpuLedger[] {
    return ['vega', 'mira', 'atlas', 'orion', 'lyra'].flatMap((node) =>
      [0, 1, 2, 3].map((index): GpuLedger => {
        const uuid = `GPU-${node}-${index}`;
        const here = tasks.slice(0, 1600).flatMap((task) => {
          const last = task.attempts.at(-1);
          return last && isLive(task.state) && last.gpus.some((gpu) => gpu.uuid === uuid)
            ? [
                {
                  attempt: `${task.id}.${last.run}.${last.number}`,
                  task: task.id,
                  owner: task.owner,
                  promisedBytes: last.gpus[0]?.promisedBytes ?? null,
                },
              ]
            : [];
        });
        const promised = here.reduce((sum, each) => sum + (each.promisedBytes ?? 0), 0);
        return {
          nodeId: node,
          node,
          uuid,
          index,
          isOn: !off.has(uuid),
          unusable: null,
          trouble: null,
          totalBytes: 48 * GIB,
          externalBytes: 0,
          promisedBytes: promised,
          headroomBytes: GIB,
          freeBytes: Math.max(0, 47 * GIB - promised),
          attempts: here,
          commands: [],
        };
      }),
    );
  }

  function chosen(select: Selection): Task[] {
    if ('ids' in select) return select.ids.flatMap((id) => byId.get(id) ?? []);
    return tasks.filter(
      (task) =>
        (select.table === undefined || task.tableId === select.table) &&
        (select.states === undefined || select.states.includes(task.state)) &&
        (select.classes === undefined || select.classes.some((each) => task.attempts.at(-1)?.class === each)),
    );
  }

  function act(select: Selection, part: (task: Task) => Partial<Task> | null): Answer {
    const touched = new Set<string>();
    const results = chosen(select)
      .slice(0, 10_000)
      .map((task) => {
        const change = part(task);
        if (change) {
          touched.add(task.tableId);
          Object.assign(task, change);
        }
        return {
          id: task.id,
          outcome: change ? 'done' : 'unchanged',
          message: change ? 'done' : `it is ${task.state}`,
        };
      });
    for (const id of touched) recount(id);
    revision += 1;
    return [200, { results }];
  }

  function move(moved: readonly Task[], { before, behind }: { before?: string; behind?: string }): void {
    const rest = tasks.filter((task) => !moved.includes(task));
    const at = rest.findIndex(({ id }) => id === (before ?? behind));
    const place =
      before === 'first' ? 0 : behind === 'last' ? rest.length : at + (behind === undefined ? 0 : 1);
    tasks = rest.toSpliced(place, 0, ...moved);
  }

  function list(query: URLSearchParams): Answer {
    const parsed = parseTaskQuery(query.get('query') ?? '');
    const states = [...(query.get('states')?.split(',') ?? []), ...parsed.states];
    const table = query.get('table');
    const found = tasks.filter(
      (task) =>
        (table === null || task.tableId === table) &&
        (states.length === 0 || states.includes(task.state)) &&
        matchesTask(
          { ...parsed, states: [] },
          {
            ...task,
            table: task.table ?? '',
            class: task.attempts.at(-1)?.class ?? null,
            node: task.attempts.at(-1)?.node ?? null,
          },
        ),
    );
    if (query.get('sort') !== 'row') found.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    const offset = Number(query.get('offset') ?? 0);
    const counts: QueueStatus['counts'] = {};
    for (const task of tasks)
      if (table === null || task.tableId === table) counts[task.state] = (counts[task.state] ?? 0) + 1;
    return [
      200,
      { tasks: found.slice(offset, offset + Number(query.get('limit') ?? 200)), total: found.length, counts },
    ];
  }

  function detail(task: Task) {
    return {
      task,
      events: eventsOf(task),
      options: DEFAULT_OPTIONS,
      workingDirectory: '/home/lin.wei/exp/rotate',
    };
  }

  function submit(body: {
    table: SubmittedTable;
    rows: { row: number; name: string; key: string; needRunNum: number; parameters: [string, string][] }[];
    dryRun?: boolean;
  }): Answer {
    const id = `b${100 + submitted.length}`;
    const first = 900_000 + submitted.length * 1000;
    const made = body.rows.map(
      (row, place): Task => ({
        ...(tasks[0] as Task),
        id: `t${first + place}`,
        table: body.rows.length > 1 ? body.table.name : null,
        tableId: id,
        row: row.row,
        name: row.name,
        owner: 'lw',
        state: body.table.hold ? 'held' : 'queued',
        runNum: 0,
        needRunNum: row.needRunNum,
        waiting: { kind: 'turn', before: place },
        waitingReason: 'its turn',
        parameters: row.parameters,
        command: body.table.command,
        attempts: [],
        createdAtMs: Date.now(),
      }),
    );
    const table = { ...imagineTable(id, made, Date.now()), name: body.table.name, owner: 'lw' };
    if (body.dryRun)
      return [
        200,
        {
          table,
          tasks: [],
          plan: body.rows.map((row, place) =>
            place < 2
              ? { key: row.key, node: 'mira', gpus: [place + 2], reason: null }
              : { key: row.key, node: null, gpus: [], reason: `its turn: ${place} before it` },
          ),
        },
      ];
    submitted.push(body);
    tasks = [...tasks, ...made];
    for (const task of made) byId.set(task.id, task);
    tables.set(id, table);
    revision += 1;
    return [
      200,
      {
        table,
        tasks: made.map((task, place) => ({ key: body.rows[place]?.key ?? '', task: task.id })),
        plan: [],
      },
    ];
  }

  /** Answers a route of the queue; null where it is none. */
  async function answer(method: string, url: URL, readBody: () => Promise<Body>): Promise<Answer | null> {
    const path = url.pathname.replace('/api/v1/', '');
    if (method !== 'GET' && /^(queue|tables|tasks)/.test(path)) {
      const body = await readBody();
      asked.push({ route: `${method} ${path}`, body });
      return write(method, path, body);
    }
    if (path === 'queue') return [200, status()];
    if (path === 'tables') return [200, { tables: [...tables.values()] }];
    if (path === 'tasks') return list(url.searchParams);
    const [, id = '', what] = /^tasks\/(t\d+)(?:\/(log))?$/.exec(path) ?? [];
    const task = byId.get(id);
    if (task && what === 'log') return [200, await log.read(task, url.searchParams)];
    return task ? [200, detail(task)] : null;
  }

  function write(method: string, path: string, body: Body): Answer | null {
    if (path === 'queue') {
      settings = { ...settings, ...body };
      revision += 1;
      return [200, { settings }];
    }
    if (path === 'queue/gpus') {
      for (const uuid of body.gpus) {
        if (body.isOn) off.delete(uuid);
        else off.add(uuid);
      }
      revision += 1;
      return [200, { gpus: ledger().filter((gpu) => body.gpus.includes(gpu.uuid)) }];
    }
    if (path === 'tables') return submit(body);
    const table = tables.get(path.replace('tables/', ''));
    if (method === 'PATCH' && table) {
      const after: Table = {
        ...table,
        ...(body.paused === undefined ? {} : { paused: body.paused ? 'user' : null }),
        ...(body.maxRunning === undefined ? {} : { maxRunning: body.maxRunning }),
        options: { ...table.options, priority: body.priority ?? table.options.priority },
      };
      tables.set(table.id, after);
      revision += 1;
      return [200, after];
    }
    switch (path) {
      case 'tasks/kill':
        return act(body.select, (task) =>
          isFinal(task.state) ? null : { state: 'cancelled', waiting: null, waitingReason: null },
        );
      case 'tasks/retry':
        return act(body.select, (task) =>
          isFinal(task.state) && task.state !== 'succeeded'
            ? {
                state: 'queued',
                waiting: { kind: 'turn', before: 1 },
                waitingReason: 'its turn: 1 before it',
              }
            : null,
        );
      case 'tasks/hold':
        return act(body.select, (task) =>
          task.state === 'queued' ? { state: 'held', waiting: { kind: 'held', by: 'user' } } : null,
        );
      case 'tasks/release':
        return act(body.select, (task) =>
          task.state === 'held' ? { state: 'queued', waiting: { kind: 'turn', before: 1 } } : null,
        );
      case 'tasks/edit':
        if (body.changes.before !== undefined || body.changes.behind !== undefined)
          move(chosen(body.select), body.changes);
        return act(body.select, (task) => ({
          priority: body.changes.priority ?? task.priority,
          askedBytes: body.changes.memoryBytes ?? task.askedBytes,
        }));
      case 'tasks/confirm-gone':
        return act(body.select, (task) =>
          task.state === 'unreachable' ? { state: 'queued', waiting: { kind: 'turn', before: 1 } } : null,
        );
      default:
        return null;
    }
  }

  return {
    answer,
    status,
    /** State of the scope `task:ID`. */
    detail: (id: string) => {
      const task = byId.get(id);
      return task ? detail(task) : null;
    },
    asked,
    submitted,
    log,
    change(id: string, part: Partial<Task>): void {
      change(id, part);
      revision += 1;
    },
  };
}

export type ImaginedQueue = ReturnType<typeof imagineQueue>;

function eventsOf(task: Task): TaskEvent[] {
  const event = (
    atMs: number,
    kind: TaskEvent['kind'],
    text: string,
    part: Partial<TaskEvent> = {},
  ): TaskEvent => ({
    atMs: Math.round(atMs),
    kind,
    run: 1,
    attempt: null,
    by: null,
    text,
    remarks: null,
    figures: null,
    ...part,
  });
  const first = task.attempts[0];
  const events = [
    event(
      (first?.leasedAtMs ?? task.createdAtMs + 3 * MINUTE) - 2 * MINUTE,
      'submitted',
      'asks 21.6 GiB: learned from 60 runs of this table',
      {
        by: task.owner,
        figures: { afterBytes: task.attempts[0]?.gpus[0]?.promisedBytes ?? task.askedBytes ?? 0 },
      },
    ),
  ];
  for (const attempt of task.attempts) {
    const [gpu] = attempt.gpus;
    const total = attempt.node === 'vega' ? 24 * GIB : 48 * GIB;
    if (attempt.startedAtMs !== null)
      events.push(
        event(
          attempt.startedAtMs,
          'started',
          `attempt ${attempt.number} on ${attempt.node} GPU ${gpu?.index}`,
          {
            attempt: attempt.number,
            figures: { promisedBytes: gpu?.promisedBytes ?? 0, totalBytes: total },
          },
        ),
      );
    if (attempt.endedAtMs !== null) {
      events.push(
        event(attempt.endedAtMs, 'ended', attempt.message ?? `attempt ${attempt.number} ended`, {
          attempt: attempt.number,
          figures: {
            peakBytes: gpu?.peakBytes ?? 0,
            totalBytes: total,
            ...(attempt.outOfMemory?.triedBytes ? { triedBytes: attempt.outOfMemory.triedBytes } : {}),
          },
        }),
      );
      if (attempt.class === 'gpu_oom')
        events.push(
          event(
            attempt.endedAtMs + 400,
            'learned',
            'asks 27.0 GiB from now on: the larger of 21.4 + 5.0 = 26.4 and 21.6 × 1.25 = 27.0',
            {
              attempt: attempt.number,
              figures: {
                beforeBytes: 21.6 * GIB,
                afterBytes: 27 * GIB,
                peakBytes: gpu?.peakBytes ?? 0,
                triedBytes: attempt.outOfMemory?.triedBytes ?? 0,
              },
            },
          ),
          event(attempt.endedAtMs + 500, 'queued-again', 'queued again: out of memory 1 of 3', {
            attempt: attempt.number,
          }),
        );
    }
  }
  return events;
}
