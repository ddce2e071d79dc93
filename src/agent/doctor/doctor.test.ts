import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imagineMachineRoot, type MachineRoot } from '../../../test/support/imaginedMachineRoot.ts';
import { bareSample } from '../../../test/support/samples.ts';
import type { Driver, NodeSample } from '../../model/node.ts';
import { examine } from './doctor.ts';
import type { DoctorFacts, HubHealth } from './facts.ts';

let root: MachineRoot;
beforeEach(async () => {
  root = await imagineMachineRoot();
});
afterEach(() => root.remove());

const sampleWith = (driver: Partial<Driver>, changes: Partial<NodeSample> = {}): NodeSample => {
  const sample = bareSample('atlas', 1);
  return { ...sample, ...changes, driver: { ...sample.driver, ...driver } };
};

const notThere = async (): Promise<HubHealth> => {
  throw new Error('ECONNREFUSED');
};

function facts(changes: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    root: root.path,
    sample: Promise.resolve(sampleWith({ state: 'absent', message: 'no library; tried /usr/lib/a, /opt/b' })),
    link: null,
    namedLibrary: null,
    dataFolder: join(root.path, 'data'),
    hubUrl: 'http://127.0.0.1:3569',
    isHubNamed: false,
    askHealth: notThere,
    port: 3569,
    whoListens: async () => null,
    version: '1.0.0',
    uid: 0,
    glibcVersion: '2.36',
    nodeVersion: 'v24.1.0',
    say: (english) => english,
    ...changes,
  };
}

async function find(name: string, changes: Partial<DoctorFacts> = {}) {
  const check = (await examine(facts(changes))).find((candidate) => candidate.name === name);
  if (!check) throw new Error(`no check ${name}`);
  return check;
}

describe('the whole examination', () => {
  test('names are stable and in one order', async () => {
    const checks = await examine(
      facts({
        sample: Promise.resolve(sampleWith({ state: 'ok' })),
        link: { state: 'connected', sinceMs: 1 },
        askHealth: async () => ({ version: '1.0.0', nowMs: 5, hereNowMs: 5 }),
      }),
    );
    expect(checks.map((check) => check.name)).toEqual([
      'driver-library',
      'driver-module',
      'pci-device',
      'device-files',
      'refused-figures',
      'permissions',
      'docker',
      'screen',
      'tmux',
      'glibc',
      'node',
      'data-folder',
      'listen',
      'hub',
      'clock',
      'link',
    ]);
  });

  test('a machine without a card has notes, and no problem', async () => {
    const checks = await examine(facts());
    expect(checks.filter((check) => check.result === 'problem')).toEqual([]);
  });

  test('a check that hangs is a finding, and holds nobody up', async () => {
    const startedAtMs = performance.now();
    const checks = await examine(facts(), 50, [
      ['hangs', () => new Promise(() => {})],
      ['works', () => ({ result: 'ok', found: 'fine', advice: null })],
    ]);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    expect(checks.map(({ name, result }) => [name, result])).toEqual([
      ['hangs', 'problem'],
      ['works', 'ok'],
    ]);
  });

  test('a check that fails does not hide the others', async () => {
    const checks = await examine(facts(), 1000, [
      [
        'fails',
        () => {
          throw new Error('EIO');
        },
      ],
      ['works', () => ({ result: 'ok', found: 'fine', advice: null })],
    ]);
    expect(checks[0]).toMatchObject({ result: 'note', found: 'could not be looked at: EIO' });
    expect(checks[1]?.result).toBe('ok');
  });

  test('a driver that never answers is a problem, told in time', async () => {
    expect(await find('driver-library', { sample: Promise.resolve(null) })).toMatchObject({
      result: 'problem',
    });
  });
});

