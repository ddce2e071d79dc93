import { expect, test, vi } from 'vitest';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { systemClock } from '../../../io/clock.ts';
import { remarkText } from '../../../scheduling/remarkText.ts';
import { createTreeEnder } from './endTree.ts';
import type { ProcessTree, TreeMember } from './processTree.ts';

/** A tree of which the test says who lives. */
function imaginedTree(onSignal: (pid: number, name: string) => void) {
  const living = new Map<number, TreeMember>();
  const add = (pid: number) =>
    living.set(pid, { pid, startTicks: pid, name: `p${pid}`, state: 'S', residentPages: 0 });
  const tree: ProcessTree = {
    members: () => [...living.values()],
    membersAnew: async () => [...living.values()],
    livesOn: () => living.size > 0,
    lastPids: () => [...living.keys()],
    seen: () => new Map(),
    noteSeen: () => {},
    kill() {
      for (const pid of living.keys()) onSignal(pid, 'SIGKILL');
    },
  };
  return { tree, living, add };
}

function endingOf(onSignal: (pid: number, name: string, living: Map<number, TreeMember>) => void) {
  const imagined = imaginedTree((pid, name) => onSignal(pid, name, imagined.living));
  const said: (string | null)[] = [];
  let hasTold = false;
  const endWrapper = vi.fn(() => {
    hasTold = true;
  });
  const ender = createTreeEnder({
    tree: imagined.tree,
    signalMember: ({ pid }, name) => onSignal(pid, name, imagined.living),
    hasTold: () => hasTold,
    endWrapper,
    unkillable: (remark) => said.push(remark && remarkText(remark)),
    clock: systemClock,
  });
  return { ...imagined, ender, said, endWrapper, tell: () => (hasTold = true) };
}

test('each is asked once, also one that comes later, and nobody is killed who goes', async () => {
  const signals: string[] = [];
  const ending = endingOf((pid, name, living) => {
    signals.push(`${name} ${pid}`);
    if (pid === 1) ending.add(2);
    living.delete(pid);
  });
  ending.add(1);
  ending.tell();
  await ending.ender.end(10_000);
  expect(signals).toEqual(['SIGTERM 1', 'SIGTERM 2']);
});

test('a program that the wrapper is only about to start is waited for', async () => {
  const signals: string[] = [];
  const ending = endingOf((pid, name, living) => {
    signals.push(`${name} ${pid}`);
    living.delete(pid);
    ending.tell();
  });
  const done = ending.ender.end(10_000);
  setTimeout(() => ending.add(7), 60);
  await done;
  expect(signals).toEqual(['SIGTERM 7']);
});

test('a shorter grace shortens the one that has begun', async () => {
  const ending = endingOf((pid, name, living) => {
    if (name === 'SIGKILL') living.delete(pid);
  });
  ending.add(1);
  ending.tell();
  const beganMs = performance.now();
  const done = ending.ender.end(60_000);
  void ending.ender.end(100);
  await done;
  expect(performance.now() - beganMs).toBeLessThan(5000);
});

test('one that SIGKILL does not end is said to be unkillable, and unsaid when it goes after all', async () => {
  const ending = endingOf(() => {});
  ending.add(4711);
  ending.tell();
  const done = ending.ender.end(0);
  await waitFor('the words', () => ending.said.length === 1);
  expect(ending.said[0]).toMatch(/unkillable: process 4711 \(p4711\) is still there after SIGKILL/);
  ending.living.clear();
  await done;
  expect(ending.said.at(-1)).toBeNull();
});

test('a wrapper that does not tell, though nothing of its program lives, is ended', async () => {
  const ending = endingOf(() => {});
  await ending.ender.end(0);
  expect(ending.endWrapper).toHaveBeenCalled();
});

test('whoever lets go no longer looks', async () => {
  const ending = endingOf(() => {});
  ending.add(1);
  const done = ending.ender.end(60_000);
  ending.ender.letGo();
  await done;
  expect(ending.living.size).toBe(1);
});
