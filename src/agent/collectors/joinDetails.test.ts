import { expect, test } from 'vitest';
import { ProcessDetails } from '../../model/process.ts';
import { joinDetails, type Surroundings } from './joinDetails.ts';
import type { FoundContainer, FoundSession, ProcessFacts } from './sources.ts';

const facts: ProcessFacts = {
  pid: 500,
  parentPid: 400,
  ancestorPids: [400, 300, 1],
  containerId: null,
  name: 'python',
  command: 'python train.py',
  executable: '/usr/bin/python3.11',
  workingDirectory: '/home/alice',
  pythonEnvironment: null,
  uid: 1000,
  user: 'alice',
  startedAtMs: 1_700_000_000_000,
  cpuPercent: 12,
  hostMemoryBytes: 4096,
};
const container: FoundContainer = {
  container: {
    id: 'c'.repeat(64),
    name: 'trainer',
    image: 'image',
    state: 'running',
    status: 'Up',
    engine: 'docker',
    memoryUsedBytes: null,
    cpuPercent: null,
    gpus: null,
    owner: null,
    enterCommand: null,
  },
  ownerLabel: 'bob',
  homeMounts: [],
};
const session = (kind: 'screen' | 'tmux', name: string, rootPids: number[]): FoundSession => ({
  session: { kind, id: name, name, user: 'alice', attached: null, createdAtMs: null, attachCommand: null },
  rootPids,
});
const nowhere: Surroundings = { containers: [], sessions: [], tasks: [] };

test('the joined details fit the model and keep what /proc told', () => {
  const details = joinDetails(facts, nowhere);
  expect(ProcessDetails.strict().parse(details)).toMatchObject({
    command: 'python train.py',
    owner: 'alice',
    ownerRule: 'uid',
  });
});

test('session and task are found through the ancestors, the nearest one wins', () => {
  const details = joinDetails(facts, {
    containers: [],
    sessions: [
      session('screen', 'outer', [300]),
      session('tmux', 'inner', [400]),
      session('tmux', 'other', [7]),
    ],
    tasks: [{ id: 't42', owner: 'carol', rootPids: [300] }],
  });
  expect(details).toMatchObject({ session: 'tmux:inner', task: 't42', owner: 'carol', ownerRule: 'task' });
});

test('root in a container belongs to whom the container belongs to', () => {
  const inside = { ...facts, uid: 0, user: 'root', containerId: 'c'.repeat(64) };
  expect(joinDetails(inside, { ...nowhere, containers: [container] })).toMatchObject({
    container: 'trainer',
    owner: 'bob',
    ownerRule: 'label',
  });
});

test('where the engine may not be asked, the container is still told, by the beginning of its id', () => {
  const inside = { ...facts, uid: 0, user: 'root', containerId: 'ab'.repeat(32) };
  expect(joinDetails(inside, nowhere)).toMatchObject({ container: 'abababababab', ownerRule: 'container' });
});
