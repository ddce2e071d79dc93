import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GoingDownFacts, goodbyeReason, howMachineGoesDown, parseRunLevel } from './goingDown.ts';

const NOW_MS = 1_700_000_000_000;
const nothing: GoingDownFacts = {
  firstProcess: [],
  jobs: null,
  scheduled: null,
  runLevel: null,
  noLogin: null,
};
const how = (facts: Partial<GoingDownFacts>) => howMachineGoesDown({ ...nothing, ...facts }, NOW_MS);

const REBOOTING = `1437 reboot.target            start waiting
1438 shutdown.target          start waiting
1440 systemd-reboot.service   start waiting
1502 flowline-agent.service   stop  running
`;
const GOING_DOWN =
  'System is going down. Unprivileged users are not permitted to log in anymore. For technical details, see pam_nologin(8).';

describe('systemd’s queue', () => {
  test.each([
    ['a reboot', REBOOTING, 'reboot'],
    ['a kexec', '12 kexec.target start waiting\n13 shutdown.target start waiting\n', 'reboot'],
    ['a soft reboot', '12 soft-reboot.target start waiting\n', 'reboot'],
    ['power off', REBOOTING.replaceAll('reboot', 'poweroff'), 'off'],
    ['halt', '12 halt.target start waiting\n', 'off'],
    ['a shutdown of another kind', '13 shutdown.target start waiting\n', 'down'],
    ['an ended agent', '1502 flowline-agent.service stop running\n', null],
    ['a restarted agent', '1502 flowline-agent.service restart running\n', null],
    ['a target that is stopped', '12 reboot.target stop waiting\n', null],
    ['a unit of a similar name', '12 before-reboot.target start waiting\n', null],
    ['no jobs', '', null],
  ])('with %s', (_, jobs, expected) => {
    expect(how({ jobs })).toBe(expected);
  });

  test('is believed before what lies about: a shutdown that was called off left its files', () => {
    expect(how({ jobs: '', noLogin: GOING_DOWN, runLevel: '6' })).toBeNull();
  });
});

test('process 1 that has become systemd’s last step is believed before all', () => {
  const last = (verb: string) => ['/usr/lib/systemd/systemd-shutdown', verb, '--log-level', '6'];
  expect(how({ firstProcess: last('reboot'), jobs: '' })).toBe('reboot');
  expect(how({ firstProcess: last('poweroff'), runLevel: '6' })).toBe('off');
  expect(how({ firstProcess: last('something') })).toBe('down');
  expect(how({ firstProcess: ['/sbin/init', 'reboot'] })).toBeNull();
});

test('a shutdown that is scheduled counts from its time on, by its kind', () => {
  const at = (ms: number, mode: string) => `USEC=${ms}000\nWARN_WALL=1\nMODE=${mode}\n`;
  expect(how({ scheduled: at(NOW_MS - 1000, 'reboot') })).toBe('reboot');
  expect(how({ scheduled: at(NOW_MS - 1000, 'poweroff') })).toBe('off');
  expect(how({ scheduled: at(NOW_MS + 60_000, 'reboot') })).toBeNull();
});

test('run level 6 reboots, 0 switches off, 5 does neither', () => {
  expect(how({ runLevel: '6' })).toBe('reboot');
  expect(how({ runLevel: '0' })).toBe('off');
  expect(how({ runLevel: '5' })).toBeNull();
});

test('a closed login tells a machine that goes down from one that starts, and from one that is cared for', () => {
  expect(how({ noLogin: GOING_DOWN })).toBe('down');
  expect(how({ noLogin: 'System is booting up. Unprivileged users are not permitted to log in yet.' })).toBe(
    null,
  );
  expect(how({ noLogin: 'Maintenance until noon' })).toBeNull();
  expect(how({})).toBeNull();
});

test('a machine that is switched off is not said to reboot', () => {
  expect((['reboot', 'down', 'off', null] as const).map(goodbyeReason)).toEqual([
    'rebooting',
    'rebooting',
    'stopped',
    'stopped',
  ]);
});

describe('the run level in utmp', () => {
  function record(type: number, pid: number, size: number): Buffer {
    const bytes = Buffer.alloc(size);
    bytes.writeInt16LE(type, 0);
    bytes.writeInt32LE(pid, 4);
    return bytes;
  }
  const level = (character: string, before = 'N') => character.charCodeAt(0) + 256 * before.charCodeAt(0);

  test.each([
    ['x64', 384],
    ['arm64', 400],
  ] as const)('is the newest one noted, on %s', (architecture, size) => {
    const utmp = Buffer.concat([
      record(2, 0, size),
      record(1, level('5'), size),
      record(7, 4711, size),
      record(1, level('6', '5'), size),
    ]);
    expect(parseRunLevel(utmp, architecture)).toBe('6');
    expect(parseRunLevel(utmp.subarray(0, 3 * size + 10), architecture)).toBe('5');
    expect(parseRunLevel(record(7, level('6'), size), architecture)).toBeNull();
  });

  test('is a level or null, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(parseRunLevel(Buffer.from(bytes), 'x64') ?? 'S').toMatch(/^[0-6S]$/);
      }),
    );
  });
});
