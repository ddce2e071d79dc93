/** What the program of an attempt is given: its argv and its environment, from the lease. Pure. */
import { renderWord, type StartFacts, type TaskCommand } from '../../../model/command.ts';
import { parseAttemptId } from '../../../model/task.ts';
import { type Lease, withoutCredentials } from '../../../protocol/supervision.ts';
import { MARK_VARIABLE } from '../tree/processTable.ts';
import { HELD_VARIABLES } from '../wrapper/wrapperScript.ts';

/** What is known when the attempt starts. */
export function startFacts({ attempt, gpus }: Pick<Lease, 'attempt' | 'gpus'>): StartFacts {
  const parts = parseAttemptId(attempt);
  const indexes = gpus.map(({ index }) => String(index));
  return {
    gpu: indexes[0] ?? '',
    gpus: indexes.join(','),
    'gpu-uuids': gpus.map(({ uuid }) => uuid).join(','),
    run: String(parts?.run ?? ''),
    attempt: String(parts?.attempt ?? ''),
    task: parts?.task ?? '',
  };
}

/** The argv of a command that is not a program's to name. A shell gets values as positional parameters, never in its text. */
export function argvOf(command: Exclude<TaskCommand, { kind: 'program' }>, facts: StartFacts): string[] {
  if (command.kind === 'argv') return command.words.map((word) => renderWord(word, facts));
  return [
    '/bin/sh',
    '-c',
    command.script,
    'sh',
    ...command.parameters.map((word) => renderWord(word, facts)),
  ];
}

/** Why an argv cannot be executed; null where it can be tried. */
export function argvProblem(argv: readonly string[]): string | null {
  const [program] = argv;
  if (program === undefined || program === '') return 'the command names no program';
  if (program.startsWith('-')) return `the program's name ${program} begins with a dash`;
  if (argv.some((word) => word.includes('\0'))) return 'an argument contains a zero byte';
  return null;
}

/** `FLOWLINE_PARAMETER_lr` for the column `lr`: what a variable's name cannot hold becomes `_`. */
export const parameterVariable = (column: string): string =>
  `FLOWLINE_PARAMETER_${column.replace(/[^A-Za-z0-9_]/g, '_')}`;

/** The submit's environment with what this start adds. The mark stands first: it is looked for in every process. */
export function payloadEnvironment(lease: Lease, mark: string): Record<string, string> {
  const facts = startFacts(lease);
  const own: [string, string][] = [
    [MARK_VARIABLE, mark],
    ['FLOWLINE_ATTEMPT_ID', lease.attempt],
    ['FLOWLINE_TASK', facts.task],
    ['FLOWLINE_RUN', facts.run],
    ['FLOWLINE_ATTEMPT', facts.attempt],
    ['FLOWLINE_GPUS', facts.gpus],
    ['CUDA_VISIBLE_DEVICES', facts['gpu-uuids']],
    ['CUDA_DEVICE_ORDER', 'PCI_BUS_ID'],
    ...lease.parameters.flatMap(([column, value]): [string, string][] =>
      value.includes('\0') ? [] : [[parameterVariable(column), value]],
    ),
  ];
  const environment = new Map([...own, ...ownersEnvironment(lease)]);
  for (const [name, value] of own) environment.set(name, value);
  return Object.fromEntries(environment);
}

/** The submit's environment as any program of its owner's may have it: without FlowLine's credentials. */
export function ownersEnvironment({
  environment,
  workingDirectory,
}: Pick<Lease, 'environment' | 'workingDirectory'>): [string, string][] {
  const passedOn = Object.entries(withoutCredentials(environment)).filter(
    ([name, value]) => !/[=\0]/.test(name) && !value.includes('\0'),
  );
  return [...new Map([['PYTHONUNBUFFERED', '1'], ...passedOn, ['PWD', workingDirectory]])] as [
    string,
    string,
  ][];
}

/** The same as the wrapper is given it: libraries that the loader would put into its tools are held aside. */
export function wrapperEnvironment(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [HELD_VARIABLES[name] ?? name, value]),
  );
}

/**
 * True where a POSIX shell would drop a variable, because its name is none for it: exported functions of bash
 * (`BASH_FUNC_module%%`), which people's scripts need.
 */
export const needsBash = (environment: Record<string, string>): boolean =>
  Object.keys(environment).some((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
