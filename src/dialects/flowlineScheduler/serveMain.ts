/**
 * The API of the older FlowLine over our queue and GPUs (docs/dialects.md). GPUs and processes of tasks on them are shown
 * to whoever may ask; tasks, logs and what changes something need an account: a token in the path, or a network that was
 * opened. Whoever has none is answered as where there is nothing.
 */
import { LIVE_STATES, RunState, taskIdOf } from '../../model/task.ts';
import type { CalledBy } from '../../protocol/callAs.ts';
import { CommandProblem } from '../../tables/command/problem.ts';
import type { Answer, Dialect, DialectRequest, Writer } from '../dialect.ts';
import { uptime } from '../figures.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import type { MainParts } from '../main.ts';
import { fractionsUnder, pythonAnswer, pythonJson } from '../python.ts';
import { submitBody, type TaskOrigin } from './create.ts';
import { gpusBody, placedGpus } from './gpus.ts';
import { wantedLines } from './logs.ts';
import { type GpuNumbers, type GpuPlace, parseNumber } from './numbers.ts';
import { processesBody, seenProcessesBody } from './processes.ts';
import { isNotThere, listLogs, readLog } from './readLogs.ts';
import { systemText } from './system.ts';
import { taskListBody, WantedTask } from './tasks.ts';

export interface SchedulerParts extends MainParts {
  numbers: GpuNumbers;
  origin: TaskOrigin;
}

/** Memory, watts and instants are fractions there. */
const FRACTIONS = fractionsUnder(['free_memory', 'max_power', 'power', 'start_time', 'total_memory']);

const MOST_TASKS = 10_000;
const UNFINISHED = RunState.options.filter((state) => state !== 'succeeded').join(',');
/** How long the switches of GPUs are remembered: its page asks every few seconds, from many windows. */
const SWITCHES_LAST_MS = 1000;

const answer = (body: unknown, status = 200): Answer => pythonAnswer(pythonJson(body, FRACTIONS), status);

/** What anybody may read, any page may: without an account an answer holds nothing else. */
const openAnswer = (body: unknown, { writer }: DialectRequest): Answer =>
  writer ? answer(body) : { ...answer(body), headers: { 'access-control-allow-origin': '*' } };

