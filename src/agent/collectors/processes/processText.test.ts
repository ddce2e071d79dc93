import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments, parseContainerId, parseProcessStat, parseUid, parseUids } from './processText.ts';

const line = (name: string) =>
  `7048 (${name}) R 7031 7031 4979 0 -1 4194304 100 0 0 0 12 3 0 0 20 0 1 0 102023 3133440 410 1844 1 1 140727413414592 0 0\n`;

describe('stat', () => {
  test('the figures are read', () => {
    expect(parseProcessStat(line('cat'))).toEqual({
      name: 'cat',
      state: 'R',
      parentPid: 7031,
      isKernelThread: false,
      usedTicks: 15,
      startTicks: 102023,
      residentPages: 410,
      stackStart: '140727413414592',
    });
  });

  test('a hostile name cannot move the fields', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 15 }), fc.constantFrom(') R 1 (', '))', 'a b', '')),
        (name) => {
          expect(parseProcessStat(line(name))).toMatchObject({ name, parentPid: 7031, startTicks: 102023 });
        },
      ),
    );
  });

  test('a kernel thread is known by its flag', () => {
    const text = '2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 12 0 0 20 0 1 0 1 0 0 1844 0 0 0 0 0\n';
    expect(parseProcessStat(text)?.isKernelThread).toBe(true);
  });

  test('part of a line is null, and no text breaks the parser', () => {
    expect(parseProcessStat('7048 (cat) R 7031')).toBeNull();
    expect(parseProcessStat('')).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => parseProcessStat(text) === null || text.includes('(')));
  });
});

test('the uid is the effective one, and all three are told apart', () => {
  expect(parseUids('Uid:\t0\t1001\t5\t1001\n')).toEqual({ real: 0, effective: 1001, saved: 5 });
  expect(parseUids('Uid:\t0\t1001\n')).toBeNull();
  expect(parseUid('Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t1\t1\t1\t1\n')).toBe(0);
  expect(parseUid('Name:\tUid: 5 5\n')).toBeNull();
});

describe('arguments', () => {
  test('any arguments come back as they were given', () => {
    const argument = fc.string().map((text) => text.replaceAll('\0', ''));
    const argv = fc.array(argument, { minLength: 1 }).filter((list) => list.at(-1) !== '');
    fc.assert(
      fc.property(argv, (list) => {
        expect(parseArguments(list.map((text) => `${text}\0`).join(''), false)).toEqual(list);
      }),
    );
  });

  test('a kernel thread has none, a renamed program one, and a cut argument is not told', () => {
    expect(parseArguments('', false)).toEqual([]);
    expect(parseArguments('sshd: alice [priv]\0\0\0\0', false)).toEqual(['sshd: alice [priv]']);
    expect(parseArguments('a\0--token\0half-of-a-sec', true)).toEqual(['a', '--token']);
  });
});

describe('container id', () => {
  const id = '0123456789abcdef'.repeat(4);
  test.each([
    ['docker, v1', `12:pids:/user\n9:memory:/docker/${id}\n`],
    ['docker, v2', `0::/system.slice/docker-${id}.scope\n`],
    ['docker with a nested group', `0::/system.slice/docker-${id}.scope/init.scope\n`],
    [
      'podman, rootless',
      `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container\n`,
    ],
    ['podman by cgroupfs', `0::/libpod_parent/libpod-${id}\n`],
    ['kubernetes, v1', `11:cpu,cpuacct:/kubepods/burstable/pod4f-9/${id}\n`],
    ['kubernetes, v2', `0::/kubepods.slice/kubepods-pod4f.slice/cri-containerd-${id}.scope\n`],
    ['kubernetes, half told of systemd', `3:cpu:/system.slice/kubepods-pod4f.slice:cri-containerd:${id}\n`],
    ['cri-o', `0::/kubepods.slice/crio-${id}.scope\n`],
    ['docker in docker: the outer one', `0::/docker/${id}/docker/${'f'.repeat(64)}\n`],
  ])('%s', (_, text) => {
    expect(parseContainerId(text)).toBe(id);
  });

  test.each([
    '0::/user.slice/user-1000.slice/session-3.scope\n',
    '1:name=systemd:/\n',
    `0::/machine.slice/libpod-conmon-${id}.scope\n`,
    `0::/x/${id}0\n`,
  ])('none in %s', (text) => {
    expect(parseContainerId(text)).toBeNull();
  });
});
