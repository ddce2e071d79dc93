import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ProcessFacts } from '../../sources.ts';
import { startProcessSource } from '../processSource.ts';
import type { ProcessStat } from '../processText.ts';
import type { ProcessIdentity } from './identity.ts';
import { type KillOptions, killProcesses, type ProcessLook } from './killProcesses.ts';
import { loadSystemCall, openByPidfd, openByStartTime } from './processHandle.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const everyone = { may: 'everyone' } as const;
/** This machine's processes. The tests' own children would be "ours" and never ended: another pid stands for us. */
function startSource(ownPid = 2 ** 30) {
  const source = startProcessSource({ ownPid });
  releases.push(source.stop);
  return source;
}

/** A real program that says `ready` when its signal handlers stand. */
async function startProgram(script: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn(
    process.execPath,
    ['-e', `${script}; setInterval(() => {}, 1000); console.log('ready');`],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  releases.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  return Object.assign(child, { pid: child.pid ?? 0 });
}

describe('real processes', () => {
  test('one that ends on SIGTERM is asked only, one that ignores it is killed, and neither waits for the other', async () => {
    const source = startSource();
    const polite = await startProgram("process.on('SIGTERM', () => process.exit(7))");
    const deaf = await startProgram("process.on('SIGTERM', () => {})");
    const started = performance.now();
    const results = await source.kill(
      [polite, deaf].map(({ pid }) => ({ pid, startedAtMs: null })),
      everyone,
      600,
    );
    expect(performance.now() - started).toBeLessThan(3000);
    expect(results.map(({ pid, outcome, reason }) => [pid, outcome, reason])).toEqual([
      [polite.pid, 'done', 'asked'],
      [deaf.pid, 'done', 'forced'],
    ]);
    expect(results[0]?.message).toContain('when asked');
    expect(results[1]?.message).toContain('SIGKILL');
    expect(polite.exitCode ?? 7).toBe(7);
  });

  test('a process that started at another time than the one that was meant is left alone', async () => {
    const source = startSource();
    const program = await startProgram('');
    const startedAtMs = (await source.inspect([program.pid])).get(program.pid)?.startedAtMs ?? 0;
    const [refused] = await source.kill(
      [{ pid: program.pid, startedAtMs: startedAtMs - 60_000 }],
      everyone,
      500,
    );
    expect(refused).toMatchObject({ outcome: 'other-process' });
    expect(program.exitCode).toBeNull();
    expect(program.signalCode).toBeNull();
    const [done] = await source.kill([{ pid: program.pid, startedAtMs }], everyone, 500);
    expect(done?.outcome).toBe('done');
  });

  test('a zombie and a pid that nobody has are gone', async () => {
    // The shell's child waits until the shell has become `sleep`, which collects nobody; only then it ends.
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    releases.push(() => parent.kill('SIGKILL'));
    const zombie = Number(await firstLine(parent));
    const readStat = (pid: number | undefined) => readFileSync(`/proc/${pid}/stat`, 'latin1');
    await vi.waitFor(() => expect(readStat(parent.pid)).toContain('(sleep)'), { timeout: 5000 });
    parent.stdio[3]?.destroy();
    await vi.waitFor(() => expect(readStat(zombie)).toContain(') Z '), { timeout: 5000 });
    const results = await startSource().kill(
      [zombie, 2 ** 22 + 5].map((pid) => ({ pid, startedAtMs: null })),
      everyone,
      100,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['gone', 'gone']);
    expect(results[0]?.message).toContain(`a zombie) until process ${parent.pid} (sleep) collects it`);
  });

  test('one whose first thread ended looks like a zombie, and is ended all the same', async () => {
    const exit = process.arch === 'arm64' ? 93 : 60;
    // The system call ends the thread that makes it, and Node has several.
    const program = await startProgram(
      `setTimeout(() => require('koffi').load(null).func('syscall', 'long', ['long', 'long'])(${exit}, 0), 50)`,
    );
    await vi.waitFor(() => expect(readFileSync(`/proc/${program.pid}/stat`, 'latin1')).toContain(') Z '), {
      timeout: 5000,
    });
    const source = startSource();
    const startedAtMs = (await source.inspect([program.pid])).get(program.pid)?.startedAtMs ?? 0;
    const [done] = await source.kill([{ pid: program.pid, startedAtMs }], everyone, 3000);
    expect(done).toMatchObject({ outcome: 'done', reason: 'asked' });
    await vi.waitFor(() => expect(program.signalCode).toBe('SIGTERM'));
  });

  test('one that was stopped (Ctrl+Z) is let go on to hear that it is asked', async () => {
    const program = await startProgram("process.on('SIGTERM', () => process.exit(7))");
    program.kill('SIGSTOP');
    await vi.waitFor(() => expect(readFileSync(`/proc/${program.pid}/stat`, 'latin1')).toContain(') T '));
    const [done] = await startSource().kill([{ pid: program.pid, startedAtMs: null }], everyone, 5000);
    expect(done).toMatchObject({ outcome: 'done', reason: 'asked' });
    await vi.waitFor(() => expect(program.exitCode).toBe(7));
  });

  test('a login that may end only its own is told whose it is', async () => {
    const program = await startProgram('');
    const source = startSource();
    const [refused] = await source.kill(
      [{ pid: program.pid, startedAtMs: null }],
      { may: ['nobody-at-all'] },
      100,
    );
    expect(refused?.outcome).toBe('not-allowed');
    expect(refused?.message).toContain('belongs to');
    const user = (await source.inspect([program.pid])).get(program.pid)?.user ?? '';
    const [done] = await source.kill([{ pid: program.pid, startedAtMs: null }], { may: [user] }, 1000);
    expect(done?.outcome).toBe('done');
  });

  test('the first process, ourselves, what we run in and what we started are refused', async () => {
    const child = await startProgram('');
    const source = startSource(process.pid);
    const pids = [1, process.pid, process.ppid, child.pid];
    const results = await source.kill(
      pids.map((pid) => ({ pid, startedAtMs: null })),
      everyone,
      100,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(pids.map(() => 'not-allowed'));
  });

  test('the pid of a thread reaches no process', async () => {
    const program = await startProgram('');
    const thread = Number(
      readdirSync(`/proc/${program.pid}/task`).find((tid) => tid !== String(program.pid)),
    );
    const [result] = await startSource().kill([{ pid: thread, startedAtMs: null }], everyone, 100);
    expect(result?.outcome).toBe('gone');
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  test('without pidfds the start time is compared before each signal', async () => {
    const program = await startProgram('');
    let isThere = false;
    const handle = openByStartTime(program.pid, () => isThere);
    expect(handle.signal('SIGKILL')).toBe('gone');
    expect(program.signalCode).toBeNull();
    isThere = true;
    expect(handle.signal('SIGKILL')).toBe('sent');
    await new Promise((resolve) => program.once('exit', resolve));
    expect(program.signalCode).toBe('SIGKILL');
  });

  test('a pidfd never reaches who comes after its process', async () => {
    const systemCall = await loadSystemCall();
    if (systemCall === null) throw new Error('koffi did not load');
    const program = await startProgram('');
    const handle = openByPidfd(program.pid, systemCall);
    if (handle === null || handle === 'gone') throw new Error('this kernel has no pidfds');
    program.kill('SIGKILL');
    await new Promise((resolve) => program.once('exit', resolve));
    expect(handle.signal('SIGTERM')).toBe('gone');
    handle.close();
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('ended without a line');
}

describe('processes that cannot be made here', () => {
  const stat: ProcessStat = {
    name: 'python',
    state: 'D',
    parentPid: 1,
    isKernelThread: false,
    usedTicks: 1,
    startTicks: 5,
    residentPages: 1,
    stackStart: '0',
  };
  const facts: ProcessFacts = {
    pid: 4_194_000,
    parentPid: 1,
    ancestorPids: [1],
    containerId: null,
    name: 'python',
    command: null,
    executable: '/usr/bin/python3.11',
    workingDirectory: null,
    pythonEnvironment: null,
    uid: 1000,
    user: 'alice',
    startedAtMs: 1000,
    cpuPercent: null,
    hostMemoryBytes: null,
  };
  const target = [{ pid: facts.pid, startedAtMs: 1000 }];
  const identity: ProcessIdentity = {
    uids: { real: 1000, effective: 1000, saved: 1000 },
    argv: ['python', 'a.py'],
    ancestorPids: [1],
  };
  const look: ProcessLook = {
    readStat: () => stat,
    readFacts: async () => facts,
    readIdentity: () => identity,
    countThreads: () => 1,
    isHidden: () => false,
  };
  /** The kernel as a script: what it answers to each signal. */
  function options(change: Partial<KillOptions>, errnoOfSignal = 0): KillOptions {
    return {
      look,
      ourselves: { pid: 700, ancestorPids: [] },
      systemCall: (number) => {
        // A descriptor that may be closed for the one that the handle closes.
        if (number === 434) return { result: openSync('/dev/null', 'r'), errno: 0 };
        return { result: errnoOfSignal === 0 ? 0 : -1, errno: errnoOfSignal };
      },
      graceMs: 50,
      ...change,
    };
  }

  test('one that stays after SIGKILL is unkillable, and the answer does not wait longer', async () => {
    const started = performance.now();
    const [result] = await killProcesses(target, everyone, options({}));
    expect(result).toMatchObject({ pid: facts.pid, outcome: 'unkillable' });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('one that looks like a zombie after SIGKILL is unkillable while a thread of it hangs in the driver', async () => {
    let looks = 0;
    const readStat = () => (looks++ < 2 ? stat : { ...stat, state: 'Z' });
    const hanging = { ...look, readStat, countThreads: () => 2 };
    expect((await killProcesses(target, everyone, options({ look: hanging })))[0]?.outcome).toBe(
      'unkillable',
    );
    looks = 0;
    const ended = { ...look, readStat, countThreads: () => 1 };
    expect((await killProcesses(target, everyone, options({ look: ended })))[0]?.outcome).toBe('done');
  });

  test('one that an agent without rights may not signal is said so, with what to do', async () => {
    const [result] = await killProcesses(target, everyone, options({}, 1));
    expect(result?.outcome).toBe('not-allowed');
    expect(result?.message).toMatch(/agent runs as .* takes an agent that runs as root/);
  });

  test('a signal that fails otherwise is failed, by its name', async () => {
    const [result] = await killProcesses(target, everyone, options({}, 22));
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('EINVAL') });
  });

  test('one that is hidden from the agent is not told as gone', async () => {
    const readStat = () => null;
    const [gone] = await killProcesses(target, everyone, options({ look: { ...look, readStat } }));
    expect(gone?.outcome).toBe('gone');
    const isHidden = () => true;
    const [result] = await killProcesses(
      target,
      everyone,
      options({ look: { ...look, readStat, isHidden } }),
    );
    expect(result).toMatchObject({ outcome: 'not-allowed', reason: 'agent-may-not' });
    expect(result?.message).toMatch(/hidden from the agent/);
  });

  test('a process that became another one between two looks is gone', async () => {
    let looks = 0;
    const readStat = () => (looks++ === 0 ? stat : { ...stat, startTicks: 6 });
    const [result] = await killProcesses(target, everyone, options({ look: { ...look, readStat } }));
    expect(result?.outcome).toBe('gone');
  });

  test('a process of root that borrowed a user’s uid is not that user’s to end, nor one whose uids are unknown', async () => {
    const own = { may: ['alice'] };
    for (const [uids, outcome] of [
      [{ real: 1000, effective: 1000, saved: 1000 }, 'unkillable'],
      [{ real: 0, effective: 1000, saved: 1000 }, 'not-allowed'],
      [{ real: 1000, effective: 1000, saved: 0 }, 'not-allowed'],
      [null, 'not-allowed'],
    ] as const) {
      const readIdentity = () => ({ ...identity, uids });
      const [result] = await killProcesses(target, own, options({ look: { ...look, readIdentity } }));
      expect(result?.outcome, JSON.stringify(uids)).toBe(outcome);
    }
  });
});