describe('driver and cards', () => {
  test('every path that was tried is told', async () => {
    const check = await find('driver-library');
    expect(check).toMatchObject({ result: 'note', found: 'no library; tried /usr/lib/a, /opt/b' });
  });

  test('a library that was named and is not there is a problem', async () => {
    expect(await find('driver-library', { namedLibrary: '/opt/b' })).toMatchObject({
      result: 'problem',
      advice: expect.stringContaining('FLOWLINE_NVML'),
    });
  });

  test('no driver where there is a card is a problem', async () => {
    await root.card('0000:17:00.0', null);
    expect((await find('driver-library')).result).toBe('problem');
    expect(await find('driver-module')).toMatchObject({
      result: 'problem',
      advice: expect.stringContaining('modprobe'),
    });
    expect((await find('device-files')).result).toBe('problem');
    expect(await find('pci-device')).toMatchObject({
      result: 'ok',
      found: '1 NVIDIA card on PCI: 0000:17:00.0',
    });
  });

  test.each([
    ['mismatch', 'reboot'],
    ['unresponsive', 'dmesg'],
    ['failed', 'nvidia-smi'],
  ] as const)('a driver that is %s is a problem with advice', async (state, advice) => {
    const sample = Promise.resolve(sampleWith({ state, message: 'what it said' }));
    expect(await find('driver-library', { sample })).toMatchObject({
      result: 'problem',
      found: 'what it said',
      advice: expect.stringContaining(advice),
    });
  });

  test('nouveau on a card is told by name', async () => {
    await root.card('0000:17:00.0', 'nouveau');
    await root.file('/proc/modules', 'nouveau 2080768 4 - Live 0x0\n');
    expect(await find('driver-module')).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('nouveau'),
    });
  });

  test('the version of the loaded module is read', async () => {
    await root.file(
      '/proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (dvs-builder@U16)\nGCC version: 12\n',
    );
    expect((await find('driver-module')).found).toContain('570.124.06');
  });

  test('a driver that counts fewer cards than PCI is a problem; cards of virtual machines are not missed', async () => {
    await root.card('0000:17:00.0', 'nvidia');
    await root.card('0000:31:00.0', 'vfio-pci');
    const sample = Promise.resolve(sampleWith({ state: 'ok' }));
    expect(await find('pci-device', { sample })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('counts 0'),
    });
    await root.remove();
    root = await imagineMachineRoot();
    await root.card('0000:31:00.0', 'vfio-pci');
    expect(await find('pci-device', { sample })).toMatchObject({
      result: 'ok',
      found: expect.stringContaining('1 given to virtual machines'),
    });
  });

  test('sound parts of a card and cards of others are not counted', async () => {
    await root.file('/sys/bus/pci/devices/0000:17:00.1/vendor', '0x10de\n');
    await root.file('/sys/bus/pci/devices/0000:17:00.1/class', '0x040300\n');
    await root.file('/sys/bus/pci/devices/0000:03:00.0/vendor', '0x1002\n');
    await root.file('/sys/bus/pci/devices/0000:03:00.0/class', '0x030000\n');
    expect((await find('pci-device')).found).toBe('no NVIDIA card on PCI');
  });
});

describe('rights', () => {
  const status = (capabilities: string) =>
    root.file('/proc/self/status', `Name:\tnode\nCapEff:\t${capabilities}\n`);

  test('root with every right is in order', async () => {
    await status('000001ffffffffff');
    expect((await find('permissions')).result).toBe('ok');
  });

  test('a user is told what he does not see and whom he cannot end', async () => {
    await status('0000000000000000');
    await root.file(
      '/proc/self/mountinfo',
      '23 28 0:21 / /proc rw,nosuid - proc proc rw,hidepid=invisible\n',
    );
    const check = await find('permissions', { uid: 1000 });
    expect(check.result).toBe('note');
    expect(check.found).toMatch(/uid 1000: .*hidepid.*may end only its own/);
  });

  test('root in a container without CAP_KILL is not called almighty', async () => {
    await status('00000000a80425db');
    expect((await find('permissions')).found).toContain('root with fewer rights');
  });
});

