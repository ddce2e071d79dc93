import { describe, expect, test } from 'vitest';
import { protectionOf, type Subject } from './protection.ts';

const ourselves = { pid: 700, ancestorPids: [600, 1] };
const program: Subject = {
  pid: 900,
  name: 'python',
  executable: '/usr/bin/python3.11',
  argv: ['python', 'train.py'],
  containerId: null,
  ancestorPids: [800, 1],
  isKernelThread: false,
};

test('an ordinary program may be ended', () => {
  expect(protectionOf(program, ourselves)).toBeNull();
});

describe('never ended', () => {
  test.each<[string, Partial<Subject>]>([
    ['the first process', { pid: 1 }],
    ['a thread of the kernel', { isKernelThread: true }],
    ['ourselves', { pid: 700 }],
    ['what we run in', { pid: 600 }],
    ['what we started', { ancestorPids: [750, 700, 600, 1] }],
    ['the remote login', { executable: '/usr/sbin/sshd' }],
    ['an updated remote login', { executable: '/usr/lib/openssh/sshd-session (deleted)' }],
    ['docker', { executable: '/usr/bin/dockerd' }],
    ['a container’s shim', { executable: '/usr/bin/containerd-shim-runc-v2' }],
    ['the display', { executable: '/usr/lib/xorg/Xorg' }],
    ['the driver’s service', { executable: '/usr/bin/nvidia-persistenced' }],
    ['the NVSwitch service', { executable: '/usr/bin/nv-fabricmanager' }],
    ['DCGM', { executable: '/usr/bin/nv-hostengine' }],
    ['a person’s systemd', { executable: '/lib/systemd/systemd' }],
    ['dbus', { executable: '/usr/bin/dbus-daemon' }],
    ['a service whose executable may not be read', { executable: null, name: 'sshd' }],
    ['the service that shares a GPU', { executable: '/usr/bin/nvidia-cuda-mps-server' }],
    ['what controls it', { executable: '/usr/bin/nvidia-cuda-mps-control' }],
    ['Slurm on the node', { executable: '/usr/sbin/slurmd' }],
    ['a step of Slurm', { executable: '/opt/slurm/sbin/slurmstepd' }],
    ['Slurm’s controller', { executable: '/usr/sbin/slurmctld' }],
    ['the journal', { executable: '/usr/lib/systemd/systemd-journald' }],
    ['what Kubernetes runs by', { executable: '/usr/local/bin/k3s' }],
    ['one nested too deep to follow', { ancestorPids: null }],
    [
      'another user’s FlowLine',
      { executable: '/usr/bin/node', argv: ['node', '/home/bob/flowline/dist/flowline.js', 'up'] },
    ],
    [
      'a hub by npm’s link',
      { executable: '/usr/bin/node', argv: ['node', '/usr/local/bin/flowline', 'hub', '--port', '80'] },
    ],
    ['a standalone agent', { executable: '/opt/flowline-x64', argv: ['flowline', 'agent'] }],
  ])('%s', (_, change) => {
    expect(protectionOf({ ...program, ...change }, ourselves)).not.toBeNull();
  });
});

test('no program protects itself by its name', () => {
  expect(protectionOf({ ...program, name: 'sshd' }, ourselves)).toBeNull();
  expect(protectionOf({ ...program, name: 'sshd', executable: '/home/mallory/sshd' }, ourselves)).toBeNull();
  const inside = { ...program, executable: '/usr/sbin/sshd', containerId: 'c'.repeat(64) };
  expect(protectionOf(inside, ourselves)).toBeNull();
});

test.each<[string, Partial<Subject>]>([
  ['a tool of systemd with a person’s program', { executable: '/usr/bin/systemd-inhibit' }],
  ['a run under systemd', { executable: '/usr/bin/systemd-run' }],
  ['a look at DCGM', { executable: '/usr/bin/dcgmi' }],
  [
    'a command of FlowLine',
    { executable: '/usr/bin/node', argv: ['node', '/x/dist/flowline.js', 'status', 'hub'] },
  ],
  ['a script called hub', { executable: '/usr/bin/node', argv: ['node', '/x/dist/server.js', 'hub'] }],
  ['what says so in its arguments', { argv: ['python', '/x/dist/flowline.js', 'hub'] }],
])('%s may be ended', (_, change) => {
  expect(protectionOf({ ...program, ...change }, ourselves)).toBeNull();
});
