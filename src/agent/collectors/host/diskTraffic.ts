/** Bytes read and written per block device, from /proc/diskstats, and which device a mount stands on. Pure. */
import type { Mount } from './mounts.ts';

export interface DeviceTraffic {
  readBytes: number;
  writtenBytes: number;
}

/** The kernel counts in sectors of 512 bytes here, whatever the device's own are (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512;

/**
 * Traffic since boot, under the device's number and under its name:
 *
 *      254       0 vda 43002 10077 3161338 30580 20731 34705 3577328 11573 0 10380 42791 …
 *                      reads merged sectors   ms  writes merged sectors   ms
 */
export function parseDeviceTraffic(text: string): Map<string, DeviceTraffic> {
  const traffic = new Map<string, DeviceTraffic>();
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+) (\S+) \d+ \d+ (\d+) \d+ \d+ \d+ (\d+) /.exec(line);
    if (!match?.[3]) continue;
    const device = {
      readBytes: Number(match[4]) * SECTOR_BYTES,
      writtenBytes: Number(match[5]) * SECTOR_BYTES,
    };
    traffic.set(`${match[1]}:${match[2]}`, device);
    traffic.set(match[3], device);
  }
  return traffic;
}

/** The traffic of the device below a mount; undefined for network file systems and pools. */
export function trafficOf(mount: Mount, traffic: Map<string, DeviceTraffic>): DeviceTraffic | undefined {
  // btrfs has a made-up number of its own: then the source's name tells the device.
  return traffic.get(mount.deviceNumber) ?? traffic.get(/^\/dev\/([^/]+)$/.exec(mount.source)?.[1] ?? '');
}