describe('tools and runtime', () => {
  test('Docker that may not be asked is a note with advice', async () => {
    const sample = sampleWith({ state: 'ok' });
    const sources = { ...sample.sources, docker: { state: 'denied' as const, message: 'no right' } };
    expect(await find('docker', { sample: Promise.resolve({ ...sample, sources }) })).toMatchObject({
      result: 'note',
      found: 'no right',
      advice: expect.stringContaining('docker'),
    });
  });

  test.each([
    ['2.27', 'problem'],
    ['2.28', 'ok'],
    ['2.100', 'ok'],
    [null, 'note'],
  ] as const)('glibc %s is %s', async (glibcVersion, result) => {
    expect((await find('glibc', { glibcVersion })).result).toBe(result);
  });

  test('an old Node is a problem', async () => {
    expect((await find('node', { nodeVersion: 'v22.9.0' })).result).toBe('problem');
  });
});

describe('the data folder', () => {
  test('on a network mount it is a problem, found without touching the mount', async () => {
    await root.file(
      '/proc/self/mountinfo',
      '27 1 254:0 / / rw - ext4 /dev/vda rw\n36 27 0:52 / /dead rw - nfs4 nas:/export rw,vers=4.2\n',
    );
    expect(await find('data-folder', { dataFolder: '/dead/state' })).toMatchObject({
      result: 'problem',
      found: '/dead/state is on nfs4',
    });
  });

  test('one that is open to others is told with the command that closes it', async () => {
    await chmod(root.path, 0o755);
    expect(await find('data-folder', { dataFolder: root.path })).toMatchObject({
      result: 'note',
      advice: `chmod 700 ${root.path}`,
    });
    await chmod(root.path, 0o700);
    expect((await find('data-folder', { dataFolder: root.path })).result).toBe('ok');
  });

  test('one that is not there yet is no problem where it can be made', async () => {
    expect((await find('data-folder')).result).toBe('note');
    await root.file('/file');
    expect(await find('data-folder', { dataFolder: join(root.path, 'file') })).not.toMatchObject({
      result: 'ok',
    });
  });
});

describe('port, hub and clock', () => {
  const health = (hereAheadMs: number) => async (): Promise<HubHealth> => ({
    version: '1.0.0',
    nowMs: 1_000_000,
    hereNowMs: 1_000_000 + hereAheadMs,
  });

  test('a port that another program holds is told by its name', async () => {
    expect(await find('listen', { whoListens: async () => 'nginx (pid 7)' })).toMatchObject({
      result: 'note',
      found: 'port 3569 is held by nginx (pid 7)',
    });
    expect((await find('listen', { askHealth: health(0) })).found).toContain('a FlowLine hub listens');
  });

  test('no hub is a note, unless somebody named one', async () => {
    expect((await find('hub')).result).toBe('note');
    expect(await find('hub', { isHubNamed: true })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('another version is a note', async () => {
    expect(await find('hub', { askHealth: health(0), version: '0.9.0' })).toMatchObject({ result: 'note' });
  });

  test.each([
    [800, 'ok', '0.8 s from'],
    [-5000, 'note', '5.0 s behind'],
    [60_000, 'problem', '60.0 s ahead'],
  ] as const)('a clock %i ms ahead of the hub is %s', async (aheadMs, result, words) => {
    const check = await find('clock', { askHealth: health(aheadMs) });
    expect(check.result).toBe(result);
    expect(check.found).toContain(words);
  });

  test('a link that the hub refuses is a problem', async () => {
    expect(await find('link', { link: { state: 'refused', reason: 'unknown credential' } })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('unknown credential'),
    });
  });

  test('findings are told in Chinese to who asks in Chinese', async () => {
    expect((await find('pci-device', { say: (_, chinese) => chinese })).found).toBe('PCI 上没有 NVIDIA 显卡');
  });
});
