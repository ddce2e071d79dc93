import { expect, test } from 'vitest';
import { findOwner, type OwnerEvidence } from './owner.ts';

const nothing: OwnerEvidence = { taskOwner: null, uid: null, user: null, container: null, session: null };
const container = { name: 'alice-train', ownerLabel: 'carol', homeMounts: ['/home/bob/data', '/home/bob'] };
const session = { name: 'work', user: 'dave' };
const everything: OwnerEvidence = { taskOwner: 'tom', uid: 1001, user: 'ursula', container, session };

test('each rule gives way to the ones before it', () => {
  expect(findOwner(everything)).toEqual({ owner: 'tom', ownerRule: 'task' });
  expect(findOwner({ ...everything, taskOwner: null })).toEqual({ owner: 'ursula', ownerRule: 'uid' });
  const root = { ...everything, taskOwner: null, uid: 0, user: 'root' };
  expect(findOwner(root)).toEqual({ owner: 'carol', ownerRule: 'label' });
  const unlabelled = { ...root, container: { ...container, ownerLabel: null } };
  expect(findOwner(unlabelled)).toEqual({ owner: 'bob', ownerRule: 'mount' });
  const unmounted = { ...root, container: { ...container, ownerLabel: null, homeMounts: [] } };
  expect(findOwner(unmounted)).toEqual({ owner: 'alice-train', ownerRule: 'container' });
  expect(findOwner({ ...nothing, session })).toEqual({ owner: 'dave', ownerRule: 'session' });
  expect(findOwner(nothing)).toEqual({ owner: null, ownerRule: 'unknown' });
});

test('root and system users are themselves outside of containers only', () => {
  for (const uid of [0, 42, 65534]) {
    expect(findOwner({ ...nothing, uid, user: 'name' })).toEqual({ owner: 'name', ownerRule: 'uid' });
    expect(findOwner({ ...nothing, uid, user: 'name', container }).ownerRule).toBe('label');
  }
});

test('a container that sees the homes of two people is nobody’s by its mounts', () => {
  const two = { ...container, ownerLabel: null, homeMounts: ['/home/bob', '/home/alice', '/homes/x'] };
  expect(findOwner({ ...nothing, uid: 0, container: two }).ownerRule).toBe('container');
});

test('a uid without a name owns by its number', () => {
  expect(findOwner({ ...nothing, uid: 5005 })).toEqual({ owner: '5005', ownerRule: 'uid' });
});

test('in a container a number that no login here has tells nobody: label, mount and name come first', () => {
  const nameless = { ...nothing, uid: 100_999, user: '100999', container };
  expect(findOwner(nameless)).toEqual({ owner: 'carol', ownerRule: 'label' });
  expect(findOwner({ ...nameless, container: { ...container, ownerLabel: null } }).ownerRule).toBe('mount');
  expect(findOwner({ ...nameless, user: 'erin' })).toEqual({ owner: 'erin', ownerRule: 'uid' });
});
