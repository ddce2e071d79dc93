/** The commands' words in English. `Words` is this object's shape: one that is missing in another language does not compile. */
import { taskWords } from '../../fleet/taskWords.ts';
import { type Language, stateWords } from '../../fleet/words.ts';
import type { AgentRemarks } from '../../model/agentRemark.ts';
import type { SourceState } from '../../model/node.ts';
import { explainEn } from '../../scheduling/explainWordsEn.ts';
import { remarkWordsEn } from '../../scheduling/remarkWordsEn.ts';
import { forgetEn } from './forget.ts';
import { type HubFailureWords, hubFailuresEn } from './hubFailures.ts';
import { queueEn } from './queue.ts';
import { serviceEn } from './service.ts';
import { shellEn } from './shell.ts';
import { startingEn } from './starting.ts';
import { submitProblemsEn } from './submitProblems.ts';
import { taskCommandsEn } from './tasks.ts';

const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${amount} ${amount === 1 ? one : many}`;

export const en = {
  language: 'en' as Language,
  state: stateWords.en,
  taskState: taskWords.en,
  remarks: remarkWordsEn,
  waiting: explainEn,
  tasks: taskCommandsEn,
  shell: shellEn,
  queue: queueEn,
  submitProblems: submitProblemsEn,
  service: serviceEn,
  starting: startingEn,
  forget: forgetEn,
  /** What an agent says of its driver, a GPU or what stands beside them; null where it says nothing. */
  agentSays: ({ message }: { message: string | null; remarks: AgentRemarks }): string | null => message,
  comma: ', ',
  /** How many are in a state. */
  amount: (many: number, state: string) => `${many} ${state}`,
  bracketed: (text: string) => ` (${text})`,
  /** Of a mistake in a command line, as commander says it. */
  usage: (text: string): string => text,
  seeHelp: '(add --help for what there is)',
  tryFirst: {
    title: 'Try first:',
    status: 'look at this machine once, here',
    up: 'watch it, with a page',
    demo: 'a simulated fleet: no GPU needed',
  },
  colon: ': ',
  time: { second: 's', minute: 'min', hour: 'h', day: 'd', ago: (age: string) => `${age} ago` },
  /** A failure of the hub's in this language, by its code; null where the hub's own words must do. */
  hubFailure: (code: string): HubFailureWords | null => hubFailuresEn[code] ?? null,
  heading: {
    id: 'id',
    machine: 'machine',
    alias: 'alias',
    state: 'state',
    address: 'address',
    tasks: 'tasks',
    gpus: 'GPUs',
    model: 'model',
    memory: 'memory',
    gpuMemory: 'GPU memory',
    hostMemory: 'RAM',
    utilisation: 'util',
    temperature: 'temp',
    power: 'power',
    driver: 'driver',
    owner: 'owner',
    running: 'for',
    where: 'in',
    command: 'command',
    kind: 'kind',
    name: 'name',
    image: 'image',
    attached: 'attached',
    outcome: 'outcome',
    told: 'in words',
    scope: 'for',
    expires: 'expires',
    usesLeft: 'uses left',
    lastUsed: 'last used',
    label: 'label',
    task: 'task',
    table: 'table',
    rows: 'rows',
    runs: 'runs',
    done: 'until done',
    took: 'took',
    why: 'why, or what came of it',
    attempt: 'attempt',
  },
  status: {
    of: 'of',
    cores: (cores: number) => plural(cores, 'core'),
    load: 'load',
    hostMemory: 'RAM',
    swap: 'swap',
    disk: (mount: string, percent: number, total: string) => `${mount} ${percent} % of ${total}`,
    mountSilent: (mount: string) => `${mount} does not answer`,
    up: (time: string) => `up ${time}`,
    fellSilent: 'fell silent before it booted again',
    driver: 'driver',
    noGpus: 'The driver counts no GPUs.',
    noLibrary: (places: number) =>
      `its library is in none of ${places} places; install the driver, or name it by FLOWLINE_NVML`,
    askDoctor: '`flowline doctor` tells what was looked at, and what to do.',
    seen: (age: string) => `last heard ${age} ago`,
    noProcesses: 'No process holds a GPU.',
    unaccountedGuess: 'more than the driver lists: another PID namespace, a zombie, or the driver itself',
    notReadable: 'command line cannot be read',
    noMachines: 'No machine reports to this hub yet. `flowline token create --scope join` lets one join.',
  },
  nodes: {
    free: (free: number, total: number) => `${free} of ${total} free`,
    noGpus: 'none',
    mayRun: 'allowed',
    mayNotRun: 'figures only',
    allowed: (node: string) => `${node} may run tasks.`,
    disallowed: (node: string) => `${node} starts no more tasks; what runs there goes on.`,
  },
  maintenance: {
    isOn: (machine: string, time: string | null) =>
      `${machine} is in maintenance${time === null ? ', until it is set off' : ` for ${time}`}`,
    isOff: (machine: string) => `${machine} is not in maintenance`,
    onlyWithOn: '--message and --for go with “on”',
    tooLong: (most: number) => `--message holds at most ${most} characters`,
    told: (since: string, left: string | null, by: string, message: string | null) =>
      `in maintenance for ${since}${left === null ? '' : `, ${left} to go`}, set by ${by}${message === null ? '' : `: ${message}`}`,
  },
  processes: {
    none: (query: string) => (query === '' ? 'No processes were found.' : `No process matches “${query}”.`),
    more: (shown: number, total: number) =>
      `${shown} of ${total}; --limit shows more, words narrow the search`,
    unanswered: (machine: string, why: string) => `not searched: ${machine}, ${why}`,
    itIs: (state: string) => `it is ${state}`,
    silent: (reason: string) => `it did not answer: ${reason}`,
  },
  kill: {
    sayTarget: (text: string) => `“${text}” names no process`,
    sayTargetHint: 'say PID or NODE:PID, like 4711 or atlas:4711; `flowline processes` shows them',
    unknownNode: (node: string) => `no machine is called “${node}”`,
    severalNodes: (node: string) => `several machines are called “${node}”`,
    nodesHint: (names: string) => `there are: ${names}`,
    ambiguous: (pid: number, machines: string) =>
      `there is a process ${pid} on several machines: ${machines}`,
    ambiguousHint: (target: string) => `say which, like ${target}`,
    uncertain: (pid: number, machines: string) =>
      `which machine’s process ${pid} is meant cannot be told: no answer from ${machines}`,
    tooMany: (most: number) => `at most ${most} processes that hold no GPU can be ended at a time`,
    noSuchProcess: 'no such process',
    startNotKnown: 'its start is not known, so that a later process of this number could not be told from it',
    tooManyAlike: (matches: number) =>
      `it is not among the first 200 of ${matches} processes in which this number occurs`,
    notSearched: (reason: string) => `could not be looked up: ${reason}`,
    notAllowed: 'ending processes needs a login of somebody who may',
    notAllowedHint:
      'name a token by --token-file or FLOWLINE_TOKEN; on the hub’s machine its own user needs none',
    question: (amount: number) => (amount === 1 ? 'End this process?' : `End these ${amount} processes?`),
    explain: (grace: string) => `SIGTERM now, SIGKILL after ${grace}; what is not saved is lost.`,
    answers: '[y/N] ',
    isYes: (answer: string) => /^(y|yes)$/i.test(answer.trim()),
    left: 'nothing was ended',
    noTerminal: 'say --yes: there is no terminal to ask on',
  },
  find: {
    gpus: (indexes: string) => `GPU ${indexes}`,
    free: (memory: string, gpus: number) => `${memory} free${gpus === 1 ? '' : ' each'}`,
    comma: ', ',
    semicolon: '; ',
    none: (wish: string) => `not to be had now: ${wish}`,
    wish: (gpus: number, memory: string | null, model: string | null, onOneMachine: boolean) =>
      `${plural(gpus, `free ${model === null ? '' : `${model} `}GPU`)}${memory === null ? '' : ` with ${memory}`}${onOneMachine && gpus > 1 ? ' on one machine' : ''}`,
    best: (machine: string, found: number, wanted: number, indexes: string) =>
      `best: ${machine} ${found} of ${wanted} (GPU ${indexes})`,
    looked: (gpus: number, reasons: string) => `of ${plural(gpus, 'GPU')}: ${reasons}`,
    roomiest: (machine: string, index: number, memory: string) =>
      `the free one with most memory: ${machine} GPU ${index}, ${memory}`,
    models: (models: string) => `models here: ${models}`,
    noGpus: 'this hub knows no GPU yet',
    waits: (reason: string) => `waiting: ${reason}`,
    away: (reason: string) => `the hub does not answer (${reason}); waiting for it`,
    taken: (indexes: string, gpus: number, memory: string | null) =>
      `taken: GPU ${indexes}, ${memory === null ? (gpus === 1 ? 'all of it' : 'all of each') : `${memory}${gpus === 1 ? '' : ' of each'}`}`,
    promiseOver:
      'flowline: the queue no longer keeps these GPUs for this command (the hub was not told for 30 s that it lives); tasks may start there',
    impossibleHint: '`flowline queue` shows what each GPU can give',
    noMachineId: 'this machine has no id that a hub could know it by',
    noMachineIdHint: 'the GPUs are taken at the hub: start `flowline up`, or `flowline agent`, here first',
    noCommand: 'what is to run? There is nothing after --',
    noCommandHint: 'like: flowline find --gpus 1 --memory 20G -- python train.py',
    notWithCommand: (option: string) => `${option} does not go with a command`,
    mostHere: (most: number) => `--gpus: a command gets at most ${most}, of this machine`,
    bareMemory: (number: string) => `--memory ${number} is ${number} MiB; for ${number} GiB say ${number}G`,
  },
  token: {
    none: 'no tokens; `flowline token create --scope join` makes one',
    revoked: (id: string) => `revoked ${id}`,
    never: 'never',
    inTime: (time: string) => `in ${time}`,
    expires: (time: string) => `it expires in ${time}; --expires says another time, or never`,
    opensOnce: 'it opens the page as administrator, once, within 10 min',
    lasts: 'it never expires: revoke it when it is no longer needed',
    waiting: (hub: string) => `waiting for the hub at ${hub} to start`,
  },
  submit: {
    reading: (rows: number) => `read ${rows} rows…`,
    sending: (sent: number, rows: number) => `queued ${sent} of ${rows} rows…`,
    passedOver: (rows: number) =>
      `${plural(rows, 'row has', 'rows have')} a command in the column cmd; the one on the command line is run instead`,
    writing: (file: string, table: string) => `what ${table} came to is still being written into ${file}`,
    writingHint: 'try again in a moment: read now, rows that are done would run once more',
    notWritten: (file: string, table: string) =>
      `what ${table} came to is not in ${file}: nobody keeps it up`,
    notWrittenHint: (table: string) =>
      `\`flowline write ${table}\` first: read now, rows that are done would run once more; --again does so all the same`,
    already: (file: string, table: string) => `${file} is queued already, as ${table}`,
    alreadyHint:
      'rows added to the file, and a raised need_run_num, are taken up by themselves; `flowline edit --table` changes what its rows ask for; --again queues all of it once more',
    impossible: (tasks: number, task: string) =>
      `${plural(tasks, 'task')} can never run: no GPU here is large enough (flowline why ${task} tells the figures)`,
    queuedOne: (task: string) => `Queued ${task}`,
    queuedTable: (rows: number, done: number, table: string, name: string, ids: string) =>
      `Queued ${plural(rows, 'row')} of ${name} as table ${table}: ${ids}${done > 0 ? ` (${done} ${done === 1 ? 'was' : 'were'} done already, by run_num and need_run_num)` : ''}`,
    allDone: (rows: number, name: string) =>
      rows === 1
        ? `The one row of ${name} is done already, by run_num and need_run_num: nothing of it runs.`
        : `All ${rows} rows of ${name} are done already, by run_num and need_run_num: nothing of it runs.`,
    allDoneHint: (name: string) =>
      `to run rows again, raise their need_run_num in ${name}, or set their run_num to 0, and submit it again`,
    waits: (reason: string) => `It waits: ${reason}`,
    notKeptUp: (file: string, table: string) =>
      `nobody keeps ${file} up: no agent that may run tasks runs as you on this machine. \`flowline write ${table}\` writes what it came to, and so does --wait when all is over`,
    next: (commands: readonly (readonly [command: string, does: string])[]) =>
      `Next: ${commands.map(([command, does]) => `${command} (${does})`).join(' · ')}`,
    nextLogs: 'its output',
    nextWhy: 'why it waits',
    nextTasks: 'how they stand',
    row: 'row',
    where: 'where now',
    moreRows: (rows: number) => `… and ${plural(rows, 'row')} more`,
    wouldStart: (start: number, rows: number, reason: string | null) =>
      `${start} of ${plural(rows, 'row')} would start now${reason === null ? '' : `; the others wait: ${reason}`}`,
    notPlanned: (rows: number) =>
      `${plural(rows, 'row')} of these were not tried: more of them may start at once than are planned in one go`,
    nothingQueued: 'Dry run: nothing was queued.',
    progress: (ended: number, runs: number, running: number, failed: number) =>
      `${ended} of ${plural(runs, 'run')} done, ${running} running${failed > 0 ? `, ${failed} failed` : ''}`,
    away: (reason: string) => `the hub does not answer (${reason}); waiting for it: tasks go on meanwhile`,
    failed: (runs: number) => `${plural(runs, 'run')} did not succeed`,
    failedHint: (table: string) =>
      `flowline tasks shows which, of table ${table}; flowline logs ID what it printed; flowline retry runs it again`,
  },
  /** A sentence of a `--help`, which commands write down in English. */
  help: (english: string): string => english,
  containers: { none: 'No containers.' },
  sessions: { none: 'No screen or tmux sessions.', yes: 'attached', no: 'detached' },
  sources: {
    note: (source: string, state: SourceState['state'] | 'unknown', message: string | null) => {
      const said = {
        ok: `${source} was seen in part`,
        absent: `${source} is not there`,
        denied: `${source} may not be asked`,
        failed: `${source} could not be asked`,
        unknown: `nothing is known of ${source} yet`,
      }[state];
      return message === null ? said : `${said}: ${message}`;
    },
    of: (machines: readonly string[], others: number, note: string) =>
      `${machines.join(', ')}${others === 0 ? '' : ` and ${others} more`}: ${note}`,
  },
  doctor: {
    result: { ok: 'ok', note: 'note', problem: 'problem' },
    summary: (problems: number, notes: number) =>
      problems === 0
        ? `Nothing is wrong here${notes === 0 ? '.' : `; ${plural(notes, 'note')}.`}`
        : `${plural(problems, 'problem')}, ${plural(notes, 'note')}.`,
  },
};
export type Words = typeof en;
