/** Words in English for processes: tables, search, and their end. */
import { stateWords } from '../../../src/fleet/words.ts';
import { plural } from './plural.ts';

export const processes = {
  process: {
    title: 'Processes',
    count: (amount: number) => `${amount} by GPU memory`,
    gpu: 'GPU',
    owner: 'Owner',
    memory: 'GPU memory',
    sm: 'SM',
    cpu: 'CPU',
    ram: 'RAM',
    running: 'Running',
    where: 'Where',
    command: 'Command',
    pid: 'PID',
    machine: 'Machine',
    name: 'Name',
    unaccountedGuess: (gib: string) =>
      `${gib} GiB more than the driver lists: another PID namespace, a zombie, or the driver itself`,
    none: 'No process holds a GPU.',
    container: (name: string) => `container ${name}`,
    executable: 'Program',
    directory: 'Working directory',
    environment: 'Python environment',
    user: 'User',
    ownerBy: 'Owner found by',
    ownerRule: {
      task: 'its task',
      uid: 'its user id',
      label: 'a label of its container',
      mount: 'a home mounted into its container',
      container: 'its container’s name',
      session: 'its session’s name',
      unknown: 'nothing: not known',
    },
    type: 'Kind',
    types: { compute: 'compute', graphics: 'graphics', both: 'compute and graphics', mps: 'MPS client' },
    started: 'Started',
    codec: 'Encoder, decoder',
    details: 'Details of this process',
    notReadable: 'no command line can be read',
    select: (pid: number) => `Select process ${pid}`,
    selectAll: 'Select all that are shown',
    showMore: (amount: number) => `Show ${plural(amount, 'more process', 'more processes')}`,
    selected: (amount: number) => `${amount} selected`,
    sortBy: (column: string) => `Sort by ${column}`,
  },
  kill: {
    end: 'End…',
    endSelected: (amount: number) => `End ${amount}…`,
    title: (amount: number) => (amount === 1 ? 'End this process?' : `End these ${amount} processes?`),
    explain: 'First asked to stop (SIGTERM), after 5 s made to (SIGKILL). What was not saved is lost.',
    confirm: (amount: number) => (amount === 1 ? 'End it' : `End all ${amount}`),
    cancel: 'Keep',
    close: 'Close',
    ending: 'Ending; up to 5 s…',
    done: 'What became of them',
    login: 'To end processes, log in: run `flowline token link` and open the link.',
    viewer: 'Your account may look, not end processes. Ask an administrator.',
    outcome: stateWords.en.killOutcome,
  },
  processes: {
    title: 'Processes of all machines',
    label: 'Name, command, user or pid',
    intro:
      'Searches every process of every machine, whether it holds a GPU or not. Several words must all match.',
    searching: 'The machines are being asked…',
    found: (shown: number, total: number) =>
      shown === total
        ? `${plural(total, 'process', 'processes')}`
        : `${shown} of ${plural(total, 'process', 'processes')}: the first of each machine`,
    nothing: (query: string) => `No process matches “${query}”.`,
    nothingHint: (machines: number) =>
      `Name, command line, user and pid of all processes of ${plural(machines, 'machine')} were searched.`,
    nearest: 'People who hold a GPU now:',
    unanswered: (machine: string, reason: string) => `${machine} did not answer: ${reason}`,
    keys: '↑ ↓ move · X select · Enter details · Delete end…',
    onlyGpu: 'only with a GPU',
    search: 'Search',
  },
};
