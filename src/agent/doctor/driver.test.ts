import { describe, expect, test } from 'vitest';
import { doctorBed, sampleWith } from '../../../test/support/doctorBed.ts';

const { root, find } = doctorBed();

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

  test('a library that was named and found, where no driver is loaded and no card is, is no problem', async () => {
    const remarks = [{ kind: 'not-initialised', words: 'Driver Not Loaded', look: 'card' } as const];
    const sample = Promise.resolve(sampleWith({ state: 'absent', message: 'not loaded', remarks }));
    expect(await find('driver-library', { namedLibrary: '/opt/b', sample })).toMatchObject({
      result: 'note',
      found: 'not loaded',
    });
  });

  test('no driver where there is a card is a problem', async () => {
    await root().card('0000:17:00.0', null);
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
    await root().card('0000:17:00.0', 'nouveau');
    await root().file('/proc/modules', 'nouveau 2080768 4 - Live 0x0\n');
    expect(await find('driver-module')).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('nouveau'),
    });
  });

  test('the version of the loaded module is read', async () => {
    await root().file(
      '/proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (dvs-builder@U16)\nGCC version: 12\n',
    );
    expect((await find('driver-module')).found).toContain('570.124.06');
  });

  test('a driver that counts fewer cards than PCI is a problem', async () => {
    await root().card('0000:17:00.0', 'nvidia');
    const sample = Promise.resolve(sampleWith({ state: 'ok' }));
    expect(await find('pci-device', { sample })).toMatchObject({
      result: 'problem',
      found: expect.stringContaining('counts 0'),
    });
  });

  test('a card that was given to a virtual machine is not missed', async () => {
    await root().card('0000:31:00.0', 'vfio-pci');
    const sample = Promise.resolve(sampleWith({ state: 'ok' }));
    expect(await find('pci-device', { sample })).toMatchObject({
      result: 'ok',
      found: expect.stringContaining('1 given to virtual machines'),
    });
  });

  test('sound parts of a card and cards of others are not counted', async () => {
    await root().file('/sys/bus/pci/devices/0000:17:00.1/vendor', '0x10de\n');
    await root().file('/sys/bus/pci/devices/0000:17:00.1/class', '0x040300\n');
    await root().file('/sys/bus/pci/devices/0000:03:00.0/vendor', '0x1002\n');
    await root().file('/sys/bus/pci/devices/0000:03:00.0/class', '0x030000\n');
    expect((await find('pci-device')).found).toBe('no NVIDIA card on PCI');
  });
});
