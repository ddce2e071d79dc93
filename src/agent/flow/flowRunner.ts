/**
 * The hidden role `flow-runner FILE`: loads a researcher's `defineFlow` file and answers what a node asks of a program of
 * the owner's (protocol/ownerProgram.ts), a line each. It runs as the owner in a process of its own, never in hub or
 * agent (trust.md, 10); what the file prints goes to stderr, so that it does not get between the answers.
 *
 *   export function command(row, gpu, gpus) { return ['python', 'train.py', '--lr', row.lr]; }
 *   export function compare(a, b) { return b.memoryFreeBytes - a.memoryFreeBytes; }
 *
 * `export default defineFlow({command, compare})` is the same; `defineFlow` is a global that answers what it is given. A
 * command is a list of words, or a text, which a shell runs; text and words may be promised.
 */
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../../lib/json.ts';
import type { GpuFigures } from '../../protocol/agentHub.ts';
import { OwnerAnswer, OwnerQuestion } from '../../protocol/ownerProgram.ts';

export type FlowRow = Record<string, string>;

export interface Flow {
  /** What the row runs on these GPUs: words, or a line for a shell. */
  command?: (row: FlowRow, gpu: number | null, gpus: number[]) => unknown;
  /** Which of two GPUs is taken first: negative for the first. */
  compare?: (a: GpuFigures, b: GpuFigures) => number;
}

/** Runs the role; answers the exit code. */
export async function runFlow(args: readonly string[]): Promise<number> {
  const isDescribing = args[0] === '--describe';
  const file = args[isDescribing ? 1 : 0];
  const answers = process.stdout.write.bind(process.stdout);
  // A console.log in the file is for people.
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  if (file === undefined) {
    process.stderr.write('flow-runner: name the file of the flow\n');
    return 2;
  }
  let flow: Flow;
  try {
    flow = await loadFlow(file);
  } catch (failure) {
    process.stderr.write(`${problemText(failure)}\n`);
    return 1;
  }
  if (isDescribing) {
    answers(`${JSON.stringify(Object.keys(flow))}\n`);
    return 0;
  }
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const question = OwnerQuestion.safeParse(parseJson(line));
    if (!question.success) {
      process.stderr.write(`flow-runner: not understood: ${line.slice(0, 200)}\n`);
      continue;
    }
    answers(`${JSON.stringify(await answerQuestion(flow, question.data))}\n`);
  }
  return 0;
}

/** Where it is in the owner's file; what Node did on the way is nobody's business. */
function problemText(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const lines = (failure.stack ?? failure.message).split('\n');
  return lines.filter((line) => !/^\s+at .*(node:|flowRunner)/.test(line)).join('\n');
}

/** The functions of a file. @throws where it cannot be loaded or has none */
export async function loadFlow(file: string): Promise<Flow> {
  Object.assign(globalThis, { defineFlow: (flow: unknown) => flow });
  const loaded: unknown = await import(pathToFileURL(resolve(file)).href);
  const exported = loaded as { default?: unknown } & Flow;
  const candidates = [exported, exported.default].filter(
    (value): value is Flow => typeof value === 'object' && value !== null,
  );
  const flow: Flow = {};
  for (const candidate of candidates) {
    if (typeof candidate.command === 'function') flow.command ??= candidate.command;
    if (typeof candidate.compare === 'function') flow.compare ??= candidate.compare;
  }
  if (flow.command) return flow;
  throw new Error(
    `${file} exports no function command(row, gpu, gpus): write \`export function command(row) { return ['python', 'train.py', '--lr', row.lr]; }\``,
  );
}

/** The answer to one question; a function that throws is an answer too. */
export async function answerQuestion(flow: Flow, question: OwnerQuestion): Promise<OwnerAnswer> {
  const { id } = question;
  const refuse = (error: string): OwnerAnswer => ({ id, error: error.slice(0, 2000) });
  try {
    if (question.kind === 'order') {
      const { compare } = flow;
      if (!compare) return refuse('the flow has no function compare(a, b)');
      return { id, uuids: [...question.gpus].sort(compare).map(({ uuid }) => uuid) };
    }
    if (!flow.command) return refuse('the flow has no function command(row, gpu, gpus)');
    const command = await flow.command(question.row, question.gpu, question.gpus);
    const answer = OwnerAnswer.safeParse(
      typeof command === 'string'
        ? { id, shell: command, parameters: [] }
        : { id, argv: Array.isArray(command) ? command.map(String) : command },
    );
    return answer.success
      ? answer.data
      : refuse(`command() returned neither a text nor a list of words: ${JSON.stringify(command)}`);
  } catch (failure) {
    return refuse(failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure));
  }
}
