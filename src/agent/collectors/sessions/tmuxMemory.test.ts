/** A server of tmux is asked again when it may have something new to say, and left alone otherwise. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imagineMachineRoot, type MachineRoot } from '../../../../test/support/imaginedMachineRoot.ts';
import type { FoundSession } from '../sources.ts';
import { createTmuxMemory, type TmuxMemory } from './tmuxMemory.ts';

const SOCKET = '/tmp/tmux-1000/default';
const PID = 700;
const sessions: FoundSession[] = [
  {
    session: {
      kind: 'tmux',
      id: `${SOCKET}:$0`,
      name: 'train',
      user: 'alice',
      attached: false,
      createdAtMs: 1_795_357_891_000,
      attachCommand: null,
    },
    rootPids: [701],
  },
];

let root: MachineRoot;
let nowMs: number;
let memory: TmuxMemory;
beforeEach(async () => {
  root = await imagineMachineRoot();
  nowMs = 1000;
  memory = createTmuxMemory(root.path, () => nowMs);
  await root.file(`/proc/${PID}/status`);
  await root.file(`/proc/${PID}/task/${PID}/children`);
  ran(12);
  panes('701 ');
  memory.note(SOCKET, PID, sessions);
});
afterEach(() => root.remove());

const put = (file: string, text: string) => writeFileSync(join(root.path, file), text);
const ran = (switches: number) =>
  put(`proc/${PID}/status`, `Name:\ttmux: server\nvoluntary_ctxt_switches:\t${switches}\n`);
const panes = (pids: string) => put(`proc/${PID}/task/${PID}/children`, pids);

/** The look at that second after the asking. */
const lookAt = (second: number) => {
  nowMs = 1000 + second * 1000;
  return memory.recall(SOCKET);
};

test('one that sleeps is left alone for two minutes, though the asking itself made it run', () => {
  ran(15);
  for (let second = 10; second < 120; second += 10) expect(lookAt(second)).toBe(sessions);
  expect(lookAt(120)).toBeNull();
});

test('one that runs is asked after half a minute: somebody may have attached, or given another name', () => {
  for (const second of [10, 20]) {
    expect(lookAt(second)).toBe(sessions);
    ran(100 + second);
  }
  expect(lookAt(30)).toBeNull();
});

test('one of somebody who is in a thousand groups is left alone too: how often it ran is told behind all of these', () => {
  const groups = Array.from({ length: 1000 }, (_, place) => 1_000_000_000 + place).join(' ');
  put(`proc/${PID}/status`, `Groups:\t${groups} \nvoluntary_ctxt_switches:\t12\n`);
  expect(lookAt(10)).toBe(sessions);
});

test('one with another pane is asked at the next look', () => {
  expect(lookAt(10)).toBe(sessions);
  panes('701 702 ');
  expect(lookAt(20)).toBeNull();
});

test('one that ended, one that never told who it is and one that nobody knows are asked', () => {
  put(`proc/${PID}/status`, '');
  expect(lookAt(10)).toBeNull();
  memory.note(SOCKET, null, sessions);
  expect(lookAt(11)).toBeNull();
  expect(memory.recall('/tmp/tmux-1000/other')).toBeNull();
});