/** Its routes over a hub. */
export function flowlineMain(parts: SchedulerParts): Dialect {
  const { callAs, numbers } = parts;
  const as = (writer: Writer, from: string): CalledBy => ({ ...writer, from });
  /** The dialect itself, for what everybody is told: which cards are switched on. */
  const itself = (from: string): CalledBy => ({
    account: { name: 'flowline', role: 'administrator' },
    isLocal: false,
    from,
  });
  const numberOf = (place: GpuPlace): number => numbers.of([place])[0] ?? -1;

  const switchedOff = async (from: string): Promise<Set<string>> => {
    const { gpus } = await callAs('queue', itself(from));
    return new Set(gpus.filter(({ isOn }) => !isOn).map(({ uuid }) => uuid));
  };
  let remembered: { off: Promise<Set<string>>; atMs: number } | null = null;
  const switchedOffLately = (from: string): Promise<Set<string>> => {
    const now = parts.nowMs();
    if (!remembered || Math.abs(now - remembered.atMs) >= SWITCHES_LAST_MS)
      remembered = { off: switchedOff(from), atMs: now };
    return remembered.off;
  };

  const uuidOf = (number: number): string | null => {
    // A script may switch a card without having listed any.
    numbers.of(placedGpus(parts.nodes()).map(({ nodeId, gpu }) => ({ nodeId, index: gpu.index })));
    const place = numbers.placeOf(number);
    const node = place && parts.nodes().find(({ id }) => id === place.nodeId);
    return node?.sample?.gpus.find(({ index }) => index === place?.index)?.uuid ?? null;
  };

  const processes = async ({ writer, from }: DialectRequest, onGpu: number | null) => {
    if (!writer) return seenProcessesBody(placedGpus(parts.nodes()), numberOf, onGpu);
    const query = { states: LIVE_STATES.join(','), limit: MOST_TASKS };
    const { tasks } = await callAs('tasks', as(writer, from), { query });
    return processesBody(tasks, numberOf, onGpu);
  };

  const kill = async (number: number, by: CalledBy): Promise<boolean> => {
    const id = taskIdOf(number);
    try {
      const { task } = await callAs('task', by, { parameters: { id } });
      // A task that waits has no process there: nothing is taken out of the queue by this.
      if (!task.attempts.some(({ state }) => LIVE_STATES.includes(state))) return false;
      const { results } = await callAs('killTasks', by, { body: { select: { ids: [id] } } });
      return results.some(({ outcome }) => outcome === 'done');
    } catch (failure) {
      if (isNotThere(failure)) return false;
      throw failure;
    }
  };

  /** The whole queue for an administrator; for anybody else, his own tables, as the verb `run` of the shell. */
  const toggle = async (by: CalledBy): Promise<boolean> => {
    if (by.account.role === 'administrator') {
      const { settings } = await callAs('queue', by);
      const isRunning = !settings.isRunning;
      await callAs('changeQueue', by, { body: { isRunning } });
      return isRunning;
    }
    const { tables } = await callAs('tables', by, { query: { whose: 'mine', isOpen: 'true' } });
    const paused = tables.some((table) => table.paused === null);
    for (const { id } of tables) await callAs('changeTable', by, { parameters: { id }, body: { paused } });
    return !paused;
  };

  const create = async (body: unknown, writer: Writer, by: CalledBy): Promise<Answer> => {
    const wanted = WantedTask.safeParse(body);
    if (!wanted.success) {
      const [issue] = wanted.error.issues;
      return failed(`${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'malformed'}`, 400);
    }
    try {
      await callAs('submitTable', by, { body: submitBody(wanted.data, writer, parts.origin) });
      return answer({ success: true });
    } catch (failure) {
      if (failure instanceof CommandProblem) return failed(`cmd: ${failure.message}`, 400);
      throw failure;
    }
  };

  return {
    name: 'flowline',
    role: 'main',
    isOpenToPages: true,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: (status, sentence) => answer({ error: sentence }, status),
    routes: [
      {
        verbs: ['GET'],
        path: '/api/gpus',
        async handle({ from }) {
          const cards = placedGpus(parts.nodes());
          const places = cards.map(({ nodeId, gpu }) => ({ nodeId, index: gpu.index }));
          return answer(gpusBody(cards, numbers.of(places), await switchedOffLately(from)));
        },
      },
      {
        verbs: ['POST'],
        path: '/api/gpu/:id/switch',
        writes: true,
        async handle({ parameters, writer, from }) {
          const gpu_id = parameters.id ?? '';
          const number = parseNumber(gpu_id);
          if (number === null) return answer({ error: notANumber(gpu_id), gpu_id, success: false });
          const uuid = uuidOf(number);
          if (uuid === null) return answer({ gpu_id, is_on: null, success: false });
          const isOn = (await switchedOff(from)).has(uuid);
          await callAs('switchGpus', as(writer, from), { body: { gpus: [uuid], isOn } });
          remembered = null;
          return answer({ gpu_id, is_on: isOn, success: true });
        },
      },
      {
        verbs: ['GET'],
        path: '/api/process',
        isPrivate: true,
        handle: async (request) => openAnswer(await processes(request, null), request),
      },
      {
        verbs: ['GET'],
        path: '/api/gpu/:id/process',
        isPrivate: true,
        async handle(request) {
          const id = request.parameters.id ?? '';
          const number = parseNumber(id);
          const body = number === null ? { error: notANumber(id) } : await processes(request, number);
          return openAnswer(body, request);
        },
      },
      {
        verbs: ['POST'],
        path: '/api/process/:id/kill',
        writes: true,
        async handle({ parameters, writer, from }) {
          const id = parameters.id ?? '';
          const number = parseNumber(id);
          if (number === null) return failed(notANumber(id), 400);
          const success = number > 0 && (await kill(number, as(writer, from)));
          return answer({ success });
        },
      },
      {
        verbs: ['GET'],
        path: '/api/task/list',
        isPrivate: true,
        async handle(request) {
          const { writer, from } = request;
          if (!writer) return openAnswer([], request);
          const query = { states: UNFINISHED, limit: MOST_TASKS };
          return answer(taskListBody((await callAs('tasks', as(writer, from), { query })).tasks));
        },
      },
      {
        verbs: ['POST'],
        path: '/api/task/create',
        writes: true,
        body: 'json',
        bodyLimitBytes: 128 * 1024,
        handle: ({ body, writer, from }) => create(body, writer, as(writer, from)),
      },
      {
        verbs: ['POST'],
        path: '/api/run',
        writes: true,
        handle: async ({ writer, from }) => answer({ if_run: await toggle(as(writer, from)) }),
      },
      {
        verbs: ['GET'],
        path: '/api/log/list',
        isPrivate: true,
        async handle({ writer, from }) {
          const reading = writer && { callAs, by: as(writer, from), nowMs: parts.nowMs() };
          return answer({ files: reading ? await listLogs(reading) : [] });
        },
      },
      {
        verbs: ['GET'],
        path: '/api/log/:name',
        isPrivate: true,
        async handle({ parameters, query, writer, from }) {
          const reading = writer && { callAs, by: as(writer, from), nowMs: parts.nowMs() };
          const lines = wantedLines(query.maxLines);
          return answer({ lines: reading ? await readLog(reading, parameters.name ?? '', lines) : [] });
        },
      },
      {
        verbs: ['GET'],
        path: '/api/system/info',
        handle() {
          // One machine there: the first that the hub came to know, which is its own where it has an agent.
          const host = parts.nodes().find(({ sample }) => sample !== null)?.sample?.host;
          return { status: 200, type: 'text/html; charset=utf-8', body: systemText(host ?? null) };
        },
      },
      {
        verbs: ['GET'],
        path: '/api/system/uptime',
        handle: () => answer(uptime(parts.nowMs() - parts.startedAtMs)),
      },
    ],
  };
}

const failed = (error: string, status: number): Answer => answer({ error, success: false }, status);
const notANumber = (id: string): string => `${JSON.stringify(id.slice(0, 32))} is no number`;
