/** The driver's process as a process: how it starts, what it says, and that it does not outlive its parent. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import { createStandInBed, createStandInWorld } from '../../../../test/support/standInBed.ts';
import { whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { type ChildCommand, startChild } from './childProcess.ts';
import type { ChildMessage } from './messages.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

/** Starts a script in place of the child, asks it to start, and tells what came of it. */
function hear(script: string): Promise<{ messages: ChildMessage[]; how: string }> {
  return new Promise((resolve) => {
    const messages: ChildMessage[] = [];
    const command: ChildCommand['command'] = [process.execPath, '-e', script];
    const listener = {
      onMessage: (message: ChildMessage) => messages.push(message),
      onEnd: (how: string) => resolve({ messages, how }),
    };
    startChild({ command, environment: process.env }, listener).ask({ ask: 'start', parentPid: process.pid });
  });
}

describe('a driver process', () => {
  test('that says something other than the agreed messages is ended, in words', async () => {
    const { messages, how } = await hear(
      `require('fs').writeSync(3, '{"say":"sample","gpus":7}\\n'); setInterval(() => {}, 9e6)`,
    );
    expect(messages).toEqual([]);
    expect(how).toBe('said something that cannot be understood (takenAtMs)');
  });

  test('that says no JSON is ended, in words', async () => {
    const { how } = await hear(`require('fs').writeSync(3, 'hello\\n'); setInterval(() => {}, 9e6)`);
    expect(how).toBe('said something that cannot be understood (not JSON)');
  });

  test('that says a message in pieces is understood', async () => {
    const line = `{"say":"ready","version":"Treiber für 5 €","cudaVersion":null}\\n`;
    const { messages } = await hear(
      `const bytes = Buffer.from('${line}'); for (const byte of bytes) require('fs').writeSync(3, Buffer.from([byte]))`,
    );
    expect(messages).toEqual([{ say: 'ready', version: 'Treiber für 5 €', cudaVersion: null }]);
  });

  test('that dies takes its last words along', async () => {
    const { how } = await hear(`process.stderr.write('no such symbol'); process.exit(7)`);
    expect(how).toBe('ended by exit code 7, saying: no such symbol');
  });

  test('that cannot be started says so', async () => {
    const how = await new Promise<string>((resolve) => {
      startChild(
        { command: ['/nowhere/flowline', 'driver-child'], environment: {} },
        { onMessage: () => {}, onEnd: resolve },
      );
    });
    expect(how).toContain('could not be started: spawn /nowhere/flowline ENOENT');
  });

  test('that no system could start says so, and throws nothing at whoever keeps it', async () => {
    const how = await new Promise<string>((resolve) => {
      const command: ChildCommand['command'] = [process.execPath, 'a'.repeat(64 * 1024 * 1024)];
      startChild({ command, environment: {} }, { onMessage: () => {}, onEnd: resolve });
    });
    expect(how).toContain('could not be started');
  });

  test('whose helper holds the channel open has ended all the same', async () => {
    const { messages, how } = await hear(
      `require('child_process').spawn('sleep', ['5'], { stdio: ['ignore', 'ignore', 'ignore', 3], detached: true });
       require('fs').writeSync(3, '{"say":"ready","version":null,"cudaVersion":null}\\n'); process.exit(3)`,
    );
    expect(messages).toHaveLength(1);
    expect(how).toBe('ended by exit code 3');
  });
});

describe.skipIf(whyNot !== null)(`the real driver process${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test('one that is killed is told as failed and started again', async () => {
    const bed = createStandInBed(imagineMachine(1), { times: { restartMs: [50] } });
    try {
      await bed.driver.read(5_000);
      const pid = onlyChildOf(process.pid);
      process.kill(pid, 'SIGKILL');
      const failed = await waitFor('a failed driver', async () => {
        const { driver } = await bed.driver.read(0);
        return driver.state === 'failed' && driver;
      });
      expect(failed.message).toContain('ended by SIGKILL');
      await waitFor('a new child', async () => (await bed.driver.read(100)).driver.state === 'ok');
      expect(onlyChildOf(process.pid)).not.toBe(pid);
    } finally {
      await bed.stop();
    }
  });

  test('the GPUs keep their last reading until the next child gives one', async () => {
    const machine = imagineMachine(2);
    const bed = createStandInBed(machine, { times: { restartMs: [20] } });
    try {
      await bed.driver.read(15_000);
      // Slow enough that there is a while between being ready and the first sample.
      machine.driver.delayMs = 3;
      bed.apply();
      await bed.driver.read(5_000);
      process.kill(onlyChildOf(process.pid), 'SIGKILL');
      const told = new Set<string>();
      await waitFor('a sample of the next child', async () => {
        const { driver, gpus } = await bed.driver.read(5);
        told.add(`${driver.state}: ${gpus.map((gpu) => `${gpu.state} ${gpu.powerWatts}`)}`);
        return told.size > 1 && driver.state === 'ok';
      });
      expect([...told].toSorted()).toEqual(['failed: ok 412.35,ok 412.35', 'ok: ok 412.35,ok 412.35']);
    } finally {
      await bed.stop();
    }
  });

  test.each(['answers', 'hangs'] as const)('ends with its parent, also one whose library %s', async (how) => {
    const machine = imagineMachine(1);
    if (how === 'hangs') machine.driver.behaviour = 'hanging';
    const world = createStandInWorld(machine);
    try {
      const entry = fileURLToPath(new URL('../../../../test/support/driverParent.ts', import.meta.url));
      const parent = spawn(process.execPath, [entry, ...world.child.command], {
        env: world.child.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said = await new Promise<string>((resolve) =>
        parent.stdout.once('data', (bytes) => resolve(String(bytes))),
      );
      const childPid = Number(said);
      // Inside the library: before that it would end by its closed channel.
      await waitFor('the library', () =>
        readFileSync(`/proc/${childPid}/maps`, 'utf8').includes('libnvidia-ml'),
      );
      parent.kill('SIGKILL');
      await waitFor('the end of the child', () => !isAlive(childPid));
    } finally {
      world.remove();
    }
  });
});

function onlyChildOf(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter(
      (child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('driverChild'),
    );
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

/** A zombie that nobody has waited for yet is as dead as can be. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
