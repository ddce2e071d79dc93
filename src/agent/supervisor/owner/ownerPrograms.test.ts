import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '../../../../test/support/processTree.ts';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { createOwnerPrograms, type OwnerProgram, type OwnerPrograms } from './ownerPrograms.ts';

let folder: string;
let programs: OwnerPrograms;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-owner-'));
  programs = createOwnerPrograms({ startAllowanceMs: 0 });
});
afterEach(() => {
  programs.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A program of Node's whose `answer(question)` is the text given. */
function programOf(answer: string): OwnerProgram {
  const path = join(folder, 'program.mjs');
  writeFileSync(
    path,
    `import { createInterface } from 'node:readline';
     let count = 0;
     const answer = async (question) => { count += 1; ${answer} };
     for await (const line of createInterface({ input: process.stdin })) {
       const said = await answer(JSON.parse(line));
       if (said !== undefined) console.log(typeof said === 'string' ? said : JSON.stringify(said));
     }`,
  );
  return {
    program: [process.execPath, path],
    workingDirectory: folder,
    environment: { PATH: process.env.PATH ?? '', KEY: 'k' },
  };
}

const order = { kind: 'order' as const, gpus: [] };
const ask = (program: OwnerProgram, deadlineMs = 5000) => programs.ask(program, order, deadlineMs);

describe('a program of the owner', () => {
  test('answers one question after the other in one process, in its folder and environment', async () => {
    const program = programOf(
      'return { id: question.id, uuids: [String(count), String(process.pid), process.cwd(), process.env.KEY] }',
    );
    const answers = await Promise.all([ask(program), ask(program), ask(program)]);
    const said = answers.map((answer) => ('uuids' in answer ? answer.uuids : []));
    expect(said.map(([count]) => count)).toEqual(['1', '2', '3']);
    expect(new Set(said.map(([, pid]) => pid)).size).toBe(1);
    expect(said[0]?.slice(2)).toEqual([folder, 'k']);
    programs.stop();
    await waitFor('its end', () => !isAlive(Number(said[0]?.[1])));
  });

  test('that takes long to start is waited for once', async () => {
    programs = createOwnerPrograms({ startAllowanceMs: 5000 });
    const program = programOf(
      'if (count === 1) await new Promise((resolve) => setTimeout(resolve, 600)); return { id: question.id, uuids: [] }',
    );
    expect(await ask(program, 300)).toMatchObject({ uuids: [] });
    expect(await ask(program, 300)).toMatchObject({ uuids: [] });
  });

  test.each([
    [
      'hangs',
      'if (count === 1) await new Promise(() => {}); return { id: question.id, uuids: [] }',
      /did not answer within 0.3 s/,
    ],
    [
      'ends',
      'console.error("no such data set"); process.exit(3)',
      /ended \(exit code 3\) before it answered; it said: no such data set/,
    ],
    ['talks nonsense', 'return "hello \\u001b[31m"', /answered what is no answer: hello/],
    ['floods', 'return "x".repeat(5_000_000)', /wrote a line that is far too long/],
  ])('that %s is told, ended and started anew', async (_, answer, words) => {
    const program = programOf(answer);
    await expect(ask(program, answer.includes('new Promise') ? 300 : 5000)).rejects.toThrow(words);
    const fine = programOf('return { id: question.id, uuids: ["again"] }');
    expect(await ask(fine)).toMatchObject({ uuids: ['again'] });
  });

  test('that is not there is told', async () => {
    const nothing = { program: ['./no-such-program'], workingDirectory: folder, environment: {} };
    await expect(ask(nothing)).rejects.toThrow(/no-such-program ended \(exit code 127\)/);
    await expect(ask({ ...nothing, workingDirectory: '/no/such' })).rejects.toThrow(/ended \(exit code/);
  });
});

describe('a lease with a program', () => {
  let bed: SupervisorBed;
  beforeEach(async () => {
    bed = await openSupervisorBed();
  });
  afterEach(() => bed.close());
  const launch = (attempt: string, answer: string) => {
    const { program } = programOf(answer);
    return bed.supervisor.launch(
      leaseOf(
        attempt,
        { kind: 'program', program: [...program] },
        {
          workingDirectory: folder,
          parameters: [
            ['lr', "0.1 'x"],
            ['seed', '001'],
          ],
          environment: { PATH: process.env.PATH ?? '', FLOWLINE_TOKEN: 'fl_secret', MINE: 'yes' },
        },
      ),
    );
  };

  test('executes what it answers, an argv or a shell line with its parameters apart', async () => {
    expect(
      await launch(
        't1.2.3',
        'return { id: question.id, argv: ["echo", question.row.lr, question.row.seed, question.task, String(question.run), String(question.attempt), String(process.env.FLOWLINE_TOKEN), process.env.MINE] }',
      ),
    ).toEqual({ kind: 'launched' });
    await bed.untilOver('t1.2.3');
    expect(await bed.log('t1.2.3')).toBe("0.1 'x 001 t1 2 3 undefined yes\n");
    rmSync(join(folder, 'program.mjs'));
  });

  test('with a shell line gets its parameters apart', async () => {
    await launch(
      't1.1.1',
      'return { id: question.id, shell: "echo \\"<$1>\\"", parameters: [question.row.lr] }',
    );
    await bed.untilOver('t1.1.1');
    expect(await bed.log('t1.1.1')).toBe("<0.1 'x>\n");
  });

  test('is refused where it answers an error, or nothing that can be executed', async () => {
    expect(await launch('t1.1.1', 'return { id: question.id, error: "no such data set" }')).toEqual({
      kind: 'refused',
      code: 'command',
      message: 'no such data set',
      // In the program's own words: nobody can put them into another language.
      remarks: null,
    });
    expect(bed.supervisor.inventory().reports).toEqual([]);
  });

  test('that orders GPUs is asked with what is known of them', async () => {
    const gpu = {
      uuid: 'GPU-1',
      index: 0,
      node: 'n',
      name: null,
      memoryFreeBytes: 1,
      memoryTotalBytes: 2,
      utilizationPercent: null,
      temperatureCelsius: null,
      powerWatts: null,
      powerLimitWatts: null,
      ourProcesses: 0,
      processes: 0,
    };
    const { program } = programOf(
      'return { id: question.id, uuids: question.gpus.sort((a, b) => b.memoryFreeBytes - a.memoryFreeBytes).map((gpu) => gpu.uuid) }',
    );
    const warm = {
      program: [...program],
      workingDirectory: folder,
      gpus: [gpu, { ...gpu, uuid: 'GPU-2', memoryFreeBytes: 5 }],
    };
    expect(await bed.supervisor.orderGpus(warm)).toEqual(['GPU-2', 'GPU-1']);
  });
});
