import { spawn } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { namedMachines } from './namedMachines.ts';
import { buildMachine } from './plan.ts';
import { imaginedProcesses } from './processSource.ts';
import { seededRandom } from './random.ts';
import type { ImaginedNode, ImaginedProcess } from './world.ts';

const NOW_MS = Date.UTC(2026, 4, 11, 9, 0, 0);

/** A machine's processes, and a way to find one of them. `change` is made before anything is looked at. */
function machine(id: string, change = (node: ImaginedNode): ImaginedNode => node) {
  const plan = namedMachines.find((one) => one.id === id);
  if (!plan) throw new Error(`no machine ${id}`);
  let node = change(buildMachine(plan, NOW_MS, seededRandom(id)));
  const source = imaginedProcesses(
    () => node,
    (after) => {
      node = after;
    },
  );
  const processes = (): ImaginedProcess[] => node.processes;
  const target = (word: string): { pid: number; startedAtMs: number } => {
    const found = node.processes.find(({ program }) => `${program.name} ${program.command}`.includes(word));
    if (!found) throw new Error(`nothing runs ${word} on ${id}`);
    return { pid: found.pid, startedAtMs: found.startedAtMs };
  };
  const runs = (pid: number): boolean => node.processes.some((process) => process.pid === pid);
  return { source, processes, target, runs };
}

describe('ending an imagined process', () => {
  test('ends the others of its job with it, and nothing else', async () => {
    const { source, target, processes } = machine('atlas');
    const before = processes();
    const [result] = await source.kill([target('finetune.py')], { may: 'everyone' }, 10);
    expect(result?.outcome).toBe('done');
    expect(processes()).toEqual(before.filter(({ program }) => !program.command.includes('finetune.py')));
  });

  test('is for the owner or an administrator', async () => {
    const { source, target, runs } = machine('atlas');
    const evaluation = target('eval.py');
    const [refused] = await source.kill([evaluation], { may: ['chen.yu'] }, 10);
    expect(refused).toMatchObject({ pid: evaluation.pid, outcome: 'not-allowed' });
    expect(refused?.message).toContain('wang.ll');
    expect(runs(evaluation.pid)).toBe(true);
    const [done] = await source.kill([evaluation], { may: ['wang.ll'] }, 10);
    expect(done?.outcome).toBe('done');
    expect(runs(evaluation.pid)).toBe(false);
  });

  test('spares the system, a reused pid and one that is gone, and says which', async () => {
    const { source, target, runs } = machine('atlas');
    const evaluation = target('eval.py');
    const results = await source.kill(
      [
        { pid: 1, startedAtMs: null },
        target('sshd'),
        { pid: evaluation.pid, startedAtMs: 12345 },
        { pid: 999_999, startedAtMs: null },
      ],
      { may: 'everyone' },
      10,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'not-allowed',
      'not-allowed',
      'other-process',
      'gone',
    ]);
    expect(runs(evaluation.pid)).toBe(true);
  });

  test('takes a start time that differs by a correction of the clock for the same process, as an agent does', async () => {
    const { source, target, runs } = machine('atlas');
    const { pid, startedAtMs } = target('eval.py');
    const [result] = await source.kill([{ pid, startedAtMs: startedAtMs + 1500 }], { may: 'everyone' }, 10);
    expect(result?.outcome).toBe('done');
    expect(runs(pid)).toBe(false);
  });

  test('takes SIGKILL where SIGTERM is ignored', async () => {
    const { source, target, runs } = machine('atlas');
    const sample = target('sample.py');
    const [result] = await source.kill([sample], { may: 'everyone' }, 20);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result?.message).toContain('SIGKILL');
    expect(runs(sample.pid)).toBe(false);
  });

  test('does not wait longer than the grace for one that nothing ends', async () => {
    const { source, target, runs } = machine('lyra');
    const stuck = target('/mnt/archive');
    const [result] = await source.kill([stuck], { may: 'everyone' }, 20);
    expect(result?.outcome).toBe('unkillable');
    expect(runs(stuck.pid)).toBe(true);
  });

  test('never reaches a real process of the same number', async () => {
    const bystander = spawn('sleep', ['60']);
    const signals = vi.spyOn(process, 'kill');
    try {
      const pid = bystander.pid ?? 0;
      const { source, runs } = machine('atlas', (node) => ({
        ...node,
        processes: node.processes
          .filter(({ onSignal }) => onSignal === 'ends')
          .slice(0, 1)
          .map((one) => ({ ...one, pid })),
      }));
      const [result] = await source.kill([{ pid, startedAtMs: null }], { may: 'everyone' }, 10);
      expect(result?.outcome).toBe('done');
      expect(runs(pid)).toBe(false);
      expect(signals).not.toHaveBeenCalled();
      signals.mockRestore();
      expect(process.kill(pid, 0)).toBe(true);
      expect(bystander.signalCode).toBeNull();
    } finally {
      signals.mockRestore();
      bystander.kill('SIGKILL');
    }
  });
});

describe('looking at imagined processes', () => {
  test('a process of another PID namespace is known to the driver only', async () => {
    const { source, processes } = machine('spica');
    const hidden = processes().filter(({ visible }) => !visible);
    expect(hidden).toHaveLength(1);
    const pids = hidden.map(({ pid }) => pid);
    expect((await source.inspect(pids)).size).toBe(0);
    expect(
      (await source.kill([{ pid: pids[0] ?? 0, startedAtMs: null }], { may: 'everyone' }, 10))[0]?.outcome,
    ).toBe('gone');
  });

  test('secrets are masked, hostile characters are kept for the reader to escape', async () => {
    const commands = (await machine('mira').source.all()).map(({ command }) => command);
    expect(commands.some((command) => command?.includes('--wandb-api-key ***'))).toBe(true);
    const hostile = (await machine('orion').source.all()).map(({ command }) => command);
    expect(hostile.some((command) => command?.includes('<img src=x onerror=alert(1)>'))).toBe(true);
  });
});
