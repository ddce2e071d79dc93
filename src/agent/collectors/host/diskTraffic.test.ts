import { expect, test } from 'vitest';
import { parseDeviceTraffic, trafficOf } from './diskTraffic.ts';

const TEXT = ` 254       0 vda 43002 10077 3161338 30580 20731 34705 3577328 11573 0 10380 42791 7634 55 263688 512 2953 124
   8       1 sda1 1 2 10 4 5 6 20 8 0 0 0
`;
const mount = { mountPoint: '/', fileSystemRoot: '/', fileSystem: 'ext4' };

test('sectors are bytes, found by the device’s number', () => {
  expect(
    trafficOf({ ...mount, deviceNumber: '254:0', source: '/dev/root' }, parseDeviceTraffic(TEXT)),
  ).toEqual({
    readBytes: 3161338 * 512,
    writtenBytes: 3577328 * 512,
  });
});

test('a file system with a made-up number is found by its device’s name, a network one not at all', () => {
  const traffic = parseDeviceTraffic(TEXT);
  expect(trafficOf({ ...mount, deviceNumber: '0:40', source: '/dev/sda1' }, traffic)?.readBytes).toBe(5120);
  expect(trafficOf({ ...mount, deviceNumber: '0:41', source: 'nas:/export' }, traffic)).toBeUndefined();
});
