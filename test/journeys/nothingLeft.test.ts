/** However `up` ends, it leaves no process behind, also while its driver hangs. */
import { describe, expect, test } from 'vitest';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { commandOf, descendantsOf, isAlive } from '../support/processTree.ts';
import { whyNoStandIn } from '../support/standInLibrary.ts';
import { waitFor } from '../support/waitFor.ts';
import { watchMachine } from '../support/watchedMachine.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

describe.skipIf(whyNot !== null)(`after the end${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test.each([
    ['SIGKILL', 'ok'],
    ['SIGKILL', 'hanging'],
    ['SIGTERM', 'ok'],
    ['SIGTERM', 'hanging'],
    ['SIGINT', 'ok'],
  ] as const)('by %s with a driver that is %s, no child of `up` is left', async (signal, behaviour) => {
    const machine = imagineMachine(2);
    const watched = await watchMachine(machine);
    const { pid = 0 } = watched.up.child;
    await watched.until('two GPUs', ({ gpus }) => gpus.length === 2);
    // The mounts' child is there only where a mount may hang.
    const children = await waitFor("the driver's child", () => {
      const found = descendantsOf(pid);
      return found.some((child) => commandOf(child).includes('driver-child')) && found;
    });
    if (behaviour === 'hanging') {
      machine.driver.behaviour = 'hanging';
      watched.apply();
      await watched.until(
        'the driver silent',
        ({ takenAtMs, driver }) => takenAtMs - (driver.answeredAtMs ?? 0) > 1_500,
      );
    }
    watched.up.child.kill(signal);
    const code = await watched.up.exit;
    await waitFor('all of them to end', () => !children.some(isAlive), 5_000);
    if (signal !== 'SIGKILL') expect(code).toBe(0);
    await watched.end();
  });
});
