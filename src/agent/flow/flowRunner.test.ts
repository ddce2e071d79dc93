import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../../../test/support/needs.ts';
import { temporaryFolder } from '../../../test/support/program.ts';
import { OwnerAnswer, OwnerQuestion } from '../../protocol/ownerProgram.ts';
import { answerQuestion } from './flowRunner.ts';

let folder: { path: string; remove: () => Promise<void> };
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const commandQuestion = (row: Record<string, string>): OwnerQuestion =>
  OwnerQuestion.parse({
    kind: 'command',
    id: 7,
    row,
    name: 'Task:0',
    gpu: 2,
    gpus: [2, 3],
    gpuUuids: ['GPU-b', 'GPU-c'],
    task: 't1',
    run: 1,
    attempt: 1,
  });
const gpu = (uuid: string, memoryFreeBytes: number) => ({
  uuid,
  index: 0,
  node: 'atlas',
  name: 'H100',
  memoryFreeBytes,
  memoryTotalBytes: 100,
  utilizationPercent: null,
  temperatureCelsius: 40,
  powerWatts: null,
  powerLimitWatts: null,
  ourProcesses: 0,
  processes: 1,
});
const orderQuestion = OwnerQuestion.parse({
  kind: 'order',
  id: 8,
  gpus: [gpu('GPU-a', 10), gpu('GPU-b', 30), gpu('GPU-c', 20)],
});

/** Asks a program all questions, one after the other, and ends it. */
async function ask(command: readonly string[], ...questions: OwnerQuestion[]): Promise<OwnerAnswer[]> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answers: OwnerAnswer[] = [];
  for (const question of questions) {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the program ended');
    answers.push(OwnerAnswer.parse(JSON.parse(value)));
  }
  child.stdin.end();
  await once(child, 'exit');
  return answers;
}

const runner = (file: string) => [process.execPath, 'src/main.ts', 'flow-runner', file];

describe('a flow in TypeScript', () => {
  test('makes commands and orders GPUs', async () => {
    const [command, order] = await ask(
      runner('docs/examples/flow.ts'),
      commandQuestion({ lr: '0.1', note: 'a b' }),
      orderQuestion,
    );
    expect(command).toEqual({
      id: 7,
      argv: ['env', 'CUDA_VISIBLE_DEVICES=2', 'python', '-u', 'train.py', '--lr=0.1', '--note=a b'],
    });
    expect(order).toEqual({ id: 8, uuids: ['GPU-b', 'GPU-c', 'GPU-a'] });
  });

  test('may be a default export of defineFlow, may print, and may answer a text', async () => {
    const file = join(folder.path, 'flow.mjs');
    await writeFile(
      file,
      'console.log("loading"); export default defineFlow({ command: async (row) => { console.log(row); return "p " + row.x + " | tee log"; } });',
    );
    expect(await ask(runner(file), commandQuestion({ x: '1' }), orderQuestion)).toEqual([
      { id: 7, shell: 'p 1 | tee log', parameters: [] },
      { id: 8, error: 'the flow has no function compare(a, b)' },
    ]);
  });

  test('that cannot be loaded says why and ends', async () => {
    const file = join(folder.path, 'flow.mjs');
    await writeFile(file, 'export const commands = 1;');
    expect(() =>
      execFileSync(process.execPath, ['src/main.ts', 'flow-runner', '--describe', file], { stdio: 'pipe' }),
    ).toThrow(/exports no function command/);
  });

  test.each([
    [
      () => {
        throw new TypeError('no such set');
      },
      'TypeError: no such set',
    ],
    [() => 7, 'command() returned neither a text nor a list of words: 7'],
    [() => [], 'command() returned neither'],
  ])('a function that fails is an answer', async (command, error) => {
    expect(await answerQuestion({ command }, commandQuestion({}))).toEqual({
      id: 7,
      error: expect.stringContaining(error),
    });
  });
});

describe('the Python example', () => {
  test.skipIf(skipWithout('python3'))(
    'answers as func and cmp of the older FlowLine did [needs python3]',
    async () => {
      const answers = await ask(
        ['python3', 'docs/examples/flow.py'],
        commandQuestion({ lr: '0.1', note: 'a b; $(id)' }),
        orderQuestion,
      );
      expect(answers).toEqual([
        {
          id: 7,
          shell: "CUDA_VISIBLE_DEVICES=2 python -u train.py --lr 0.1 --note 'a b; $(id)'",
          parameters: [],
        },
        { id: 8, uuids: ['GPU-b', 'GPU-c', 'GPU-a'] },
      ]);
    },
  );
});
