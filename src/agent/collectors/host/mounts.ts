/** Which of a machine's mounts are disks that a person asks about. Pure functions on /proc/self/mountinfo. */
import { MAX_DISKS_PER_NODE } from '../../../model/limits.ts';

export interface Mount {
  mountPoint: string;
  /** `major:minor` of the file system; binds of one file system share it. */
  deviceNumber: string;
  /** The path inside the file system that is mounted; `/` unless it is a bind or a subvolume. */
  fileSystemRoot: string;
  fileSystem: string;
  /** `/dev/…`, `server:/export`, or a made-up name. */
  source: string;
}

/**
 * Every mount, from /proc/self/mountinfo (proc_pid_mountinfo(5)); octal escapes (`\040` is a space) are undone:
 *
 *     27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
 *     36 27 0:52 / /home rw,relatime shared:21 - nfs4 nas:/export/home rw,vers=4.2,addr=10.0.0.9
 */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const match = /^\d+ \d+ (\d+:\d+) (\S+) (\S+) .*? - (\S+) (\S+) /.exec(line);
    if (!match) continue;
    const [deviceNumber = '', fileSystemRoot = '', mountPoint = '', fileSystem = '', source = ''] = match
      .slice(1)
      .map(unescapeOctal);
    mounts.push({ mountPoint, deviceNumber, fileSystemRoot, fileSystem, source });
  }
  return mounts;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

const DISK_FILE_SYSTEMS = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs vfat exfat ntfs ntfs3 fuseblk nfs nfs4 cifs smb3 lustre beegfs gpfs ceph ocfs2 gfs2 9p virtiofs'.split(
    ' ',
  ),
);
/** Answered by this kernel from its memory: asking cannot hang. All others may be a network's, or a program's. */
const KERNEL_FILE_SYSTEMS = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs vfat exfat ntfs ntfs3 overlay'.split(' '),
);
/** FUSE is both: clusters' file systems, and desktops' conveniences. */
const FUSE_CONVENIENCES = /^fuse\.(gvfsd-fuse|portal|lxcfs|snapfuse|archivemount|.*appimage.*)$/i;
/** Engines' own mounts: what they hold is another disk's, or a pod's. */
const ENGINE_FOLDERS =
  /^\/(snap|var\/lib\/(docker|containers|kubelet|containerd|snapd)|run\/(docker|containerd|user))(\/|$)/;
/** Files that engines bind into a container; the disk below is the machine's, not ours. */
const BOUND_FILES = /^\/etc\/(hosts|hostname|resolv\.conf)$/;

/**
 * The mounts to show, in the order they were mounted: one per file system (not its binds), no images, no memory, none
 * hidden under a later mount. In a container the root is an overlay and stands for the machine's disk.
 */
export function selectDisks(mounts: readonly Mount[]): Mount[] {
  const visible = new Map<string, Mount>();
  for (const mount of mounts) {
    visible.delete(mount.mountPoint);
    visible.set(mount.mountPoint, mount);
  }
  const chosen = new Map<string, Mount>();
  for (const mount of visible.values()) {
    if (!isDisk(mount)) continue;
    const other = chosen.get(mount.deviceNumber);
    if (!other || isBetter(mount, other)) chosen.set(mount.deviceNumber, mount);
  }
  return [...chosen.values()].slice(0, MAX_DISKS_PER_NODE);
}

function isDisk(mount: Mount): boolean {
  if (mount.fileSystem === 'overlay') return mount.mountPoint === '/';
  if (ENGINE_FOLDERS.test(mount.mountPoint) || BOUND_FILES.test(mount.mountPoint)) return false;
  if (mount.fileSystem.startsWith('fuse.')) return !FUSE_CONVENIENCES.test(mount.fileSystem);
  return DISK_FILE_SYSTEMS.has(mount.fileSystem);
}

/**
 * True where asking a mount cannot hang: this kernel's own file system, reached through no mount that may. Most
 * machines have only such, and need no process apart for the question.
 */
export function answersAtOnce(mount: Mount, all: readonly Mount[]): boolean {
  return KERNEL_FILE_SYSTEMS.has(mount.fileSystem) && !mayHang(mount.mountPoint, all);
}

/** Whether the way to a path leads through a mount that another machine or a program serves: asking may block for good. */
export function mayHang(path: string, all: readonly Mount[]): boolean {
  return all.some(
    (mount) => !isOfKernel(mount) && `${path}/`.startsWith(`${mount.mountPoint.replace(/\/$/, '')}/`),
  );
}

/** Also what is no disk at all (proc, tmpfs, cgroup): none of these is behind a network or a program. */
const isOfKernel = ({ fileSystem }: Mount): boolean =>
  KERNEL_FILE_SYSTEMS.has(fileSystem) ||
  !(DISK_FILE_SYSTEMS.has(fileSystem) || fileSystem.startsWith('fuse'));

/** Of two mounts of one file system, the whole one before a part, then the shorter path. */
function isBetter(mount: Mount, other: Mount): boolean {
  const whole = (candidate: Mount) => (candidate.fileSystemRoot === '/' ? 0 : 1);
  if (whole(mount) !== whole(other)) return whole(mount) < whole(other);
  return mount.mountPoint.length < other.mountPoint.length;
}
