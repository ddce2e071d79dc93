/** What the fields of a new task say, read into what the hub is sent; the first that is not understood is told by name. Pure. */
import { parseDurationMs, parseMemoryBytes } from '../../../../src/lib/durations.ts';
import { DEFAULT_OPTIONS, type TaskOptions } from '../../../../src/model/queue.ts';

export interface Entries {
  command: string;
  directory: string;
  name: string;
  gpus: string;
  memory: string;
  model: string;
  node: string;
  priority: string;
  retries: string;
  timeLimit: string;
  maxRunning: string;
  environment: string;
  hold: boolean;
}

export const NO_ENTRIES: Entries = {
  command: '',
  directory: '',
  name: '',
  gpus: '1',
  memory: '',
  model: '',
  node: '',
  priority: '',
  retries: '',
  timeLimit: '',
  maxRunning: '',
  environment: '',
  hold: false,
};

/** How each is written, for placeholders and complaints. */
export const EXAMPLES = {
  command: 'python train.py --lr 1e-4',
  directory: '/home/me/exp',
  name: 'baseline',
  gpus: '1',
  memory: '20G',
  model: 'H100',
  node: 'atlas',
  priority: '0',
  retries: '0',
  timeLimit: '2h',
  maxRunning: '8',
  environment: 'WANDB_MODE=offline',
} as const;
export type EntryField = keyof typeof EXAMPLES;

export type Complaint =
  | { kind: 'wrong' | 'needed'; field: EntryField }
  | { kind: 'environment'; line: string };

export interface ReadEntries {
  options: TaskOptions;
  maxRunning: number | null;
  directory: string;
  environment: Record<string, string>;
}

/** What the entries say, or what is wrong with them. */
export function readEntries(entries: Entries): ReadEntries | Complaint {
  const wrong = (field: EntryField): Complaint => ({ kind: 'wrong', field });
  const directory = entries.directory.trim();
  if (directory === '') return { kind: 'needed', field: 'directory' };
  if (!directory.startsWith('/')) return wrong('directory');
  const gpus = wholeNumber(entries.gpus, 1, 0, 64);
  if (gpus === undefined) return wrong('gpus');
  const memoryBytes = entries.memory.trim() === '' ? null : parseMemoryBytes(entries.memory);
  if (memoryBytes === null && entries.memory.trim() !== '') return wrong('memory');
  const priority = wholeNumber(entries.priority, 0, -100, 100);
  if (priority === undefined) return wrong('priority');
  const retries = wholeNumber(entries.retries, 0, 0, 1000);
  if (retries === undefined) return wrong('retries');
  const maxRunning = wholeNumber(entries.maxRunning, null, 1, 1_000_000);
  if (maxRunning === undefined) return wrong('maxRunning');
  const limitMs = entries.timeLimit.trim() === '' ? null : parseDurationMs(entries.timeLimit);
  if (limitMs === null && entries.timeLimit.trim() !== '') return wrong('timeLimit');
  const environment = readEnvironment(entries.environment);
  if (environment.kind === 'environment') return environment;
  return {
    options: {
      ...DEFAULT_OPTIONS,
      ask: {
        gpus,
        memoryBytes: gpus === 0 ? null : memoryBytes,
        model: blank(entries.model),
        node: blank(entries.node),
      },
      priority: priority ?? 0,
      retries: retries ?? 0,
      timeLimitSeconds: limitMs === null ? null : limitMs / 1000,
    },
    maxRunning,
    directory,
    environment: environment.variables,
  };
}

const blank = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Undefined where it is none within the bounds. */
function wholeNumber<Blank extends number | null>(
  text: string,
  ifBlank: Blank,
  least: number,
  most: number,
): number | Blank | undefined {
  if (text.trim() === '') return ifBlank;
  const value = Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

/** `NAME=value`, one a line. */
function readEnvironment(
  text: string,
): { kind: 'variables'; variables: Record<string, string> } | { kind: 'environment'; line: string } {
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) return { kind: 'environment', line: line.slice(0, 60) };
    variables[name] = value;
  }
  return { kind: 'variables', variables };
}
