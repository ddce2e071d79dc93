/**
 * The shell's verbs, those of the older FlowLine first (`run gpu killgpu kill ls gpus min max task exit help ?`). They act
 * on this shell's table and its runs; `gpu` and `min` are settings of the whole queue, for administrators: on a hub of
 * one's own that is oneself. In `.flinit`, `run` and `gpu` switch on; typed, they switch over.
 */
import { parseMemoryBytes } from '../../lib/durations.ts';
import { LIVE_STATES } from '../../model/task.ts';
import { CommandFailure, EXIT } from '../context.ts';
import { describeCards, gpuNamed } from '../queue/cards.ts';
import { describeTasks } from '../tasks/list.ts';
import { describeResults } from '../tasks/results.ts';
import { size } from '../text/figures.ts';
import { table } from '../text/table.ts';
import { type ShellSession, taskNamed } from './session.ts';

export interface VerbCall {
  words: readonly string[];
  /** True for a line of `.flinit`. */
  isInit: boolean;
}

export interface Verb {
  name: string;
  /** What it takes, for the help. */
  takes: string;
  /** What its words may be, for completion. */
  completes: 'gpu' | 'task' | null;
  run(session: ShellSession, call: VerbCall): Promise<void>;
}

const usage = (session: ShellSession, verb: string): CommandFailure =>
  new CommandFailure(EXIT.usage, session.terminal.words.shell.takes(verb, takesOf(verb)));

const takesOf = (name: string): string => VERBS.find((verb) => verb.name === name)?.takes ?? '';

const place = ({ terminal, hostname }: ShellSession) => ({ words: terminal.words, hostname });

const TASKS_SHOWN = 60;

const runVerb: Verb['run'] = async (session, { isInit }) => {
  const { client, tableId, terminal, say } = session;
  const parameters = { id: tableId };
  const before = await client.call('table', { parameters });
  const paused = isInit ? false : before.paused === null;
  await client.call('changeTable', { parameters, body: { paused } });
  say(paused ? terminal.words.shell.stopped : terminal.words.shell.started);
};

const gpuVerb: Verb['run'] = async (session, { words, isInit }) => {
  const { client, terminal, say } = session;
  if (words.length === 0) throw usage(session, 'gpu');
  const { gpus } = await client.call('queue');
  const named = words.map((word) => gpuNamed(gpus, word, place(session)));
  for (const gpu of named) {
    const isOn = isInit || !gpu.isOn;
    await client.call('switchGpus', { body: { gpus: [gpu.uuid], isOn } });
    say(terminal.words.shell.switched(`${gpu.node}:${gpu.index}`, isOn));
  }
};

const killGpuVerb: Verb['run'] = async (session, { words }) => {
  const { client, tableId, terminal, say } = session;
  if (words.length === 0) throw usage(session, 'killgpu');
  const { gpus } = await client.call('queue');
  const uuids = words.map((word) => gpuNamed(gpus, word, place(session)).uuid);
  const { results } = await client.call('killTasks', {
    body: { select: { table: tableId, gpus: uuids, states: [...LIVE_STATES], whose: 'mine' } },
  });
  say(describeResults(results, terminal));
};

const killVerb: Verb['run'] = async (session, { words }) => {
  if (words.length === 0) throw usage(session, 'kill');
  const ids = words.map((word) => taskNamed(word, session));
  const { results } = await session.client.call('killTasks', { body: { select: { ids } } });
  session.say(describeResults(results, session.terminal));
};

const listVerb =
  (states: string | null): Verb['run'] =>
  async (session, { words }) => {
    const { client, tableId, terminal, say } = session;
    const { tasks, total } = await client.call('tasks', {
      query: {
        table: tableId,
        query: words.join(' '),
        limit: TASKS_SHOWN,
        ...(states === null ? {} : { states }),
      },
    });
    if (tasks.length === 0)
      return say(states === null ? terminal.words.tasks.noneSuch : terminal.words.shell.nothingRuns);
    say(describeTasks(tasks, Date.now(), terminal));
    if (total > tasks.length) say(terminal.words.shell.more(tasks.length, total));
  };

const gpusVerb: Verb['run'] = async ({ client, terminal, say }) => {
  const { gpus } = await client.call('queue');
  if (gpus.length === 0) return say(terminal.words.find.noGpus);
  say(describeCards(gpus, terminal));
};

const minVerb: Verb['run'] = async (session, { words }) => {
  const [text] = words;
  if (text === undefined) throw usage(session, 'min');
  const bytes = text === 'none' ? null : parseMemoryBytes(text);
  if (bytes === null && text !== 'none') throw usage(session, 'min');
  await session.client.call('changeQueue', { body: { leastFreeBytes: bytes } });
  session.say(session.terminal.words.shell.least(bytes === null ? null : size(bytes)));
};

const maxVerb: Verb['run'] = async (session, { words }) => {
  const [text] = words;
  if (text === undefined || !/^(\d+|none)$/.test(text)) throw usage(session, 'max');
  const maxRunning = text === 'none' ? null : Number(text);
  await session.client.call('changeTable', { parameters: { id: session.tableId }, body: { maxRunning } });
  session.say(session.terminal.words.shell.most(maxRunning));
};

/** Commands of the program that take this table's tasks: `why t3` is `flowline why t3`. */
const delegated = (name: string): Verb => ({
  name,
  takes: 'TASK…',
  completes: 'task',
  async run(session, { words }) {
    if (words.length === 0) throw usage(session, name);
    await session.delegate([
      name,
      ...words.map((word) => (/^\d+$/.test(word) ? taskNamed(word, session) : word)),
    ]);
  },
});

const helpVerb: Verb['run'] = async ({ terminal, say }) => {
  const { does } = terminal.words.shell;
  say(
    table(
      [{ title: '' }, { title: '', cutTo: 20 }],
      [
        ...VERBS.map(({ name, takes }) => [`${name} ${takes}`.trim(), does[name] ?? '']),
        ['exit', does.exit ?? ''],
      ],
      terminal,
    ).replace(/^.*\n/, ''),
  );
};

/** All but `exit`, which is the shell's own. */
export const VERBS: readonly Verb[] = [
  { name: 'run', takes: '', completes: null, run: runVerb },
  { name: 'gpu', takes: 'GPU…', completes: 'gpu', run: gpuVerb },
  { name: 'killgpu', takes: 'GPU…', completes: 'gpu', run: killGpuVerb },
  { name: 'kill', takes: 'TASK…', completes: 'task', run: killVerb },
  { name: 'ls', takes: '', completes: null, run: listVerb(LIVE_STATES.join(',')) },
  { name: 'gpus', takes: '', completes: null, run: gpusVerb },
  { name: 'min', takes: 'MiB|SIZE|none', completes: null, run: minVerb },
  { name: 'max', takes: 'N|none', completes: null, run: maxVerb },
  { name: 'task', takes: '[WORDS]', completes: null, run: listVerb(null) },
  delegated('why'),
  delegated('logs'),
  delegated('show'),
  delegated('retry'),
  delegated('hold'),
  delegated('release'),
  { name: 'help', takes: '', completes: null, run: helpVerb },
];

/** The verb of a line; `?` is `help`. */
export const verbNamed = (name: string): Verb | null =>
  VERBS.find((verb) => verb.name === (name === '?' ? 'help' : name)) ?? null;
