import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersAtOnce, type Mount, mayHang, parseMounts, selectDisks } from './mounts.ts';

const TEXT = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
28 27 0:25 / /run rw,relatime shared:5 - tmpfs tmpfs rw,size=4k
29 27 7:1 / /snap/core/1 ro,nodev,relatime shared:9 - squashfs /dev/loop1 ro
30 27 254:0 /data/set /mnt/set rw,relatime shared:1 - ext4 /dev/vda rw
31 27 0:52 / /home rw,relatime shared:21 - nfs4 nas:/export/home rw,vers=4.2
32 27 0:53 / /mnt/with\\040space\\134 rw shared:22 master:3 - xfs /dev/sdb1 rw
33 27 0:60 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw
34 27 0:61 / /home/me/.gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
35 27 0:62 / /juice rw - fuse.juicefs JuiceFS:data rw
36 27 0:63 / /net rw - autofs /etc/auto.net rw
`;

test('real disks are shown once, without binds, images, memory and engines', () => {
  expect(selectDisks(parseMounts(TEXT)).map((mount) => mount.mountPoint)).toEqual([
    '/',
    '/home',
    '/mnt/with space\\',
    '/juice',
  ]);
});

test('the whole file system stands for its parts, whichever was mounted first', () => {
  const part: Mount = {
    mountPoint: '/a',
    deviceNumber: '8:1',
    fileSystemRoot: '/sub',
    fileSystem: 'ext4',
    source: '/dev/sda1',
  };
  const whole = { ...part, mountPoint: '/longer/path', fileSystemRoot: '/' };
  expect(selectDisks([part, whole])).toEqual([whole]);
  expect(selectDisks([whole, part])).toEqual([whole]);
});

test('a mount that a later one covers is not asked', () => {
  const below: Mount = {
    mountPoint: '/x',
    deviceNumber: '8:1',
    fileSystemRoot: '/',
    fileSystem: 'ext4',
    source: 'a',
  };
  const above = { ...below, deviceNumber: '8:2', source: 'b' };
  expect(selectDisks([below, above])).toEqual([above]);
});

test('in a container the root stands for the machine, bound files do not', () => {
  const text = `1 0 0:90 / / rw - overlay overlay rw
2 1 8:1 /var/lib/docker/containers/x/hosts /etc/hosts rw - ext4 /dev/sda1 rw
`;
  expect(selectDisks(parseMounts(text)).map((mount) => mount.mountPoint)).toEqual(['/']);
});

test('any mount point survives the kernel’s escaping', () => {
  const escapeOctal = (text: string) =>
    text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const path = fc.string({ unit: 'grapheme-ascii' }).map((text) => `/${text}`);
  fc.assert(
    fc.property(path, (mountPoint) => {
      const line = `27 1 254:0 / ${escapeOctal(mountPoint)} rw,relatime - ext4 /dev/vda rw\n`;
      expect(parseMounts(line)[0]?.mountPoint).toBe(mountPoint);
    }),
  );
});

test('no text breaks the parser', () => {
  fc.assert(fc.property(fc.string(), (text) => selectDisks(parseMounts(text)).length <= 256));
});

test('only what the kernel answers from its own memory is asked here; what may hang is asked apart', () => {
  const all = parseMounts(
    [
      '27 1 254:0 / / rw - ext4 /dev/vda rw',
      '28 27 0:40 / /home rw - nfs4 nas:/home rw',
      '29 28 254:1 / /home/alice/disk rw - xfs /dev/vdb rw',
      '30 27 254:2 / /homework rw - xfs /dev/vdc rw',
      '31 27 0:41 / /data rw - fuse.sshfs host:/data rw',
      '32 27 0:42 / /proc rw - proc proc rw',
    ].join('\n'),
  );
  const atOnce = all.filter((mount) => answersAtOnce(mount, all)).map((mount) => mount.mountPoint);
  expect(atOnce).toEqual(['/', '/homework']);
});

test('a path below a network mount is known without asking it', () => {
  const mounts = parseMounts(TEXT);
  expect(mayHang('/home/alice/.screen', mounts)).toBe(true);
  expect(mayHang('/homework', mounts)).toBe(false);
  expect(mayHang('/run/screen', mounts)).toBe(false);
});
